using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Generated;

/// <summary>A measurement as the test remembers it.</summary>
internal sealed record NaiveRow(
    string Uid, string MeterId, string AccountId, Instant Ts, int Order, IReadOnlyDictionary<string, Cell> Values);

/// <summary>
/// Usage by lists and LINQ over decimals, as the metering reference defines it: it shares no code with any store.
/// </summary>
internal sealed class NaiveUsage
{
    // No text that a measurement has.
    private const string Nothing = "(none)";

    private readonly List<NaiveRow> _rows = [];

    public IEnumerable<string> Uids => _rows.Select(row => row.Uid);

    public void Add(NaiveRow row) => _rows.Add(row);

    public void Remove(Predicate<NaiveRow> isRemoved) => _rows.RemoveAll(isRemoved);

    /// <summary>The values of all windows and segments.</summary>
    public IEnumerable<UsageValue> Read(UsageQuery query)
    {
        foreach (var (index, window) in query.Windows.Index())
        {
            var groups = _rows
                .Where(row => row.MeterId == query.Meter.Id && row.AccountId == window.AccountId
                    && row.Ts >= window.Window.Start && row.Ts < window.Window.End)
                .GroupBy(row => query.SegmentedFields.Count == 0 ? -1 : SegmentOf(row, query) ?? -2);
            foreach (var group in groups.Where(group => group.Key >= -1))
            {
                if (Aggregate([.. group], query.Field, query.Method) is { } value)
                    yield return new UsageValue(index, group.Key, value);
            }
        }
    }

    /// <summary>The groups of an exploration as text, the most recently received first.</summary>
    public IEnumerable<string> Explore(UsageExploration query) => _rows
        .Where(row => query.Meters.Any(meter => meter.Id == row.MeterId)
            && row.Ts >= query.Window.Start && row.Ts < query.Window.End
            && query.AccountIds?.Contains(row.AccountId) != false
            && query.Filters.Where(filter => filter.MeterId == row.MeterId).All(
                filter => row.Values[filter.FieldCode].Text is { } text && filter.Values.Contains(text)))
        .GroupBy(row => string.Join('|', query.Groups.Select(group => KeyOf(row, group, query.Zone))))
        .OrderByDescending(group => group.Max(row => row.Order))
        .Select(group => string.Join('|', query.Aggregations
            .Select(aggregation => Text(ValueOf(group, aggregation))).Prepend(group.Key)));

    /// <summary>A row of a store's answer, as text.</summary>
    public static string Text(ExplorerGroupRow row) => string.Join(
        '|', row.Keys.Select(key => key.Text ?? key.Time?.ToString() ?? Nothing).Append("").SkipLast(1)
            .DefaultIfEmpty("").Concat(row.Values.Select(Text)));

    private static string Text(decimal? value) =>
        value is { } number ? $"{number / 1.0000000000000000000000000m}" : "-";

    private static decimal? ValueOf(IEnumerable<NaiveRow> group, ExplorerAggregation aggregation)
    {
        var rows = group.Where(row => row.MeterId == aggregation.Meter.Id).ToList();
        // A meter without measurements in the group has no value; one with measurements is counted.
        return Aggregate(rows, aggregation.Field, aggregation.Method) ?? (rows.Count > 0
            && aggregation.Method is AggregationMethod.Count or AggregationMethod.Unique ? 0 : null);
    }

    private static string KeyOf(NaiveRow row, ExplorerGroup group, DateTimeZone zone) => group switch
    {
        ExplorerGroup.ByAccount => row.AccountId,
        ExplorerGroup.ByDimension dimension => dimension.MeterIds.Contains(row.MeterId)
            ? row.Values[dimension.Field].Text ?? Nothing : Nothing,
        ExplorerGroup.ByTime time => BucketOf(row.Ts, time.Frequency, zone).ToString(),
        _ => throw new ArgumentOutOfRangeException(nameof(group)),
    };

    private static Instant BucketOf(Instant ts, DataExplorerUsageDataFrequency frequency, DateTimeZone zone)
    {
        var local = ts.InZone(zone);
        var date = local.Date;
        if (frequency == DataExplorerUsageDataFrequency.Hour)
            return ts - Duration.FromNanoseconds(local.NanosecondOfDay % NodaConstants.NanosecondsPerHour);
        date = frequency switch
        {
            DataExplorerUsageDataFrequency.Week => date.PlusDays(1 - (int)date.DayOfWeek),
            DataExplorerUsageDataFrequency.Month => new LocalDate(date.Year, date.Month, 1),
            DataExplorerUsageDataFrequency.Quarter => new LocalDate(date.Year, (date.Month - 1) / 3 * 3 + 1, 1),
            _ => date,
        };
        return zone.AtStartOfDay(date).ToInstant();
    }

    // Metering reference 9.2: values that are null do not count.
    private static decimal? Aggregate(IReadOnlyList<NaiveRow> rows, string field, AggregationMethod method)
    {
        var valued = rows.Where(row => !row.Values[field].IsNull).ToList();
        if (valued.Count == 0)
            return null;
        var numbers = valued.Select(row => row.Values[field].Number ?? 0);
        return method switch
        {
            AggregationMethod.Sum => numbers.Sum(),
            AggregationMethod.Min => numbers.Min(),
            AggregationMethod.Max => numbers.Max(),
            AggregationMethod.Count => valued.Count,
            AggregationMethod.Mean => numbers.Sum() / valued.Count,
            AggregationMethod.Latest => valued.OrderBy(row => row.Ts).ThenBy(row => row.Order).Last()
                .Values[field].Number,
            AggregationMethod.Unique => valued.Select(row => row.Values[field]).Distinct().Count(),
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };
    }

    // Metering reference 9.4: the most exact segment, then the one whose first exact field comes first, then the first.
    private static int? SegmentOf(NaiveRow row, UsageQuery query) => query.Segments.Index()
        .Where(segment => query.SegmentedFields.All(field =>
            segment.Item[field] == "*" || segment.Item[field] == (row.Values[field].Text ?? "")))
        .OrderByDescending(segment => query.SegmentedFields.Count(field => segment.Item[field] != "*"))
        .ThenBy(segment => query.SegmentedFields.Index()
            .Where(field => segment.Item[field.Item] != "*").Select(field => field.Index).FirstOrDefault(-1))
        .ThenBy(segment => segment.Index)
        .Select(segment => (int?)segment.Index)
        .FirstOrDefault();
}
