using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Tallystick.Client;
using Tallystick.Console.Components.Charts;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Pages.Metering.Usage;

/// <summary>
/// Grouped usage as a grid: times, or else values of the first group, go down, and all other groups go across.
/// </summary>
internal static class UsageGrid
{
    // More rows than anybody reads. A chart that leaves out times without usage is still right.
    private const int MaxTimes = 2_000;

    internal static ChartGrid Of(
        UsageQueryRequest query, IReadOnlyList<Dictionary<string, FieldValue>> data, DateTimeZone zone)
    {
        var frequency = query.Groups?.FirstOrDefault(IsTime)?.Frequency;
        var values = data.Select(row => ValuesOf(row, query).ToList()).ToList();
        var keys = data.Select(row => row.Keys.Except(ValuesOf(row, query).Select(value => value.Member)).ToList())
            .FirstOrDefault() ?? [];
        var down = frequency is null ? keys.FirstOrDefault(key => key != "accountId") : "ts";
        var across = keys.Where(key => key != down && key != "accountId").ToList();
        var cells = new Dictionary<(string Row, string Series), decimal?>();
        var (rows, series) = (new List<string>(), new List<string>());
        for (var index = 0; index < data.Count; index++)
        {
            var row = down is null ? "All" : UsageText.Of(data[index], down);
            if (frequency is not null && InstantOf(row) is { } time)
                row = TextOf(time);
            if (!rows.Contains(row))
                rows.Add(row);
            var group = string.Join(" · ", across.Select(key => Named(UsageText.Of(data[index], key))));
            foreach (var (member, value) in values[index])
            {
                var name = across.Count == 0 ? member : query.Aggregations!.Count == 1 ? group : $"{group} · {member}";
                if (!series.Contains(name))
                    series.Add(name);
                cells[(row, name)] = value;
            }
        }
        if (frequency is not null)
            rows = Filled(rows, frequency.Value, zone);
        return new ChartGrid(
            frequency is not null ? $"Time ({zone.Id})" : down is null ? "" : HeadingOf(down),
            [.. rows.Select(row => frequency is null ? Named(row) : TimeOf(row, frequency.Value, zone))],
            [.. series.Select(name => new GridSeries(
                name, [.. rows.Select(row => cells.GetValueOrDefault((row, name)))]))]);
    }

    /// <summary>The name of a member of a row, for people.</summary>
    internal static string HeadingOf(string member) => member switch
    {
        "accountCode" => "Account",
        "accountId" => "Account id",
        "accountName" => "Account name",
        "meterCode" => "Meter",
        "meterId" => "Meter id",
        "ts" => "Time",
        "ets" => "End time",
        "receivedAt" => "Received",
        "uid" => "Unique id",
        _ => member,
    };

    private static bool IsTime(DataExplorerGroup group) => group.GroupType == DataExplorerGroupType.Time;

    private static IEnumerable<(string Member, decimal? Value)> ValuesOf(
        Dictionary<string, FieldValue> row, UsageQueryRequest query) =>
        row.Where(pair => query.Aggregations!.Any(one => pair.Key.EndsWith(
                $".{one.FieldCode}.{one.Function.Value}", StringComparison.Ordinal)))
            .Select(pair => (pair.Key, UsageText.Number(pair.Value)));

    private static string Named(string value) => value.Length == 0 ? "(none)" : value;

    // All times from the first to the last: usage is not reported for times without any.
    private static List<string> Filled(List<string> times, DataExplorerUsageDataFrequency frequency, DateTimeZone zone)
    {
        var known = times.Select(InstantOf).OfType<Instant>().Order().ToList();
        if (known.Count == 0)
            return times;
        var all = new List<string>();
        for (var time = known[0]; time <= known[^1] && all.Count < MaxTimes; time = Next(time, frequency, zone))
            all.Add(TextOf(time));
        var missing = known.Select(TextOf).Except(all).ToList();
        return missing.Count == 0 ? all : [.. known.Select(TextOf)];
    }

    private static Instant Next(Instant time, DataExplorerUsageDataFrequency frequency, DateTimeZone zone)
    {
        if (frequency == DataExplorerUsageDataFrequency.Hour)
            return time + Duration.FromHours(1);
        var date = time.InZone(zone).Date;
        return zone.AtStartOfDay(frequency.Value switch
        {
            "WEEK" => date.PlusWeeks(1),
            "MONTH" => date.PlusMonths(1),
            "QUARTER" => date.PlusMonths(3),
            _ => date.PlusDays(1),
        }).ToInstant();
    }

    private static string TimeOf(string text, DataExplorerUsageDataFrequency frequency, DateTimeZone zone) =>
        InstantOf(text) is not { } time ? text
        : frequency == DataExplorerUsageDataFrequency.Hour ? Figure.Time(time.ToDateTimeOffset(), zone)
        : time.InZone(zone).Date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);

    private static Instant? InstantOf(string text) =>
        InstantPattern.ExtendedIso.Parse(text) is { Success: true, Value: var time } ? time : null;

    // One way to write each instant, so that it is found again.
    private static string TextOf(Instant time) =>
        time.ToString("uuuu-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
