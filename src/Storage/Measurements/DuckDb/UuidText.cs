using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Most uids are UUIDs, which take 16 bytes as numbers and 36 as text. Only text that the conversion restores exactly
/// is treated as a UUID: lower case, with hyphens.
/// </summary>
internal static class UuidText
{
    public const int Length = 36;

    // The engine stores UUIDs as signed numbers whose order is that of the text.
    private const ulong SignBit = 1UL << 63;

    private static ReadOnlySpan<byte> Digits => "0123456789abcdef"u8;

    /// <summary>Converts the text of a UUID to the engine's number.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 value)
    {
        value = default;
        if (text.Length != Length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
            return false;
        var upper = Vector128.Create(Eight(text), Four(text[9..]) | (Four(text[14..]) << 32)).AsByte();
        var lower = Vector128.Create(Four(text[19..]) | (Four(text[24..]) << 32), Eight(text[28..])).AsByte();
        if (!TryReadDigits(ref upper) || !TryReadDigits(ref lower))
            return false;
        var bytes = Vector128.Narrow(Pairs(upper), Pairs(lower)).AsUInt64();
        value = new UInt128(
            BinaryPrimitives.ReverseEndianness(bytes[0]) ^ SignBit, BinaryPrimitives.ReverseEndianness(bytes[1]));
        return true;
    }

    /// <summary>Converts the engine's number to text.</summary>
    public static void Write(UInt128 value, Span<byte> text)
    {
        var upper = (ulong)(value >> 64) ^ SignBit;
        var lower = (ulong)value;
        var shift = 60;
        for (var index = 0; index < Length; index++)
        {
            if (index is 8 or 13 or 18 or 23)
            {
                text[index] = (byte)'-';
                if (index == 18)
                    shift = 60;
                continue;
            }
            text[index] = Digits[(int)((index < 18 ? upper : lower) >> shift) & 0xf];
            shift -= 4;
        }
    }

    private static ulong Eight(ReadOnlySpan<byte> text) => BinaryPrimitives.ReadUInt64LittleEndian(text);

    private static ulong Four(ReadOnlySpan<byte> text) => BinaryPrimitives.ReadUInt32LittleEndian(text);

    // Converts sixteen hexadecimal digits to their values; false if one is not a digit.
    private static bool TryReadDigits(ref Vector128<byte> text)
    {
        var digits = text - Vector128.Create((byte)'0');
        var letters = text - Vector128.Create((byte)'a');
        var isDigit = Vector128.LessThan(digits, Vector128.Create((byte)10));
        var isLetter = Vector128.LessThan(letters, Vector128.Create((byte)6));
        text = Vector128.ConditionalSelect(isDigit, digits, letters + Vector128.Create((byte)10));
        return (isDigit | isLetter) == Vector128<byte>.AllBitsSet;
    }

    // Combines each pair of digits into one byte, in the lower half of its 16 bits.
    private static Vector128<ushort> Pairs(Vector128<byte> digits) =>
        ((digits.AsUInt16() << 4) | (digits.AsUInt16() >> 8)) & Vector128.Create((ushort)0xFF);
}
