namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Uids are mostly UUIDs, which take 16 bytes as numbers and 36 as text. Only text that comes back character for
/// character is taken for one: lower case, with hyphens.
/// </summary>
internal static class UuidText
{
    public const int Length = 36;

    // The engine keeps UUIDs as signed numbers that order like the text.
    private const ulong SignBit = 1UL << 63;

    private static ReadOnlySpan<byte> Digits => "0123456789abcdef"u8;

    /// <summary>Reads the engine's number of a UUID.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 value)
    {
        value = default;
        if (text.Length != Length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
            return false;
        ulong upper = 0, lower = 0;
        for (var index = 0; index < Length; index++)
        {
            if (index is 8 or 13 or 18 or 23)
                continue;
            var c = text[index];
            uint digit;
            if (c is >= (byte)'0' and <= (byte)'9')
                digit = (uint)(c - '0');
            else if (c is >= (byte)'a' and <= (byte)'f')
                digit = (uint)(c - 'a' + 10);
            else
                return false;
            if (index < 18)
                upper = (upper << 4) | digit;
            else
                lower = (lower << 4) | digit;
        }
        value = new UInt128(upper ^ SignBit, lower);
        return true;
    }

    /// <summary>Writes the text of the engine's number.</summary>
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
}
