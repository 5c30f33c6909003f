using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Usage;

namespace Tallystick.Billing.Statements;

/// <summary>Reads the usage behind the lines of a bill.</summary>
internal sealed class StatementReader(UsageReader usage, StatementInput input, CancellationToken cancellationToken)
{
    /// <summary>Maximum number of rows of a statement.</summary>
    internal const int MaxRows = 100_000;

    private readonly StatementDefinition _definition = input.Definition;
    private int _rows;

    /// <summary>Reads the statement, including all usage accepted before.</summary>
    /// <exception cref="StatementException">It cannot be generated.</exception>
    internal async Task<Statement> ReadAsync()
    {
        var lines = new List<StatementLine>();
        foreach (var line in input.Lines)
            lines.Add(await ReadLineAsync(line));
        return new Statement(input.Bill, _definition, lines);
    }

    private async Task<StatementLine> ReadLineAsync(BillLineItem line)
    {
        if (line.MeterId is not { } meterId || !input.Meters.TryGetValue(meterId, out var meter)
            || line is not { ServicePeriodStartDate: { } start, ServicePeriodEndDate: { } end })
            return new StatementLine(line, "", []);
        var aggregation = input.Aggregations.GetValueOrDefault(line.AggregationId ?? "");
        var columns = new StatementColumns(_definition, line, meter, aggregation);
        if (columns.Measures.Count == 0)
            return new StatementLine(line, meter.Code, []);
        var ofLine = StatementUsage.Of(
            line, new Window(start, end), input.Bill.AccountId, input.Derivations[line.Id ?? ""].FirstOrDefault());
        var periods = StatementCalendar.Divide(
            _definition.AggregationFrequency, ofLine.Span, input.Zone, input.FirstDayOfWeek);
        var rows = await RowsAsync(ofLine, meter, columns, periods);
        _rows += rows.Count;
        if (_rows > MaxRows)
            throw TooMany();
        return new StatementLine(line, meter.Code, rows);
    }

    private async Task<IReadOnlyList<StatementRow>> RowsAsync(
        StatementUsage ofLine, Meter meter, StatementColumns columns, IReadOnlyList<Window> periods)
    {
        var rows = new List<StatementRow>();
        // Days, months and quarters of all periods in one pass; the usage store does not know other periods.
        if (FrequencyOf() is { } frequency && periods.Count > 0)
        {
            var whole = new Window(periods[0].Start, periods[^1].End);
            var byStart = periods.ToDictionary(period => period.Start);
            foreach (var found in await ExploreAsync(ofLine, meter, columns, whole, frequency))
                Add(byStart[Instant.Max(found.Keys[0].Time!.Value, whole.Start)], found, 1);
        }
        else
        {
            foreach (var period in periods)
            {
                foreach (var found in await ExploreAsync(ofLine, meter, columns, period, null))
                    Add(period, found, 0);
            }
        }
        return [.. Completed(rows, columns, periods)
            .OrderBy(row => row.Start)
            .ThenBy(row => string.Join('\0', row.Dimensions.Select(value => value.Value)), StringComparer.Ordinal)];

        void Add(Window period, ExplorerGroupRow found, int keysBefore)
        {
            IReadOnlyList<KeyValuePair<string, string?>> values = [.. columns.Dimensions.Zip(
                found.Keys.Skip(keysBefore), (field, key) => KeyValuePair.Create(field, key.Text))];
            if (columns.Covers(values))
                rows.Add(new StatementRow(period.Start, period.End, values, [.. columns.Measures.Zip(
                    found.Values, (measure, value) => new StatementValue(measure.Field, measure.Method, value))]));
        }
    }

    // Slim statements leave out what says nothing; others have a row for each period.
    private IEnumerable<StatementRow> Completed(
        List<StatementRow> rows, StatementColumns columns, IReadOnlyList<Window> periods)
    {
        if (_definition.GenerateSlimStatements is true)
            return rows.Where(row => row.Measures.Any(measure => measure.Value is not (null or 0)));
        var known = rows.Select(row => row.Start).ToHashSet();
        return rows.Concat(periods.Where(period => !known.Contains(period.Start)).Select(period => new StatementRow(
            period.Start, period.End,
            [.. columns.Dimensions.Select(field => KeyValuePair.Create(field, (string?)null))],
            [.. columns.Measures.Select(
                measure => new StatementValue(measure.Field, measure.Method, OfNothing(measure.Method)))])));
    }

    private static decimal? OfNothing(AggregationMethod method) =>
        method is AggregationMethod.Sum or AggregationMethod.Count or AggregationMethod.Unique ? 0 : null;

    private DataExplorerUsageDataFrequency? FrequencyOf() => _definition.AggregationFrequency switch
    {
        AggregationFrequency.Day => DataExplorerUsageDataFrequency.Day,
        AggregationFrequency.Week when input.FirstDayOfWeek == IsoDayOfWeek.Monday =>
            DataExplorerUsageDataFrequency.Week,
        AggregationFrequency.Month => DataExplorerUsageDataFrequency.Month,
        AggregationFrequency.Quarter => DataExplorerUsageDataFrequency.Quarter,
        _ => null,
    };

    private async Task<IReadOnlyList<ExplorerGroupRow>> ExploreAsync(
        StatementUsage ofLine, Meter meter, StatementColumns columns, Window window,
        DataExplorerUsageDataFrequency? frequency)
    {
        var found = await usage.ExploreAsync(
            new UsageExploration
            {
                OrganizationId = input.OrganizationId,
                Window = window,
                Zone = input.Zone,
                Meters = [meter],
                AccountIds = ofLine.AccountIds,
                Filters = columns.Filters,
                Scopes = ofLine.Scopes,
                Aggregations = columns.Measures,
                Groups =
                [
                    .. frequency is { } buckets ? [new ExplorerGroup.ByTime(buckets)] : Array.Empty<ExplorerGroup>(),
                    .. columns.Dimensions.Select(field => new ExplorerGroup.ByDimension(
                        field, new HashSet<string>(StringComparer.Ordinal) { meter.Id })),
                ],
                Limit = MaxRows,
            },
            cancellationToken);
        return found.HasMore ? throw TooMany() : found.Groups;
    }

    private static StatementException TooMany() => new(FormattableString.Invariant(
        $"The statement would have more than {MaxRows} rows; use fewer dimensions, more filters or longer periods."));
}
