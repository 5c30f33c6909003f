using Microsoft.AspNetCore.Http;
using NodaTime;
using NodaTime.Text;
using Tallystick.Client;
using Tallystick.Console.Pages.Metering.Meters;

namespace Tallystick.Console.Pages.Metering.Usage;

/// <summary>Reads a usage query from the address of the explorer, which its form writes.</summary>
internal sealed class UsageQueryReader(
    IQueryCollection query, IReadOnlyList<Meter> meters, IClock clock, DateTimeZone zone)
{
    internal const string Period = "period";
    internal const string Start = "start";
    internal const string End = "end";
    internal const string MeterName = "meter";
    internal const string Accounts = "accounts";
    internal const string Value = "value";
    internal const string Function = "function";
    internal const string ByAccount = "account";
    internal const string ByTime = "time";
    internal const string ByField = "by";
    internal const string Filter = "filter";
    internal const string FilterValues = "is";

    /// <summary>The value of <see cref="Period"/> for dates.</summary>
    internal const string Dates = "dates";

    /// <summary>The query, given the ids of the accounts whose codes are in the address.</summary>
    internal UsageQueryRequest Read(IReadOnlyList<string>? accountIds)
    {
        var (start, end) = (InstantOf(query[Start], 0), InstantOf(query[End], 1));
        var isRelative = query[Period].ToString() is { Length: > 0 } period && period != Dates;
        var recent = RecentUsage.Query(clock, zone);
        return new UsageQueryRequest
        {
            StartDate = isRelative ? null : start ?? recent.StartDate,
            EndDate = isRelative ? null : end ?? recent.EndDate,
            TimePeriod = isRelative ? new UsageTimePeriod(query[Period].ToString()) : null,
            MeterIds = query[MeterName].Count == 0 ? null : [.. query[MeterName].OfType<string>()],
            AccountIds = accountIds,
            DimensionFilters = [.. Pairs(Filter, FilterValues).Select(FilterOf).OfType<DataExplorerDimensionFilter>()],
            Aggregations = [.. Pairs(Value, Function).Select(AggregationOf).OfType<DataExplorerAggregation>()],
            Groups = [.. Groups()],
        };
    }

    /// <summary>The name of a field of a meter in the form.</summary>
    internal static string NameOf(string meterId, string fieldCode) => $"{meterId}.{fieldCode}";

    private IEnumerable<(string First, string Second)> Pairs(string first, string second) => query[first]
        .Zip(query[second]).Select(pair => (pair.First ?? "", pair.Second ?? ""));

    private IEnumerable<DataExplorerGroup> Groups()
    {
        if (query[ByTime].ToString() is { Length: > 0 } frequency)
            yield return new DataExplorerGroup
            {
                GroupType = DataExplorerGroupType.Time,
                Frequency = new DataExplorerUsageDataFrequency(frequency),
            };
        if (query.ContainsKey(ByAccount))
            yield return new DataExplorerGroup { GroupType = DataExplorerGroupType.Account };
        foreach (var (meter, field) in query[ByField].Select(name => Find(name)).OfType<(Meter, MeterField)>())
            yield return new DataExplorerGroup
            {
                GroupType = DataExplorerGroupType.Dimension,
                MeterId = meter.Id,
                FieldCode = field.Code,
            };
    }

    private DataExplorerAggregation? AggregationOf((string Name, string Function) pair) =>
        Find(pair.Name) is not var (meter, field) ? null : new DataExplorerAggregation
        {
            MeterId = meter.Id,
            FieldCode = field.Code,
            FieldType = field.IsNumber ? DataExplorerFieldType.Measure : DataExplorerFieldType.Dimension,
            Function = new DataExplorerAggregationFunction(pair.Function),
        };

    private DataExplorerDimensionFilter? FilterOf((string Name, string Values) pair) =>
        Find(pair.Name) is not var (meter, field) ? null : new DataExplorerDimensionFilter
        {
            MeterId = meter.Id,
            FieldCode = field.Code,
            Values = ListOf(pair.Values),
        };

    /// <summary>Values that are separated by commas.</summary>
    internal static IReadOnlyList<string> ListOf(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private (Meter, MeterField)? Find(string? name)
    {
        if (name?.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var point))
            return null;
        return meters.FirstOrDefault(one => one.Id == name[..point]) is { } meter
            && MeterTable.FieldsOf(meter).FirstOrDefault(one => one.Code == name[(point + 1)..]) is { } field
            ? (meter, field) : null;
    }

    // The start of a day in the organization's time zone. The last day is in the period.
    private DateTimeOffset? InstantOf(string? text, int daysLater) =>
        LocalDatePattern.Iso.Parse(text ?? "") is { Success: true, Value: var date }
            ? zone.AtStartOfDay(date.PlusDays(daysLater)).ToDateTimeOffset() : null;
}
