using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Explanations;

/// <summary>
/// Explains bills: combines a bill with the derivation stored with it, and counts the measurements behind its values.
/// </summary>
public sealed class BillExplanations(ResourceService resources, UsageReader usage)
{
    /// <summary>Explains a bill.</summary>
    /// <exception cref="NotFoundException">There is no such bill.</exception>
    /// <exception cref="RefusedException">The bill was calculated by a version that kept no derivations.</exception>
    public async Task<BillExplanation> ExplainAsync(
        string organizationId, string billId, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var bill = await related.FindAsync<Bill>(billId)
            ?? throw ResourceService.NotFound(BillResource.Definition, billId);
        var derivation = await BillDocuments.DerivationAsync(related, billId) ?? throw new RefusedException(new Issue(
            "no_derivation", "", "The bill was calculated by an earlier version. Recalculate it to explain it",
            IssueKind.Conflict));
        var values = await MeasureAsync(
            organizationId, [.. derivation.Lines.SelectMany(line => line.Derivation.Measured).Distinct()], related,
            cancellationToken);
        return BillExplanation.Of(bill, derivation, value => values[value]) with
        {
            Names = await NamesAsync(bill, derivation, related),
        };
    }

    // Codes and dates only: whoever may see the bill sees as much of these on it.
    private static async ValueTask<IReadOnlyDictionary<string, string>> NamesAsync(
        Bill bill, BillDerivation derivation, ResourceReader related)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var creditIds = derivation.Lines.SelectMany(line => CreditsOf(line.Derivation))
            .Concat((bill.LineItems ?? []).SelectMany(line => new[] { line.CommitmentId, line.BalanceId }))
            .OfType<string>().Distinct().ToList();
        if (creditIds.Count > 0)
        {
            foreach (var one in await related.ListAsync<Commitment>(new Condition.In("id", creditIds)))
                names[one.Id] = $"the commitment of {InstantText.Write(one.StartDate)} to "
                    + InstantText.Write(one.EndDate);
            foreach (var one in await related.ListAsync<Balance>(new Condition.In("id", creditIds)))
                names[one.Id] = $"the balance {one.Code}";
        }
        var accountIds = derivation.Lines.Select(line => line.Derivation).OfType<SummedLines>()
            .SelectMany(sum => sum.Parts).Select(part => part.AccountId).Distinct().ToList();
        if (accountIds.Count > 0)
        {
            foreach (var one in await related.ListAsync<Account>(new Condition.In("id", accountIds)))
                names[one.Id] = one.Code;
        }
        return names;
    }

    private static IEnumerable<string> CreditsOf(Derivation derivation) => derivation switch
    {
        CreditDraw draw => [draw.CreditId],
        SurchargeOnOverage surcharge => [surcharge.CreditId],
        PartOfUsage part => [part.CreditId],
        GrantedUnits granted => [granted.CreditId],
        _ => [],
    };

    private async Task<Dictionary<MeasuredValue, ValueExplanation>> MeasureAsync(
        string organizationId, IReadOnlyList<MeasuredValue> values, ResourceReader related,
        CancellationToken cancellationToken)
    {
        var explained = new Dictionary<MeasuredValue, ValueExplanation>();
        foreach (var group in values.GroupBy(value => (
            value.AggregationId, value.SegmentIndex is null, UsageFilters.KeyOf(value.Filters))))
        {
            var aggregation = await related.FindAsync<Aggregation>(group.Key.AggregationId);
            var meter = await related.FindAsync<Meter>(aggregation?.MeterId);
            List<MeasuredValue> asked = [.. group];
            var isMeasurable = aggregation is not null && meter is not null
                && aggregation.Method != AggregationMethod.CustomSql;
            var counts = isMeasurable
                ? await ReadAsync(organizationId, aggregation! with { Method = AggregationMethod.Count }, meter!, asked,
                    cancellationToken)
                : [];
            var now = isMeasurable
                ? await ReadAsync(organizationId, aggregation!, meter!, asked, cancellationToken) : [];
            foreach (var value in asked)
                explained[value] = Explain(value, aggregation, meter) with
                {
                    Measurements = isMeasurable ? (long)(counts.GetValueOrDefault(value) ?? 0) : null,
                    ValueNow = now.GetValueOrDefault(value),
                };
        }
        return explained;
    }

    private static ValueExplanation Explain(MeasuredValue value, Aggregation? aggregation, Meter? meter) => new()
    {
        AccountId = value.AccountId,
        AggregationId = value.AggregationId,
        AggregationName = aggregation?.Name,
        MeterCode = meter?.Code,
        Field = aggregation?.TargetField,
        Method = aggregation is null ? null : JsonFormat.Name(aggregation.Method),
        Segment = value.SegmentIndex is { } index ? aggregation?.Segments?.ElementAtOrDefault(index) : null,
        Start = value.Window.Start,
        End = value.Window.End,
        Further = value.Further.Count == 0 ? null :
        [
            .. value.Further.Select(part => new MeasuredPeriod
            {
                AccountId = part.AccountId,
                Start = part.Window.Start,
                End = part.Window.End,
            }),
        ],
        Filters = value.Filters is { Count: > 0 } ? value.Filters : null,
        Value = value.Value,
    };

    private async Task<Dictionary<MeasuredValue, decimal?>> ReadAsync(
        string organizationId, Aggregation aggregation, Meter meter, IReadOnlyList<MeasuredValue> asked,
        CancellationToken cancellationToken)
    {
        // One set of windows per value, of which most have only one.
        var isWhole = asked[0].SegmentIndex is null;
        try
        {
            var read = await usage.ReadAsync(
                new UsageQuery
                {
                    OrganizationId = organizationId,
                    Meter = meter,
                    Field = aggregation.TargetField,
                    Method = aggregation.Method,
                    Windows = [],
                    WindowSets = [.. asked.Select(WindowsOf)],
                    Filters = UsageFilters.OfFields(asked[0].Filters),
                    SegmentedFields = isWhole ? [] : aggregation.SegmentedFields ?? [],
                    Segments = isWhole ? [] : aggregation.Segments ?? [],
                },
                cancellationToken);
            var found = read.ToDictionary(
                value => (value.WindowIndex, value.SegmentIndex), value => (decimal?)value.Value);
            return asked.Index().ToDictionary(
                value => value.Item, value => found.GetValueOrDefault((value.Index, value.Item.SegmentIndex ?? -1)));
        }
        catch (OverflowException)
        {
            // The value of one of the windows has too many digits now. What was billed is explained without it.
            return [];
        }
    }

    private static IReadOnlyList<UsageWindow> WindowsOf(MeasuredValue value) =>
    [
        new(value.AccountId, value.Window),
        .. value.Further.Select(part => new UsageWindow(part.AccountId, part.Window)),
    ];
}
