using System.Buffers.Binary;

namespace Tallystick.Metering.Measurements.Batches;

/// <summary>Reads the output of <see cref="ByteBuffer"/>. Each call advances the offset.</summary>
internal static class ByteReading
{
    /// <exception cref="InvalidDataException">The number has more than 64 bits.</exception>
    public static ulong Varint(ReadOnlySpan<byte> bytes, scoped ref int offset)
    {
        ulong value = bytes[offset++];
        if (value < 0x80)
            return value;
        value &= 0x7f;
        for (var shift = 7; shift < 64; shift += 7)
        {
            var next = bytes[offset++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw new InvalidDataException("The batch contains a number of more than 64 bits.");
    }

    public static int Count(ReadOnlySpan<byte> bytes, scoped ref int offset) => checked((int)Varint(bytes, ref offset));

    public static long Int64(ReadOnlySpan<byte> bytes, scoped ref int offset)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);
        offset += sizeof(long);
        return value;
    }

    public static int Int32(ReadOnlySpan<byte> bytes, scoped ref int offset)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);
        offset += sizeof(int);
        return value;
    }

    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> bytes, scoped ref int offset)
    {
        var length = Count(bytes, ref offset);
        var text = bytes.Slice(offset, length);
        offset += length;
        return text;
    }

    public static Range TextRange(ReadOnlySpan<byte> bytes, scoped ref int offset)
    {
        var length = Count(bytes, ref offset);
        var start = offset;
        offset += length;
        return start..offset;
    }
}
