using System.Buffers.Binary;

namespace Tallystick.Metering.Measurements.Batches;

/// <summary>A growing buffer that keeps its memory when it is cleared.</summary>
internal sealed class ByteBuffer(int capacity)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Free space after the written bytes. Call <see cref="Advance"/> with the number of bytes used.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);
        Length += sizeof(long);
    }

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);
        Length += sizeof(int);
    }

    /// <summary>Writes the length and then the bytes.</summary>
    public void WriteText(ReadOnlySpan<byte> text)
    {
        WriteVarint((uint)text.Length);
        Write(text);
    }

    /// <summary>Writes seven bits per byte, lowest first.</summary>
    public void WriteVarint(ulong value)
    {
        var target = Reserve(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            target[count++] = (byte)(value | 0x80);
        target[count++] = (byte)value;
        Length += count;
    }

    /// <summary>Overwrites a byte written before.</summary>
    public void PatchByte(int offset, byte value) => _bytes[offset] = value;

    /// <summary>Overwrites four bytes written before.</summary>
    public void Patch(int offset, int value) =>
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(offset), value);
}
