namespace Tallystick.Foundation.Values;

/// <summary>Counts the characters of a text as people and the API do: by Unicode code points.</summary>
public static class TextLength
{
    /// <summary>The number of code points; half a surrogate pair counts as one.</summary>
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

    /// <summary>The text, or as many of its code points from the beginning on.</summary>
    public static string Cut(string text, int maximum)
    {
        if (text.Length <= maximum)
            return text;
        var end = 0;
        for (var taken = 0; taken < maximum && end < text.Length; taken++)
            end += end + 1 < text.Length && char.IsSurrogatePair(text[end], text[end + 1]) ? 2 : 1;
        return text[..end];
    }

    /// <summary>The text, or its beginning and an ellipsis when it has more code points; for messages.</summary>
    public static string Shorten(string text, int maximum)
    {
        var cut = Cut(text, maximum);
        return cut.Length == text.Length ? text : cut + "…";
    }

    /// <summary>True when a text of UTF-8 has at most a number of code points.</summary>
    public static bool IsAtMost(ReadOnlySpan<byte> utf8, int maximum)
    {
        // Each code point has one byte at least; most texts are decided by their number of bytes.
        if (utf8.Length <= maximum)
            return true;
        var count = 0;
        foreach (var value in utf8)
            count += (value & 0b1100_0000) == 0b1000_0000 ? 0 : 1; // all but the bytes that continue a code point
        return count <= maximum;
    }
}
