using System.Buffers.Binary;
using System.IO.Compression;

namespace Tallystick.Billing.Invoices;

/// <summary>
/// Checks the logo of an invoice when it is set, so that no invoice fails because of it later. Only its header is
/// trusted as far as its data bears it out: a small file must not become a large image.
/// </summary>
public static class LogoImage
{
    private const int MaxLength = 256 * 1024;
    private const int MaxPixels = 2000;
    private const string Unreadable = "must be a complete PNG or JPEG image";

    private const string UnsupportedPng =
        "must be a PNG image that is not interlaced and has 8 bits per channel or a palette";

    /// <summary>The bytes of a logo; null if there is none or it is not valid Base64.</summary>
    public static byte[]? Read(string? base64)
    {
        if (string.IsNullOrEmpty(base64))
            return null;
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>What is wrong with a logo; null if nothing is.</summary>
    internal static string? FaultOf(string base64)
    {
        if (base64.Length > 2 * MaxLength)
            return "must have at most 256 KiB";
        if (Read(base64) is not { } image)
            return "must be an image in Base64";
        if (image.Length > MaxLength)
            return "must have at most 256 KiB";
        return image switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D',
                (byte)'R', ..] when image.Length > 33 => FaultOfPng(image),
            [0xFF, 0xD8, 0xFF, ..] => FaultOfJpeg(image),
            _ => Unreadable,
        };
    }

    private static string? FaultOfPng(byte[] png)
    {
        var width = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(16));
        var height = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(20));
        if (FaultOfSize(width, height) is { } fault)
            return fault;
        var (depth, color) = (png[24], png[25]);
        var bitsPerPixel = (color, depth) switch
        {
            (0, 8) => 8,
            (2, 8) => 24,
            (3, 1 or 4 or 8) => depth,
            (4, 8) => 16,
            (6, 8) => 32,
            _ => 0,
        };
        if (bitsPerPixel == 0 || png[28] != 0)
            return UnsupportedPng;
        var (data, colors) = ChunksOf(png);
        if (data is null || (color == 3 && colors is not (> 0 and <= 256)))
            return Unreadable;
        return HasRows(data, (int)height, (int)((width * bitsPerPixel) + 7) / 8)
            ? null : Unreadable;
    }

    // The compressed rows, and the number of colors of the palette; null unless all chunks are complete.
    private static (byte[]? Data, int Colors) ChunksOf(byte[] png)
    {
        using var data = new MemoryStream();
        var colors = 0;
        var at = 8;
        while (at + 12 <= png.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            if (length > png.Length - at - 12)
                return (null, 0);
            var content = png.AsSpan(at + 8, (int)length);
            var type = png.AsSpan(at + 4, 4);
            if (type.SequenceEqual("IDAT"u8))
                data.Write(content);
            else if (type.SequenceEqual("PLTE"u8))
                colors = content.Length % 3 == 0 ? content.Length / 3 : -1;
            else if (type.SequenceEqual("IEND"u8))
                return (data.ToArray(), colors);
            at += 12 + (int)length;
        }
        return (null, 0);
    }

    // Every row has a known filter, and the data ends with the last row.
    private static bool HasRows(byte[] data, int height, int rowLength)
    {
        try
        {
            using var rows = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
            var row = new byte[rowLength + 1];
            for (var index = 0; index < height; index++)
            {
                if (rows.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length || row[0] > 4)
                    return false;
            }
            return rows.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static string? FaultOfJpeg(byte[] jpeg)
    {
        var at = 2;
        while (at + 9 < jpeg.Length && jpeg[at] == 0xFF)
        {
            var marker = jpeg[at + 1];
            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2));
            // Baseline, extended and progressive images; the other kinds are rare and many programs cannot show them.
            if (marker is 0xC0 or 0xC1 or 0xC2)
            {
                var height = BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 5));
                var width = BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 7));
                return FaultOfSize(width, height)
                    ?? (jpeg[at + 4] == 8 && jpeg[at + 9] is 1 or 3 && jpeg is [.., 0xFF, 0xD9]
                        ? null : "must be a complete JPEG image in grey or color with 8 bits per channel");
            }
            at += 2 + length;
        }
        return Unreadable;
    }

    private static string? FaultOfSize(uint width, uint height) =>
        width is 0 or > MaxPixels || height is 0 or > MaxPixels
            ? $"must have at most {MaxPixels} by {MaxPixels} pixels" : null;
}
