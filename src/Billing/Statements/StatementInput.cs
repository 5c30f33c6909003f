using NodaTime;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Statements;

/// <summary>What a statement is generated from, apart from usage.</summary>
internal sealed record StatementInput
{
    internal required string OrganizationId { get; init; }

    internal required Bill Bill { get; init; }

    /// <summary>The definition that the account or the organization has chosen; null for none.</summary>
    internal required StatementDefinition? Chosen { get; init; }

    internal required IReadOnlyList<BillLineItem> Lines { get; init; }

    internal required IReadOnlyDictionary<string, Meter> Meters { get; init; }

    internal required IReadOnlyDictionary<string, Aggregation> Aggregations { get; init; }

    /// <summary>How the lines were calculated, by their ids; empty for a bill of an earlier version.</summary>
    internal required ILookup<string, Derivation> Derivations { get; init; }

    internal required IsoDayOfWeek FirstDayOfWeek { get; init; }

    /// <summary>The definition that applies: without a chosen one, the sum over the whole period.</summary>
    internal StatementDefinition Definition =>
        Chosen ?? new StatementDefinition { AggregationFrequency = AggregationFrequency.WholePeriod };

    internal DateTimeZone Zone => BillingTimeZone.TryParse(Bill.Timezone, out var zone) ? zone : DateTimeZone.Utc;

    /// <summary>Reads the input for those usage lines of a bill that are included.</summary>
    internal static async ValueTask<StatementInput> ReadAsync(
        ResourceReader related, Bill bill, Func<BillLineItem, bool> includes)
    {
        IReadOnlyList<BillLineItem> lines =
        [
            .. (bill.LineItems ?? []).Where(line => IsUsage(line) && includes(line))
                .OrderBy(line => line.SequenceNumber),
        ];
        var derivation = await BillDocuments.DerivationAsync(related, bill.Id);
        return new StatementInput
        {
            OrganizationId = related.OrganizationId,
            Bill = bill,
            Chosen = await StatementChoice.DefinitionAsync(related, bill),
            Lines = lines,
            Meters = await FindAsync<Meter>(related, lines.Select(line => line.MeterId)),
            Aggregations = await FindAsync<Aggregation>(related, lines.Select(line => line.AggregationId)),
            Derivations = (derivation?.Lines ?? []).ToLookup(
                line => line.Id, line => line.Derivation, StringComparer.Ordinal),
            FirstDayOfWeek =
                (await StatementChoice.OrganizationAsync(related))?.WeekEpoch.DayOfWeek ?? IsoDayOfWeek.Monday,
        };
    }

    /// <summary>True for a line that usage explains.</summary>
    internal static bool IsUsage(BillLineItem line) =>
        line.LineItemType is LineItemType.Usage or LineItemType.UsageCredit;

    private static async ValueTask<IReadOnlyDictionary<string, T>> FindAsync<T>(
        ResourceReader related, IEnumerable<string?> ids) where T : Resource
    {
        string[] given = [.. ids.OfType<string>().Distinct()];
        return given.Length == 0
            ? new Dictionary<string, T>()
            : (await related.ListAsync<T>(new Condition.In("id", given)))
                .ToDictionary(found => found.Id, StringComparer.Ordinal);
    }
}
