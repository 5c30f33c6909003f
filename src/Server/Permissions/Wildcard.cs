namespace Tallystick.Server.Permissions;

/// <summary>
/// Compares texts in which <c>*</c> stands for any run of characters, in time linear in the product of their lengths.
/// </summary>
internal static class Wildcard
{
    /// <summary>
    /// True when the pattern matches the text. A <c>*</c> in the text is matched by a <c>*</c> only, so for a text
    /// that is a pattern: true only when the pattern matches all that the text does.
    /// </summary>
    internal static bool Matches(string pattern, string text)
    {
        var (at, start, star, retry) = (0, 0, -1, 0);
        while (at < text.Length)
        {
            if (start < pattern.Length && pattern[start] == '*')
            {
                (star, retry) = (start++, at);
            }
            else if (start < pattern.Length && pattern[start] == text[at])
            {
                (start, at) = (start + 1, at + 1);
            }
            else if (star >= 0)
            {
                // The last star takes one character more.
                (start, at) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }
        return pattern.AsSpan(start).Trim('*').IsEmpty;
    }

    /// <summary>True when there is a text that both patterns match.</summary>
    internal static bool Meet(string one, string other)
    {
        var first = one.IndexOf('*', StringComparison.Ordinal);
        var second = other.IndexOf('*', StringComparison.Ordinal);
        if (first < 0)
            return second < 0 ? one == other : Matches(other, one);
        if (second < 0)
            return Matches(one, other);
        // Most patterns begin differently, which is cheap to see.
        var common = Math.Min(first, second);
        if (!one.AsSpan(0, common).SequenceEqual(other.AsSpan(0, common)))
            return false;
        var (last, otherLast) = (one.Length - one.LastIndexOf('*') - 1, other.Length - other.LastIndexOf('*') - 1);
        var end = Math.Min(last, otherLast);
        return one.AsSpan(one.Length - end).SequenceEqual(other.AsSpan(other.Length - end)) && MeetInside(one, other);
    }

    private static bool MeetInside(string one, string other)
    {
        // meets[j]: whether the rest of one from i on meets the rest of other from j on; i goes down from the end.
        var meets = new bool[other.Length + 1];
        for (var i = one.Length; i >= 0; i--)
        {
            var below = (bool[])meets.Clone();
            for (var j = other.Length; j >= 0; j--)
            {
                meets[j] = (i == one.Length && j == other.Length)
                    || (i < one.Length && one[i] == '*' && (below[j] || (j < other.Length && meets[j + 1])))
                    || (j < other.Length && other[j] == '*' && (meets[j + 1] || (i < one.Length && below[j])))
                    || (i < one.Length && j < other.Length && one[i] == other[j] && below[j + 1]);
            }
        }
        return meets[0];
    }
}
