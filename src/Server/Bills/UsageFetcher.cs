using Tallystick.Billing.Calculation;
using Tallystick.Metering.Measurements;

namespace Tallystick.Server.Bills;

/// <summary>Meets the needs of many bills together: one pass over the measurements for each aggregation.</summary>
internal static class UsageFetcher
{
    /// <summary>The answer to each need.</summary>
    internal static async Task<Dictionary<UsageNeed, UsageResult>> FetchAsync(
        string organizationId, IEnumerable<UsageNeed> needs, UsageReader usage, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<UsageNeed, UsageResult>();
        foreach (var group in needs.Distinct().GroupBy(need => need.Aggregation.Id))
        {
            var asked = group.ToList();
            var windows = asked.Select(WindowOf).Distinct().ToList();
            var aggregation = asked[0].Aggregation;
            var values = await usage.ReadAsync(
                new UsageQuery
                {
                    OrganizationId = organizationId,
                    Meter = asked[0].Meter,
                    Field = aggregation.TargetField,
                    Method = aggregation.Method,
                    Windows = windows,
                    SegmentedFields = aggregation.SegmentedFields ?? [],
                    Segments = aggregation.Segments ?? [],
                },
                cancellationToken);
            var found =
                values.ToDictionary(value => (windows[value.WindowIndex], value.SegmentIndex), value => value.Value);
            foreach (var need in asked)
            {
                var key = (WindowOf(need), need.SegmentIndex ?? -1);
                answers[need] = new UsageResult(need, found.TryGetValue(key, out var value) ? value : null);
            }
        }
        return answers;
    }

    private static UsageWindow WindowOf(UsageNeed need) => new(need.AccountId, need.Window);
}
