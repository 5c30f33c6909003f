using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Measurements.Batches;

/// <summary>
/// Encodes numbers exactly, including trailing zeros: one byte with the sign and the number of decimal places, then all
/// digits as an integer.
/// </summary>
internal static class NumberEncoding
{
    private const int ScaleMask = 0x1f;
    private const int Negative = 0x20;
    private const int Wide = 0x40;
    private const int ShortText = 18;

    /// <summary>Writes a number given as JSON text.</summary>
    /// <returns>False, with nothing written, if the number cannot be represented exactly.</returns>
    public static bool TryWrite(ByteBuffer target, ReadOnlySpan<byte> text)
    {
        if (TryReadShort(text, out var digits, out var scale, out var isNegative))
        {
            target.WriteByte((byte)(scale | (isNegative ? Negative : 0)));
            target.WriteVarint(digits);
            return true;
        }
        if (!ExactNumber.TryParse(text, out var number))
            return false;
        Write(target, number);
        return true;
    }

    public static void Write(ByteBuffer target, decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var head = number.Scale | (number < 0 ? Negative : 0);
        if (bits[2] == 0)
        {
            target.WriteByte((byte)head);
            target.WriteVarint(((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
            return;
        }
        target.WriteByte((byte)(head | Wide));
        foreach (var part in bits[..3])
            target.WriteInt32(part);
    }

    public static decimal Read(ReadOnlySpan<byte> bytes, ref int offset)
    {
        var head = bytes[offset++];
        var scale = (byte)(head & ScaleMask);
        var isNegative = (head & Negative) != 0;
        if ((head & Wide) == 0)
        {
            var digits = ByteReading.Varint(bytes, ref offset);
            return new decimal((int)digits, (int)(digits >> 32), 0, isNegative, scale);
        }
        var low = ByteReading.Int32(bytes, ref offset);
        var middle = ByteReading.Int32(bytes, ref offset);
        return new decimal(low, middle, ByteReading.Int32(bytes, ref offset), isNegative, scale);
    }

    public static void Skip(ReadOnlySpan<byte> bytes, ref int offset)
    {
        if ((bytes[offset++] & Wide) != 0)
            offset += 3 * sizeof(int);
        else
            ByteReading.Varint(bytes, ref offset);
    }

    // Handles up to 18 characters without an exponent, which covers nearly all numbers in practice.
    private static bool TryReadShort(ReadOnlySpan<byte> text, out ulong digits, out int scale, out bool isNegative)
    {
        digits = 0;
        scale = 0;
        isNegative = text[0] == '-';
        if (text.Length > ShortText)
            return false;
        var point = -1;
        for (var index = isNegative ? 1 : 0; index < text.Length; index++)
        {
            var digit = (uint)(text[index] - '0');
            if (digit <= 9)
                digits = (digits * 10) + digit;
            else if (text[index] == '.')
                point = index;
            else
                return false;
        }
        if (point >= 0)
            scale = text.Length - point - 1;
        isNegative &= digits != 0;
        return true;
    }
}
