using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;

namespace Tallystick.Billing.Statements;

/// <summary>Which usage the quantity of a line resulted from.</summary>
/// <param name="Scopes">The accounts, their windows, and the filters of their contracts.</param>
/// <param name="Span">The service period of the line, extended to all windows.</param>
internal sealed record StatementUsage(IReadOnlyList<UsageScope> Scopes, Window Span)
{
    /// <summary>UUIDs of the accounts.</summary>
    internal IReadOnlyList<string> AccountIds { get; } =
        [.. Scopes.SelectMany(scope => scope.Windows).Select(window => window.AccountId).Distinct()];

    /// <summary>The usage of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="period">Its service period.</param>
    /// <param name="billedAccountId">UUID of the account of the bill.</param>
    /// <param name="derivation">How the line was calculated; null if it is not known.</param>
    internal static StatementUsage Of(
        BillLineItem line, Window period, string billedAccountId, Derivation? derivation)
    {
        if (derivation is null)
            return new StatementUsage(
                [new UsageScope([new UsageWindow(line.ChildAccountId ?? billedAccountId, period)], [])], period);
        var windows = ValuesOf(derivation).Where(value => value.AggregationId == line.AggregationId)
            .SelectMany(value => WindowsOf(value).Select(window => (value.Filters, Window: window)))
            .ToList();
        return new StatementUsage(
            [
                .. windows.GroupBy(one => UsageFilters.KeyOf(one.Filters), StringComparer.Ordinal)
                    .Select(group => new UsageScope(
                        [.. group.Select(one => one.Window).Distinct()],
                        UsageFilters.OfFields(group.First().Filters))),
            ],
            windows.Aggregate(period, (span, one) => new Window(
                Instant.Min(span.Start, one.Window.Window.Start), Instant.Max(span.End, one.Window.Window.End))));
    }

    // Without the usage that only determines the price: earlier units of the plan, and the block of a share.
    private static IEnumerable<MeasuredValue> ValuesOf(Derivation derivation) => derivation switch
    {
        RatedQuantity rated => rated.Values,
        ShareOfBlock share => share.Values,
        SummedLines sum => sum.Parts.SelectMany(part => ValuesOf(part.Derivation)),
        CappedCredit capped => ValuesOf(capped.Rated),
        PartOfUsage part => ValuesOf(part.Whole),
        GrantedUnits granted => ValuesOf(granted.Usage),
        UsageBeyondGrants beyond => ValuesOf(beyond.Whole),
        _ => derivation.Measured,
    };

    private static IEnumerable<UsageWindow> WindowsOf(MeasuredValue value) => value.Further
        .Select(part => new UsageWindow(part.AccountId, part.Window))
        .Prepend(new UsageWindow(value.AccountId, value.Window));
}
