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
    PricedWindow Priced, decimal Quantity, IReadOnlyList<UsageResult> Parts, IReadOnlyList<MeasuredUsage> Before)
{
    /// <summary>
    /// The quantities of the accounts among which the amount is split, in the order of the plan's users; null if it is
    /// not split. Accounts without usage are omitted.
    /// </summary>
    public IReadOnlyList<AccountQuantity>? Shares { get; init; }
}

/// <summary>The usage of one account of a hierarchy.</summary>
/// <param name="Account">The account.</param>
/// <param name="Quantity">Its quantity.</param>
/// <param name="Parts">The values that the quantity results from.</param>
internal sealed record AccountQuantity(Account Account, decimal Quantity, IReadOnlyList<UsageResult> Parts);

/// <summary>Determines which usage must be aggregated for a bill, and turns the results into quantities.</summary>
/// <param name="account">The account billed.</param>
/// <param name="zone">Time zone of the organization.</param>
internal sealed class MeasureUsage(Account account, DateTimeZone zone)
{
    /// <summary>
    /// One need per priced window and per earlier window that counts toward its bands, in the same order, without
    /// duplicates. A compound aggregation has one need per aggregation that it refers to. If the amount is split among
    /// accounts, the needs of each account follow.
    /// </summary>
    public IReadOnlyList<UsageNeed> Needs(IReadOnlyList<PricedWindow> priced) =>
    [
        .. priced.SelectMany(one => one.Before.Append(one).SelectMany(window => NeedsOf(window, UsersOf(window)))
            .Concat(SharersOf(one).SelectMany(user => NeedsOf(one, [user])))).Distinct(),
    ];

    /// <summary>
    /// The quantities. If there was nothing to aggregate, the aggregation's <c>defaultValue</c> applies, for each
    /// segment separately. Without a default value there is no quantity and therefore no line.
    /// </summary>
    /// <exception cref="ArgumentException">The result of a need is missing or given twice.</exception>
    /// <exception cref="BillRefusedException">A compound aggregation cannot be calculated.</exception>
    public IReadOnlyList<MeasuredUsage> For(IReadOnlyList<PricedWindow> priced, IReadOnlyList<UsageResult> usage)
    {
        var values = usage.ToDictionary(result => result.Need);
        return
        [
            .. priced.Select(Measure).OfType<MeasuredUsage>()
                .Select(measured => measured with { Shares = SharesOf(measured.Priced, values) }),
        ];

        MeasuredUsage? Measure(PricedWindow one)
        {
            var parts = ResultsOf(one, UsersOf(one), values);
            return QuantityOf(one, parts) is { } quantity
                ? new MeasuredUsage(one, quantity, parts, [.. one.Before.Select(Measure).OfType<MeasuredUsage>()])
                : null;
        }
    }

    private List<UsageResult> ResultsOf(
        PricedWindow priced, IReadOnlyList<PlanUser> users, Dictionary<UsageNeed, UsageResult> values) =>
    [
        .. NeedsOf(priced, users).Select(need => values.TryGetValue(need, out var value)
            ? value
            : throw new ArgumentException($"No usage was given for {need.Aggregation.Id}.", nameof(values))),
    ];

    private List<AccountQuantity>? SharesOf(PricedWindow priced, Dictionary<UsageNeed, UsageResult> values)
    {
        if (!IsSplit(priced))
            return null;
        var shares = new List<AccountQuantity>();
        foreach (var user in SharersOf(priced))
        {
            var parts = ResultsOf(priced, [user], values);
            if (parts.Exists(part => part.Value is not null) && ShareOf(priced, parts) is { } quantity)
                shares.Add(new AccountQuantity(user.Account, quantity, parts));
        }
        return shares;
    }

    // A formula that fails for the usage of one account, such as a quotient, gives it no share of the block.
    private decimal? ShareOf(PricedWindow priced, IReadOnlyList<UsageResult> parts)
    {
        try
        {
            return QuantityOf(priced, parts);
        }
        catch (BillRefusedException)
        {
            return null;
        }
    }

    private decimal? QuantityOf(PricedWindow priced, IReadOnlyList<UsageResult> parts)
    {
        IReadOnlyList<decimal?> quantities =
            [.. parts.Select(part => part.Value ?? part.Need.Aggregation.DefaultValue)];
        return priced.Terms.Quantity is CompoundQuantity compound
            ? Evaluate(priced, compound.Calculation, quantities) : quantities.Single();
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
            "account" => (terms.Route?.Owner ?? account).CustomFields,
            "accountPlan" => terms.AccountPlan.CustomFields,
            "plan" => terms.Plan.CustomFields,
            "planTemplate" => terms.Template.CustomFields,
            "product" => terms.Product.CustomFields,
            _ => null,
        };

    private IReadOnlyList<PlanUser> UsersOf(PricedWindow priced) =>
        priced.Plan.Terms.Route?.Users ?? [new PlanUser(account, [])];

    private static bool IsSplit(PricedWindow priced) =>
        priced.Plan.Terms.Route is { Users.Count: > 1, Lines: not BlockLines.Together };

    private IEnumerable<PlanUser> SharersOf(PricedWindow priced) => IsSplit(priced)
        ? UsersOf(priced).Where(user => user.WindowsIn(priced.Window, zone).Any())
        : [];

    private IEnumerable<UsageNeed> NeedsOf(PricedWindow priced, IReadOnlyList<PlanUser> users) =>
        NeedsOf(priced, PartsOf(priced, users));

    private IReadOnlyList<UsagePart> PartsOf(PricedWindow priced, IReadOnlyList<PlanUser> users) =>
    [
        .. users.SelectMany(user => user.WindowsIn(priced.Window, zone), (user, window) =>
            new UsagePart(user.Account.Id, user.Account.Code, window)),
    ];

    private static IEnumerable<UsageNeed> NeedsOf(PricedWindow priced, IReadOnlyList<UsagePart> parts) =>
        priced.Terms.Quantity switch
        {
            CompoundQuantity compound => compound.Calculation.Aggregations.Zip(
                compound.Meters, (aggregation, meter) => NeedOf(
                    priced, parts, aggregation, meter,
                    CompoundCalculation.SegmentIn(aggregation, priced.Terms.Pricing.Segment))),
            SimpleQuantity simple => [NeedOf(priced, parts, simple.Simple, simple.Meter, priced.Terms.SegmentIndex)],
            var other => throw new InvalidOperationException($"Unknown quantity {other.GetType().Name}."),
        };

    private static UsageNeed NeedOf(
        PricedWindow priced, IReadOnlyList<UsagePart> parts, Aggregation aggregation, Meter meter, int? segment) =>
        new(parts[0].AccountId, aggregation, meter, parts[0].Window, segment)
        {
            AccountCode = parts[0].AccountCode,
            Further = [.. parts.Skip(1)],
            Filters = priced.Plan.Terms.Contract?.UsageFilters ?? [],
        };
}
