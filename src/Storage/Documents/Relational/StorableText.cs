using System.Text;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Text that all engines store and compare in the same way.</summary>
internal static class StorableText
{
    /// <summary>An index entry of PostgreSQL has at most 2,704 bytes and also holds the organization's id.</summary>
    private const int MaxColumnBytes = 2_000;

    /// <summary>
    /// False for text with U+0000, which PostgreSQL does not support, or with an unpaired surrogate, which UTF-8 cannot
    /// encode. No stored value contains either, so no document matches a comparison with such text.
    /// </summary>
    internal static bool IsStorable(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '\0' || char.IsLowSurrogate(c))
                return false;
            if (char.IsHighSurrogate(c) && (++i == value.Length || !char.IsLowSurrogate(value[i])))
                return false;
        }

        return true;
    }

    /// <summary>Refuses a column value that an engine cannot store.</summary>
    /// <exception cref="ArgumentException">The value is not storable, or longer than 2,000 bytes in UTF-8.</exception>
    internal static void Require(string? value, string column)
    {
        if (value is null)
            return;
        if (!IsStorable(value))
            throw new ArgumentException($"The value of {column} contains U+0000 or an unpaired surrogate.");
        if (Encoding.UTF8.GetByteCount(value) > MaxColumnBytes)
            throw new ArgumentException($"The value of {column} is longer than {MaxColumnBytes} bytes.");
    }

    /// <summary>
    /// The smallest text greater than all texts with the prefix; null if there is none. So <c>ab</c> gives <c>ac</c>,
    /// and a prefix match becomes a range that an index can answer.
    /// </summary>
    internal static string? AfterPrefix(string prefix)
    {
        for (var end = prefix.Length; end > 0;)
        {
            Rune.DecodeLastFromUtf16(prefix.AsSpan(0, end), out var last, out var length);
            end -= length;
            if (last.Value == 0x10FFFF)
                continue;
            var next = last.Value == 0xD7FF ? 0xE000 : last.Value + 1;
            return string.Concat(prefix.AsSpan(0, end), new Rune(next).ToString());
        }

        return null;
    }
}
