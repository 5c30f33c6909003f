using System.Buffers.Binary;
using System.IO.Hashing;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>What one write puts into the log: a header, then the records that were waiting together.</summary>
/// <param name="PayloadLength">Bytes of the records, each behind its length.</param>
/// <param name="Newest">Newest receipt of a record in the log up to here, in ticks since 1970.</param>
/// <param name="ZeroSectors">How many sectors of the frame, not counting the header's, hold nothing but zeros.</param>
/// <param name="PayloadHash">Hash of the payload with the zeros that fill it up.</param>
/// <remarks>
/// Little-endian: magic (0), length of the payload (4), position of the frame (8), newest receipt (16), zero sectors
/// (24), hash of the payload (32), hash of the header so far (56). The position makes a frame that landed in the wrong
/// place a fault. Frames are multiples of the header's size, so that no header lies across the boundary of two
/// sectors: after a crash it is there or not. A frame is written only after the one before it was flushed.
/// </remarks>
internal readonly record struct LogFrame(int PayloadLength, long Newest, int ZeroSectors, ulong PayloadHash)
{
    public const int HeaderBytes = 64;

    /// <summary>What a disk writes whole or not at all.</summary>
    public const int SectorBytes = 512;

    private const uint Magic = 0x324C5354; // "TSL2"
    private const uint FormerMagic = 0x314C5354; // "TSL1"
    private const int HashAt = 56;

    /// <summary>Bytes of the frame in the file.</summary>
    public long Length => LengthOf(PayloadLength);

    /// <summary>Bytes in the file of a frame with a payload.</summary>
    public static long LengthOf(long payload) =>
        HeaderBytes + ((payload + HeaderBytes - 1) / HeaderBytes * HeaderBytes);

    /// <summary>Fills in the header of a frame whose payload, filled up with zeros, stands behind it.</summary>
    public static void Seal(Span<byte> frame, int payloadLength, long position, long offset, long newest)
    {
        var header = frame[..HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], payloadLength);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], position);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], newest);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], CountZeroSectors(frame, offset));
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], XxHash3.HashToUInt64(frame[HeaderBytes..]));
        BinaryPrimitives.WriteUInt64LittleEndian(header[HashAt..], XxHash3.HashToUInt64(header[..HashAt]));
    }

    /// <summary>Reads a header.</summary>
    /// <returns>False when it is not a whole header of a frame at the position.</returns>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, long position, out LogFrame frame)
    {
        frame = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(header[HashAt..]) != XxHash3.HashToUInt64(header[..HashAt])
            || BinaryPrimitives.ReadInt64LittleEndian(header[8..]) != position)
            return false;
        frame = new LogFrame(
            BinaryPrimitives.ReadInt32LittleEndian(header[4..]), BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[32..]));
        return frame.PayloadLength >= 0;
    }

    /// <summary>True when the bytes are how a log of the format before this one begins.</summary>
    public static bool IsOfFormerFormat(ReadOnlySpan<byte> header) =>
        header.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(header) == FormerMagic;

    /// <summary>True when the frame's bytes are those that were written.</summary>
    public bool Holds(ReadOnlySpan<byte> frame) => XxHash3.HashToUInt64(frame[HeaderBytes..]) == PayloadHash;

    /// <summary>
    /// True when a sector that was written reads as the zeros that stood there before: the write was interrupted. The
    /// bytes of a frame that was written whole and damaged later do not look like that.
    /// </summary>
    public bool LacksSectors(ReadOnlySpan<byte> frame, long offset) => CountZeroSectors(frame, offset) > ZeroSectors;

    private static int CountZeroSectors(ReadOnlySpan<byte> frame, long offset)
    {
        var count = 0;
        for (var at = SectorBytes - (int)(offset % SectorBytes); at < frame.Length; at += SectorBytes)
        {
            if (!frame[at..Math.Min(at + SectorBytes, frame.Length)].ContainsAnyExcept((byte)0))
                count++;
        }
        return count;
    }
}
