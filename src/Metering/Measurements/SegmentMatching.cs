namespace Tallystick.Metering.Measurements;

/// <summary>
/// Assigns each measurement to at most one segment, because segments are priced separately (metering reference 9.4).
/// <c>*</c> matches any value; <c>""</c> matches an absent or empty value. If several segments match, the one with the
/// most exact fields wins, then the one whose first exact field is listed first, then the one listed first.
/// </summary>
public static class SegmentMatching
{
    /// <summary>The value that matches any value.</summary>
    public const string AnyValue = "*";

    /// <summary>
    /// Divides the segments into ranks. A match in an earlier rank beats any match in a later one; within a rank, the
    /// segment with the smallest index wins.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<SegmentPattern>> Ranks(
        IReadOnlyList<string> fields, IReadOnlyList<IReadOnlyDictionary<string, string>> segments) =>
        [.. segments
            .Select((segment, index) => (Index: index, Values: ValuesOf(fields, segment)))
            .GroupBy(segment => Mask(segment.Values))
            .Select(group => new SegmentPattern(
                ExactFields(group.Key, fields.Count),
                [.. group.Select(segment => new SegmentValues(segment.Index, segment.Values))]))
            .GroupBy(pattern => (pattern.ExactFields.Count, First: pattern.ExactFields.FirstOrDefault(-1)))
            .OrderByDescending(rank => rank.Key.Count)
            .ThenBy(rank => rank.Key.First)
            .Select(IReadOnlyList<SegmentPattern> (rank) => [.. rank])];

    private static IReadOnlyList<string> ValuesOf(
        IReadOnlyList<string> fields, IReadOnlyDictionary<string, string> segment) =>
        [.. fields.Select(field => segment.TryGetValue(field, out var value)
            ? value
            : throw new ArgumentException($"A segment has no value for the field '{field}'.", nameof(segment)))];

    private static int Mask(IReadOnlyList<string> values)
    {
        var mask = 0;
        for (var field = 0; field < values.Count; field++)
            mask |= values[field] == AnyValue ? 0 : 1 << field;
        return mask;
    }

    private static IReadOnlyList<int> ExactFields(int mask, int count) =>
        [.. Enumerable.Range(0, count).Where(field => (mask & (1 << field)) != 0)];
}

/// <summary>Segments with exact values in the same fields.</summary>
/// <param name="ExactFields">Ascending indices of the segmented fields whose values must be equal.</param>
/// <param name="Segments">The segments, in the order listed.</param>
public sealed record SegmentPattern(IReadOnlyList<int> ExactFields, IReadOnlyList<SegmentValues> Segments);

/// <summary>One segment.</summary>
/// <param name="Index">Index among all segments.</param>
/// <param name="Values">Its values in the order of the segmented fields.</param>
public sealed record SegmentValues(int Index, IReadOnlyList<string> Values);
