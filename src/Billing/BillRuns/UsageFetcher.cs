using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Measurements;

namespace Tallystick.Billing.BillRuns;

/// <summary>Reads the usage of many bills together, with one query per aggregation.</summary>
internal sealed class UsageFetcher(string organizationId, UsageReader usage, CancellationToken cancellationToken)
{
    // For all custom SQL queries of the fetcher, so that no account keeps a worker busy for long.
    private static readonly TimeSpan TimeOfCustomSql = TimeSpan.FromSeconds(60);

    private readonly Dictionary<UsageNeed, UsageResult> _answers = [];
    private readonly Dictionary<UsageNeed, Exception> _faults = [];
    private TimeSpan _used;

    /// <summary>Reads the usage for the needs, except what it has read before.</summary>
    internal async Task FetchAsync(IEnumerable<UsageNeed> needs)
    {
        // A query returns either the values of the segments or the total; a compound aggregation can need both.
        foreach (var group in needs.Distinct()
            .Where(need => !_answers.ContainsKey(need) && !_faults.ContainsKey(need))
            .GroupBy(need => (need.Aggregation.Id, need.SegmentIndex is null, need.FilterKey)))
        {
            var asked = group.ToList();
            if (asked[0].Aggregation.Method == AggregationMethod.CustomSql)
            {
                await RunSqlAsync(asked);
                continue;
            }
            try
            {
                await ReadAsync(asked);
            }
            catch (OverflowException)
            {
                // At least one value overflows. Read each separately, so that the others can be billed.
                await ReadEachAsync(asked);
            }
        }
    }

    /// <summary>The results of the needs of one account. All must have been fetched.</summary>
    /// <exception cref="BillRefusedException">
    /// The usage has too many digits, or the query of a <c>CUSTOM_SQL</c> aggregation failed.
    /// </exception>
    internal IReadOnlyList<UsageResult> AnswersTo(string accountCode, IEnumerable<UsageNeed> needs) =>
        [.. needs.Select(need => _faults.TryGetValue(need, out var fault)
            ? throw new BillRefusedException(
                $"Account {accountCode}: the usage of aggregation "
                + $"{need.Aggregation.Code ?? need.Aggregation.Name} cannot be billed. {fault.Message}", fault)
            : _answers[need])];

    private async Task RunSqlAsync(IReadOnlyList<UsageNeed> asked)
    {
        var aggregation = asked[0].Aggregation;
        var results = await usage.RunAsync(
            new CustomSqlQuery
            {
                OrganizationId = organizationId,
                Meter = asked[0].Meter,
                Sql = aggregation.CustomSql ?? "",
                Time = TimeOfCustomSql - _used,
                SegmentedFields = aggregation.SegmentedFields ?? [],
                Segments = aggregation.Segments ?? [],
                Filters = UsageFilters.OfFields(asked[0].Filters),
                Targets =
                [
                    .. asked.SelectMany(PartsOf, (need, part) => new CustomSqlTarget(
                        part.AccountId, part.AccountCode, part.Window, need.SegmentIndex)),
                ],
            },
            cancellationToken);
        foreach (var (need, result) in asked.SelectMany(PartsOf, (need, _) => need).Zip(results))
        {
            _used += result.Time;
            Add(need, result);
        }
    }

    // A query is written for the measurements of one account, so the results of a hierarchy's accounts are added.
    private void Add(UsageNeed need, CustomSqlResult result)
    {
        if (result.Fault is { } fault)
        {
            _faults[need] = new CustomSqlException($"The query in customSql failed: {fault}.");
            return;
        }
        try
        {
            var sum = _answers.GetValueOrDefault(need)?.Value;
            _answers[need] = new UsageResult(
                need, sum is null ? result.Value : ((Fraction)sum.Value + (result.Value ?? 0)).ToDecimal());
        }
        catch (CalculationException tooLarge)
        {
            _faults[need] = tooLarge;
        }
    }

    private async Task ReadEachAsync(IReadOnlyList<UsageNeed> asked)
    {
        foreach (var need in asked)
        {
            try
            {
                await ReadAsync([need]);
            }
            catch (OverflowException overflow)
            {
                _faults[need] = overflow;
            }
        }
    }

    private async Task ReadAsync(IReadOnlyList<UsageNeed> asked)
    {
        // Windows first, then sets of windows, as in the results.
        var scopes = asked.DistinctBy(need => need.Scope).OrderBy(need => need.Further.Count > 0).ToList();
        var aggregation = asked[0].Aggregation;
        var isWhole = asked[0].SegmentIndex is null;
        var values = await usage.ReadAsync(
            new UsageQuery
            {
                OrganizationId = organizationId,
                Meter = asked[0].Meter,
                Field = aggregation.TargetField,
                Method = aggregation.Method,
                Windows = [.. scopes.Where(need => need.Further.Count == 0).Select(WindowOf)],
                WindowSets =
                [
                    .. scopes.Where(need => need.Further.Count > 0).Select(IReadOnlyList<UsageWindow> (need) =>
                        [.. PartsOf(need).Select(part => new UsageWindow(part.AccountId, part.Window))]),
                ],
                Filters = UsageFilters.OfFields(asked[0].Filters),
                SegmentedFields = isWhole ? [] : aggregation.SegmentedFields ?? [],
                Segments = isWhole ? [] : aggregation.Segments ?? [],
            },
            cancellationToken);
        var found =
            values.ToDictionary(value => (scopes[value.WindowIndex].Scope, value.SegmentIndex), value => value.Value);
        foreach (var need in asked)
        {
            var key = (need.Scope, need.SegmentIndex ?? -1);
            _answers[need] = new UsageResult(need, found.TryGetValue(key, out var value) ? value : null);
        }
    }

    private static UsageWindow WindowOf(UsageNeed need) => new(need.AccountId, need.Window);

    private static IEnumerable<UsagePart> PartsOf(UsageNeed need) =>
        need.Further.Prepend(new UsagePart(need.AccountId, need.AccountCode, need.Window));
}
