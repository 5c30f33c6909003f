using Tallystick.Metering.Aggregations;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.CompoundAggregations;

/// <summary>
/// The segments of a compound aggregation: all segments if there is one segmented aggregation, or the common segments
/// of several.
/// </summary>
public static class CompoundSegments
{
    /// <summary>The segments, in the order of the first segmented aggregation.</summary>
    public static async ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>> OfAsync(
        CompoundAggregation compound, IResourceReader related) =>
        (await ShowAsync([compound], new ResourceView(related, [])))[0].Segments ?? [];

    /// <summary>Whether both have the same fields and values.</summary>
    public static bool AreSame(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count
        && left.All(pair => right.TryGetValue(pair.Key, out var value) && value == pair.Value);

    internal static async ValueTask<IReadOnlyList<CompoundAggregation>> ShowAsync(
        IReadOnlyList<CompoundAggregation> compounds, ResourceView view)
    {
        var codes = compounds.ToDictionary(compound => compound.Id, CompoundAggregationRules.CodesOf);
        var named = await view.Related.ListAsync<Aggregation>(
            new Condition.In("code", [.. codes.Values.SelectMany(one => one).Distinct(StringComparer.Ordinal)]));
        var byCode = named.ToDictionary(aggregation => aggregation.Code!, StringComparer.Ordinal);
        return
        [
            .. compounds.Select(compound => compound with
            {
                Segments = Common(codes[compound.Id].Where(byCode.ContainsKey).Select(code => byCode[code])),
            }),
        ];
    }

    /// <summary>The common segments of all segmented aggregations; null if no aggregation is segmented.</summary>
    internal static IReadOnlyList<IReadOnlyDictionary<string, string>>? Common(IEnumerable<Aggregation> aggregations)
    {
        var segmented = aggregations.Where(aggregation => aggregation.Segments is { Count: > 0 }).ToList();
        if (segmented.Count == 0)
            return null;
        return
        [
            .. segmented[0].Segments!.Where(segment =>
                segmented.Skip(1).All(other => other.Segments!.Any(candidate => AreSame(candidate, segment)))),
        ];
    }
}
