namespace Tallystick.Foundation.Values;

/// <summary>Counts characters as Unicode code points, as the API does.</summary>
public static class TextLength
{
    /// <summary>The number of code points; an unpaired surrogate counts as one.</summary>
    public static int Of(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (var index = 1; index < text.Length; index++)
        {
            if (char.IsSurrogatePair(text[index - 1], text[index]))
                count--;
        }
        return count;
    }

    /// <summary>True if text has at most a given number of code points; a long text is not read.</summary>
    public static bool IsAtMost(ReadOnlySpan<char> text, int maximum) =>
        text.Length <= maximum || (text.Length <= 2 * maximum && Of(text) <= maximum);

    /// <summary>The text, truncated to a number of code points.</summary>
    public static string Cut(string text, int maximum)
    {
        if (text.Length <= maximum)
            return text;
        var end = 0;
        for (var taken = 0; taken < maximum && end < text.Length; taken++)
            end += end + 1 < text.Length && char.IsSurrogatePair(text[end], text[end + 1]) ? 2 : 1;
        return text[..end];
    }

    /// <summary>The text, truncated with an ellipsis if it has more code points; for messages.</summary>
    public static string Shorten(string text, int maximum)
    {
        var cut = Cut(text, maximum);
        return cut.Length == text.Length ? text : cut + "…";
    }

    /// <summary>True if UTF-8 text has at most a given number of code points.</summary>
    public static bool IsAtMost(ReadOnlySpan<byte> utf8, int maximum)
    {
        // Each code point has at least one byte, so for most texts the number of bytes is sufficient.
        if (utf8.Length <= maximum)
            return true;
        var count = 0;
        foreach (var value in utf8)
            count += (value & 0b1100_0000) == 0b1000_0000 ? 0 : 1; // counts all bytes except continuation bytes
        return count <= maximum;
    }
}
