namespace Tallystick.Billing.Calculation.Terms;

/// <summary>Converts segments to text, and looks them up.</summary>
internal static class SegmentText
{
    /// <summary>
    /// A key that is equal for equal segments, regardless of the order of their fields; empty for no segment.
    /// </summary>
    public static string Of(IReadOnlyDictionary<string, string>? segment) => segment is null
        ? ""
        : string.Concat(segment
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => $"{field.Key.Length}:{field.Key}={field.Value.Length}:{field.Value}"));

    /// <summary>The values in the order of the segmented fields, such as <c>UK, Standard</c>.</summary>
    public static string Values(IReadOnlyDictionary<string, string> segment, IReadOnlyList<string> segmentedFields) =>
        string.Join(", ", segmentedFields.Select(field => segment[field]));

    /// <summary>Index of a segment among those of an aggregation; null if it is not one of them.</summary>
    public static int? IndexIn(
        IReadOnlyList<IReadOnlyDictionary<string, string>> segments, IReadOnlyDictionary<string, string> segment)
    {
        var text = Of(segment);
        for (var index = 0; index < segments.Count; index++)
        {
            if (Of(segments[index]) == text)
                return index;
        }
        return null;
    }
}
