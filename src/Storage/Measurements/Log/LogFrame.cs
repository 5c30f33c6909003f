using System.Buffers.Binary;
using System.IO.Hashing;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>What one write puts into the log: a header, then the encoded batches that were waiting together.</summary>
/// <remarks>
/// Header of 32 bytes, little-endian: magic, length of the payload, position of the frame, hash of the payload, hash
/// of the header so far. The position makes a frame that landed in the wrong place a fault. A frame is written only
/// after the one before it was flushed, so a whole frame behind a broken one means damage, never an interrupted write.
/// </remarks>
internal readonly record struct LogFrame(int PayloadLength, ulong PayloadHash)
{
    public const int HeaderBytes = 32;

    private const uint Magic = 0x314C5354; // "TSL1"

    public long Length => HeaderBytes + (long)PayloadLength;

    /// <summary>Fills in the header of a frame whose payload stands behind it.</summary>
    public static void Seal(Span<byte> frame, long position)
    {
        var payload = frame[HeaderBytes..];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], position);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[16..], XxHash3.HashToUInt64(payload));
        BinaryPrimitives.WriteUInt64LittleEndian(frame[24..], XxHash3.HashToUInt64(frame[..24]));
    }

    /// <summary>Reads a header.</summary>
    /// <returns>False when it is not a whole header of a frame at the position.</returns>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, long position, out LogFrame frame)
    {
        frame = default;
        if (header.Length < HeaderBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(header[24..]) != XxHash3.HashToUInt64(header[..24])
            || BinaryPrimitives.ReadInt64LittleEndian(header[8..]) != position)
            return false;
        frame = new LogFrame(
            BinaryPrimitives.ReadInt32LittleEndian(header[4..]), BinaryPrimitives.ReadUInt64LittleEndian(header[16..]));
        return frame.PayloadLength >= 0;
    }

    /// <summary>True when the payload is the one that was written.</summary>
    public bool Holds(ReadOnlySpan<byte> payload) => XxHash3.HashToUInt64(payload) == PayloadHash;
}
