using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>A stored measurement of a meter with a number <c>n</c> and a text <c>kind</c>.</summary>
internal sealed record StoredOne(
    string OrganizationId, string MeterId, string AccountId, string Uid, Instant Ts, Instant ReceivedAt, long Position,
    decimal Number, string Kind)
{
    public LocalDate Day => ReceivedAt.InUtc().Date;
}

/// <summary>How the reference store answers questions about usage. The oracle of the suite does not use it.</summary>
internal static class MemoryUsage
{
    /// <summary>The values of all windows and segments.</summary>
    public static IReadOnlyList<UsageValue> Read(IEnumerable<StoredOne> rows, UsageQuery query)
    {
        var values = new List<UsageValue>();
        var ofMeter = rows
            .Where(row => row.OrganizationId == query.OrganizationId && row.MeterId == query.Meter.Id).ToList();
        foreach (var (index, windows) in query.Windows.Select(IReadOnlyList<UsageWindow> (window) => [window])
            .Concat(query.WindowSets).Index())
        {
            var inWindow = ofMeter.Where(row => Passes(row, query) && windows.Any(window =>
                row.AccountId == window.AccountId
                && window.Window.Start <= row.Ts && row.Ts < window.Window.End));
            values.AddRange(inWindow
                .GroupBy(row => SegmentOf(row, query))
                .Where(group => query.SegmentedFields.Count == 0 || group.Key >= 0)
                .Select(group => new UsageValue(index, group.Key, Value([.. group], query.Field, query.Method))));
        }
        return values;
    }

    /// <summary>The measurements that an exploration asks for, the most recently received first.</summary>
    public static IEnumerable<StoredOne> Find(IEnumerable<StoredOne> rows, UsageExploration query) => rows
        .Where(row => row.OrganizationId == query.OrganizationId
            && query.Meters.Any(meter => meter.Id == row.MeterId)
            && query.Window.Start <= row.Ts && row.Ts < query.Window.End
            && query.AccountIds?.Contains(row.AccountId) != false)
        .OrderByDescending(row => row.Position);

    /// <summary>The groups of an exploration, the most recently received first.</summary>
    public static IReadOnlyList<ExplorerGroupRow> Group(IEnumerable<StoredOne> rows, UsageExploration query) =>
    [
        .. Find(rows, query)
            .GroupBy(row => string.Join('/', query.Groups.Select(group => Key(row, group))))
            .Select(group => (Latest: group.Max(row => row.Position), Row: new ExplorerGroupRow(
                [.. query.Groups.Select(one => Key(group.First(), one))],
                [.. query.Aggregations.Select(aggregation => Value(group, aggregation))])))
            .OrderByDescending(group => group.Latest)
            .Select(group => group.Row),
    ];

    /// <summary>One number.</summary>
    public static decimal Value(IReadOnlyList<StoredOne> rows, string field, AggregationMethod method) => method switch
    {
        AggregationMethod.Count => rows.Count,
        AggregationMethod.Unique => field == "kind"
            ? rows.Select(row => row.Kind).Distinct(StringComparer.Ordinal).Count()
            : rows.Select(row => row.Number).Distinct().Count(),
        AggregationMethod.Sum => rows.Sum(row => row.Number),
        AggregationMethod.Min => rows.Min(row => row.Number),
        AggregationMethod.Max => rows.Max(row => row.Number),
        AggregationMethod.Mean => rows.Sum(row => row.Number) / rows.Count,
        AggregationMethod.Latest => rows.OrderBy(row => row.Ts).ThenBy(row => row.Position).Last().Number,
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
    };

    // The meters have one text field.
    private static bool Passes(StoredOne row, UsageQuery query)
    {
        var ofKind = query.Filters.Where(filter => filter.Field == "kind").ToLookup(
            filter => filter.IsExcluded, filter => filter.Value);
        return query.Filters.All(filter => filter.IsExcluded || filter.Field == "kind")
            && !ofKind[true].Contains(row.Kind)
            && (!ofKind[false].Any() || ofKind[false].Contains(row.Kind));
    }

    // Of one field: the first segment that has the value, else the first that takes any.
    private static int SegmentOf(StoredOne row, UsageQuery query)
    {
        if (query.SegmentedFields.Count == 0)
            return -1;
        var values = query.Segments.Select(segment => segment["kind"]).ToList();
        var exact = values.IndexOf(row.Kind);
        return exact >= 0 ? exact : values.IndexOf(SegmentMatching.AnyValue);
    }

    private static ExplorerValue Key(StoredOne row, ExplorerGroup group) => group switch
    {
        ExplorerGroup.ByAccount => new ExplorerValue(row.AccountId),
        ExplorerGroup.ByTime => new ExplorerValue(null, Time: row.Ts.InUtc().Date.AtMidnight().InUtc().ToInstant()),
        ExplorerGroup.ByDimension dimension when dimension.MeterIds.Contains(row.MeterId) =>
            new ExplorerValue(row.Kind),
        _ => new ExplorerValue(null),
    };

    private static decimal? Value(IEnumerable<StoredOne> group, ExplorerAggregation aggregation)
    {
        var rows = group.Where(row => row.MeterId == aggregation.Meter.Id).ToList();
        return rows.Count == 0 ? null : Value(rows, aggregation.Field, aggregation.Method);
    }
}
