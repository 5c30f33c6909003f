using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Files;

namespace Tallystick.Storage.Files;

/// <summary>
/// The metadata of a file, stored after its bytes: JSON, the length of the JSON in four bytes, and a magic number. A
/// single rename thus makes content and metadata visible together.
/// </summary>
internal static class FileTrailer
{
    private const int EndBytes = 12;
    private const int MaxJson = 4096;

    private static ReadOnlySpan<byte> Mark => "TSFILE01"u8;

    /// <summary>Serializes the trailer of a file.</summary>
    internal static byte[] Write(StoredFile file)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("length", file.Length);
            json.WriteString("sha256", file.Sha256);
            json.WriteString("contentType", file.ContentType);
            if (file.Expiry is { } expiry)
                json.WriteString("expiry", InstantText.Sortable(expiry));
            json.WriteEndObject();
        }
        Span<byte> end = stackalloc byte[EndBytes];
        BinaryPrimitives.WriteInt32LittleEndian(end, (int)stream.Length);
        Mark.CopyTo(end[sizeof(int)..]);
        stream.Write(end);
        return stream.ToArray();
    }

    /// <summary>Reads the trailer of a file; null if it is damaged.</summary>
    internal static StoredFile? Read(FileKey key, SafeFileHandle file)
    {
        var total = RandomAccess.GetLength(file);
        Span<byte> end = stackalloc byte[EndBytes];
        if (total < EndBytes || RandomAccess.Read(file, end, total - EndBytes) < EndBytes
            || !end[sizeof(int)..].SequenceEqual(Mark))
            return null;
        var size = BinaryPrimitives.ReadInt32LittleEndian(end);
        if (size is < 2 or > MaxJson || total < size + EndBytes)
            return null;
        var json = new byte[size];
        RandomAccess.Read(file, json, total - EndBytes - size);
        return Parse(key, json) is { } stored && stored.Length == total - EndBytes - size ? stored : null;
    }

    private static StoredFile? Parse(FileKey key, byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            Instant? expiry = null;
            if (root.TryGetProperty("expiry", out var text))
            {
                if (!InstantText.TryParse(text.GetString()!, out var instant))
                    return null;
                expiry = instant;
            }
            return new StoredFile(
                key, root.GetProperty("length").GetInt64(), root.GetProperty("sha256").GetString()!,
                root.GetProperty("contentType").GetString()!, expiry);
        }
        catch (Exception damage) when (damage is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }
}
