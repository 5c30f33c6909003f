namespace Tallystick.Access.Permissions;

/// <summary>Matches strings in which <c>*</c> stands for any sequence of characters.</summary>
internal static class Wildcard
{
    /// <summary>
    /// True if the pattern matches the text. A <c>*</c> in the text is matched only by a <c>*</c>, so if the text is a
    /// pattern, the result is true only if the first pattern covers the second.
    /// </summary>
    public static bool Matches(string pattern, string text)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return pattern == text;
        var last = pattern.LastIndexOf('*');
        var end = pattern.AsSpan(last + 1);
        if (text.Length < star + end.Length || !text.AsSpan(0, star).SequenceEqual(pattern.AsSpan(0, star))
            || !text.AsSpan().EndsWith(end))
            return false;
        // Greedy: each part between two stars matches at its first occurrence, which leaves the most for the rest.
        var rest = text.AsSpan(star, text.Length - star - end.Length);
        var between = pattern.AsSpan(star, last - star);
        foreach (var part in between.Split('*'))
        {
            var at = rest.IndexOf(between[part]);
            if (at < 0)
                return false;
            rest = rest[(at + between[part].Length)..];
        }
        return true;
    }

    /// <summary>True if a text exists that both patterns match.</summary>
    public static bool Meet(string one, string other)
    {
        var first = one.IndexOf('*', StringComparison.Ordinal);
        var second = other.IndexOf('*', StringComparison.Ordinal);
        if (first < 0)
            return second < 0 ? one == other : Matches(other, one);
        if (second < 0)
            return Matches(one, other);
        // Between prefix and suffix, both have a star, which can match the other's middle part.
        var common = Math.Min(first, second);
        if (!one.AsSpan(0, common).SequenceEqual(other.AsSpan(0, common)))
            return false;
        var (last, otherLast) = (one.Length - one.LastIndexOf('*') - 1, other.Length - other.LastIndexOf('*') - 1);
        var end = Math.Min(last, otherLast);
        return one.AsSpan(one.Length - end).SequenceEqual(other.AsSpan(other.Length - end));
    }
}
