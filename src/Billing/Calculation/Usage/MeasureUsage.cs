using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.Meters;

namespace Tallystick.Billing.Calculation.Usage;

/// <summary>A priced window and the usage in it.</summary>
/// <param name="Priced">The pricing and its window.</param>
/// <param name="Quantity">The aggregated usage.</param>
/// <param name="Parts">
/// The values that the quantity results from: one, or one per aggregation of a compound aggregation.
/// </param>
/// <param name="Before">Earlier usage whose units count toward the bands; usually empty.</param>
internal sealed record MeasuredUsage(
    PricedWindow Priced, decimal Quantity, IReadOnlyList<UsageResult> Parts, IReadOnlyList<MeasuredUsage> Before);

/// <summary>Determines which usage must be aggregated for a bill, and turns the results into quantities.</summary>
/// <param name="account">The account billed.</param>
/// <param name="zone">Time zone of the organization.</param>
internal sealed class MeasureUsage(Account account, DateTimeZone zone)
{
    /// <summary>
    /// One need per priced window and per earlier window that counts toward its bands, in the same order, without
    /// duplicates. A compound aggregation has one need per aggregation that it refers to.
    /// </summary>
    public IReadOnlyList<UsageNeed> Needs(IReadOnlyList<PricedWindow> priced) =>
        [.. priced.SelectMany(one => one.Before.Append(one)).SelectMany(NeedsOf).Distinct()];

    /// <summary>
    /// The quantities. If there was nothing to aggregate, the aggregation's <c>defaultValue</c> applies, for each
    /// segment separately. Without a default value there is no quantity and therefore no line.
    /// </summary>
    /// <exception cref="ArgumentException">The result of a need is missing or given twice.</exception>
    /// <exception cref="BillRefusedException">A compound aggregation cannot be calculated.</exception>
    public IReadOnlyList<MeasuredUsage> For(IReadOnlyList<PricedWindow> priced, IReadOnlyList<UsageResult> usage)
    {
        var values = usage.ToDictionary(result => result.Need);
        return [.. priced.Select(Measure).OfType<MeasuredUsage>()];

        MeasuredUsage? Measure(PricedWindow one)
        {
            List<UsageResult> parts = [.. NeedsOf(one).Select(need => values.TryGetValue(need, out var value)
                ? value
                : throw new ArgumentException($"No usage was given for {need.Aggregation.Id}.", nameof(usage)))];
            IReadOnlyList<decimal?> quantities =
                [.. parts.Select(part => part.Value ?? part.Need.Aggregation.DefaultValue)];
            var quantity = one.Terms.Quantity is CompoundQuantity compound
                ? Evaluate(one, compound.Calculation, quantities) : quantities.Single();
            return quantity is { } given
                ? new MeasuredUsage(one, given, parts, [.. one.Before.Select(Measure).OfType<MeasuredUsage>()])
                : null;
        }
    }

    private decimal? Evaluate(PricedWindow priced, CompoundCalculation compound, IReadOnlyList<decimal?> quantities)
    {
        try
        {
            return compound.Evaluate(
                quantities, priced.Period, zone, entity => CustomFieldsOf(entity, priced.Plan.Terms));
        }
        catch (CalculationException fault)
        {
            throw new BillRefusedException(
                $"Account {account.Code}, plan {priced.Plan.Terms.Plan.Code}, pricing {priced.Terms.Pricing.Id}: "
                + $"{fault.Message}.", fault);
        }
    }

    private IReadOnlyDictionary<string, CustomFieldValue>? CustomFieldsOf(string entity, AccountPlanTerms terms) =>
        entity switch
        {
            "account" => account.CustomFields,
            "accountPlan" => terms.AccountPlan.CustomFields,
            "plan" => terms.Plan.CustomFields,
            "planTemplate" => terms.Template.CustomFields,
            "product" => terms.Product.CustomFields,
            _ => null,
        };

    private IEnumerable<UsageNeed> NeedsOf(PricedWindow priced) => priced.Terms.Quantity switch
    {
        CompoundQuantity compound => compound.Calculation.Aggregations.Zip(
            compound.Meters, (aggregation, meter) => NeedOf(
                priced, aggregation, meter,
                CompoundCalculation.SegmentIn(aggregation, priced.Terms.Pricing.Segment))),
        SimpleQuantity simple => [NeedOf(priced, simple.Simple, simple.Meter, priced.Terms.SegmentIndex)],
        var other => throw new InvalidOperationException($"Unknown quantity {other.GetType().Name}."),
    };

    private UsageNeed NeedOf(PricedWindow priced, Aggregation aggregation, Meter meter, int? segment) =>
        new(account.Id, aggregation, meter, priced.Window, segment) { AccountCode = account.Code };
}
