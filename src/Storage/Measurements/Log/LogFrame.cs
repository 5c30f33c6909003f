using System.Buffers.Binary;
using System.IO.Hashing;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>One write to the log: a header, followed by the records of a group commit.</summary>
/// <param name="PayloadLength">Bytes of the records, including their length prefixes.</param>
/// <param name="Newest">Newest time of receipt in the log up to here, in ticks since 1970.</param>
/// <param name="ZeroSectors">
/// Number of sectors of the frame, not counting the header's, that contain only zeros.
/// </param>
/// <param name="PayloadHash">Hash of the payload including its zero padding.</param>
/// <remarks>
/// Little-endian: magic (0), length of the payload (4), position of the frame (8), newest time of receipt (16), zero
/// sectors (24), hash of the payload (32), hash of the header so far (56). The position detects a frame that was
/// written to the wrong place. The length of a frame is a multiple of the header's, so no header crosses a sector
/// boundary: after a crash a header is present as a whole or not at all. A frame is written only after the previous one
/// was flushed.
/// </remarks>
internal readonly record struct LogFrame(int PayloadLength, long Newest, int ZeroSectors, ulong PayloadHash)
{
    public const int HeaderBytes = 64;

    /// <summary>The unit that a disk writes atomically.</summary>
    public const int SectorBytes = 512;

    private const uint Magic = 0x324C5354; // "TSL2"
    private const uint FormerMagic = 0x314C5354; // "TSL1"
    private const int HashAt = 56;

    /// <summary>Bytes that the frame takes in the file.</summary>
    public long Length => LengthOf(PayloadLength);

    /// <summary>Bytes that a frame with a payload of this length takes in the file.</summary>
    public static long LengthOf(long payload) =>
        HeaderBytes + ((payload + HeaderBytes - 1) / HeaderBytes * HeaderBytes);

    /// <summary>Writes the header of a frame. The zero-padded payload must already follow it.</summary>
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
    /// <returns>False if it is not a valid header for the position.</returns>
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

    /// <summary>True if the bytes are the start of a log in the previous format.</summary>
    public static bool IsOfFormerFormat(ReadOnlySpan<byte> header) =>
        header.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(header) == FormerMagic;

    /// <summary>True if the payload matches the hash.</summary>
    public bool Holds(ReadOnlySpan<byte> frame) => XxHash3.HashToUInt64(frame[HeaderBytes..]) == PayloadHash;

    /// <summary>
    /// True if a written sector still reads as the zeros that were there before, which means that the write was
    /// interrupted. A frame that was written completely and damaged later does not look like this.
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
