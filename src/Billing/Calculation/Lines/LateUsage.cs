using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// Usage that arrived, or was voided or corrected, after its bill was locked: measures the usage of a locked bill again
/// and rates it with the prices of that bill. What the locked bill and former adjustments have billed is taken off; the
/// difference is a line of the next bill. Usage that the locked bill divided into overage, that was partly free, or
/// whose tiers span the plan is not adjusted.
/// </summary>
internal sealed class LateUsage
{
    private readonly BillInput _input;
    private readonly StoredBill _locked;
    private readonly IReadOnlyList<PricedWindow> _priced;
    private readonly MeasureUsage _measure;

    private LateUsage(BillInput input, StoredBill locked)
    {
        (_input, _locked) = (input, locked);
        var ofLocked = input with { Run = locked.Run! };
        var settings = ResolveSettings.For(input.Terms, input.Organization, locked.Run!.Overrides);
        var plans = FindDuePlans.For(ofLocked, settings);
        _measure = new MeasureUsage(input.Terms.Account, settings.Zone);
        _priced = [.. locked.Prices.Select(price => price.In(plans, _measure)).OfType<PricedWindow>()];
        Needs = _measure.Needs(_priced);
    }

    /// <summary>The usage that must be aggregated.</summary>
    public IReadOnlyList<UsageNeed> Needs { get; }

    /// <summary>The locked bills whose late usage a bill has, in order of date.</summary>
    public static IReadOnlyList<LateUsage> On(BillInput input)
    {
        if (input.Organization.LateUsageDays is not (> 0 and var days))
            return [];
        var id = ContentId.OfBill(input.OrganizationId, input.Terms.Account.Id, input.Run);
        List<StoredBill> ofKind =
            [.. input.Terms.StoredBills.Where(bill => bill.Run is { } run && IsOfKind(run, input.Run))];
        if (ofKind.Exists(bill => bill.Id == id && bill.IsLocked))
            return [];
        return
        [
            .. ofKind
                .Where(bill => bill.IsLocked && bill.Prices.Count > 0 && bill.BillDate < input.Run.BillDate
                    && Period.DaysBetween(bill.BillDate, input.Run.BillDate) <= days
                    && IsOn(id, input.Run, bill, ofKind))
                .OrderBy(bill => bill.BillDate)
                .Select(bill => TryBegin(input, bill))
                .OfType<LateUsage>(),
        ];
    }

    // The bill that has adjustments of a locked bill keeps them. Otherwise they are on the first one that can change.
    private static bool IsOn(string id, BillRun run, StoredBill locked, IReadOnlyList<StoredBill> ofKind)
    {
        var holders = ofKind.Where(bill => !bill.IsLocked && AdjustmentsOf(locked, bill).Any()).ToList();
        return holders.Count > 0
            ? holders.Exists(bill => bill.Id == id)
            : !run.FollowsNew && !ofKind.Any(bill =>
                !bill.IsLocked && bill.Id != id && locked.BillDate < bill.BillDate && bill.BillDate < run.BillDate);
    }

    private static bool IsOfKind(BillRun one, BillRun other) =>
        (one.Frequency, one.Interval, one.GroupingKeyId) == (other.Frequency, other.Interval, other.GroupingKeyId);

    private static IEnumerable<BillLineItem> AdjustmentsOf(StoredBill locked, StoredBill bill) => bill.Lines.Where(
        line => line.LineItemType == LineItemType.ManualAdjustment && line.ReferencedBillId == locked.Id);

    // If the terms of the locked bill no longer exist, the difference stays reported.
    private static LateUsage? TryBegin(BillInput input, StoredBill locked)
    {
        try
        {
            return new LateUsage(input, locked);
        }
        catch (BillRefusedException)
        {
            return null;
        }
    }

    /// <summary>The lines of the differences.</summary>
    /// <param name="usage">The results of all needs.</param>
    /// <param name="round">Rounds amounts.</param>
    public IReadOnlyList<Line> Lines(IReadOnlyList<UsageResult> usage, RoundLines round)
    {
        try
        {
            return [.. LinesOf(usage, round)];
        }
        catch (BillRefusedException)
        {
            return [];    // the usage as it is now cannot be rated
        }
    }

    private IEnumerable<Line> LinesOf(IReadOnlyList<UsageResult> usage, RoundLines round)
    {
        var id = ContentId.OfBill(_input.OrganizationId, _input.Terms.Account.Id, _input.Run);
        var ids = new LineIds(_input with { Run = _locked.Run! });
        var rated = RateUsage.By(_input.Terms.Account, _measure.For(_priced, usage)).Select(round.Once);
        var now = SumChildren.Of(rated, ids).ToLookup(money => UsageKey.Of(money.Line));
        var billed = _locked.Lines
            .Where(line => line.LineItemType is LineItemType.Usage or LineItemType.OverageUsage)
            .ToLookup(UsageKey.Of);
        var adjusted = _input.Terms.StoredBills.Where(bill => bill.Id != id)
            .SelectMany(bill => AdjustmentsOf(_locked, bill)).ToLookup(UsageKey.Of);
        var all = new List<Late>();
        foreach (var key in now.Select(one => one.Key).Union(billed.Select(one => one.Key))
            .OrderBy(key => key.Start).ThenBy(key => key.PricingId, StringComparer.Ordinal)
            .ThenBy(key => key.ChildId, StringComparer.Ordinal))
        {
            if (_priced.FirstOrDefault(key.IsOf) is { } priced && !now[key].Skip(1).Any() && !IsDivided(key, billed))
                all.Add(new Late(key, priced, now[key].FirstOrDefault(), [.. billed[key]], [.. adjusted[key]]));
        }
        // Of usage that is rated as one block, the shares of all accounts change with the quantity of one.
        return all.GroupBy(late => late.Key with { ChildId = null })
            .Where(block => block.Any(late => late.IsChanged) && block.All(late => IsKnown(late.Key.ChildId)))
            .SelectMany(block => block)
            .Where(late => late.Difference != 0)
            .Select(late => LineOf(late, late.Difference));
    }

    private bool IsKnown(string? childId) => childId is null || ChildOf(childId) is not null;

    private Account? ChildOf(string? childId) =>
        _input.Terms.Related.FirstOrDefault(one => one.Account.Id == childId)?.Account;

    // Its lines have other prices than the pricing, units that were free, or another currency.
    private bool IsDivided(UsageKey key, ILookup<UsageKey, BillLineItem> billed) =>
        billed[key].Any(line => line.LineItemType == LineItemType.OverageUsage)
        || billed[key].Skip(1).Any()
        || billed[key].Any(line => line.Currency != _priced.First(key.IsOf).Plan.Terms.Template.Currency)
        || _locked.Lines.Any(line =>
            line.LineItemType == LineItemType.BalanceConsumed && line.PricingId == key.PricingId);

    private Line LineOf(Late late, decimal amount)
    {
        var terms = late.Priced.Plan.Terms;
        var (start, end) = (late.Priced.Window.Start, late.Priced.Window.End);
        return new Line
        {
            Type = LineItemType.ManualAdjustment,
            Source = LineSource.Of(terms) with
            {
                IsSummed = false,
                Child = ChildOf(late.Key.ChildId),
            },
            ServicePeriod = new Window(start, end),
            Amount = amount,
            Description = $"{Descriptions.OfUsage(late.Priced.Terms)}, difference to the bill of "
                + InstantText.Write(_locked.BillDate),
            AccountingProductId = late.Priced.Terms.Pricing.AccountingProductId
                ?? late.Priced.Terms.Aggregation.AccountingProductId ?? terms.Product.Id,
            Item = PricedItem.Of(late.Priced.Terms),
            FlatUnits = late.Quantity,
            Discriminator = _locked.Id,
            Derivation = new DifferenceOfUsage(
                _locked.Id, _locked.BillDate, late.Billed.Count == 0 ? null : late.Billed[0].Id,
                late.Now is { } now
                    ? new UsageNow(
                        now.Line.Derivation, now.Line.Rated!.Quantity, now.Line.Amount, now.Subtotal,
                        PricedLine.Of("", now).Bands)
                    : null,
                late.BilledQuantity, late.BilledSubtotal, late.AdjustedQuantity, late.AdjustedSubtotal),
        };
    }

    private sealed record Late(
        UsageKey Key, PricedWindow Priced, MoneyLine? Now, IReadOnlyList<BillLineItem> Billed,
        IReadOnlyList<BillLineItem> Adjusted)
    {
        public decimal BilledQuantity => Billed.Sum(line => line.Quantity);

        public decimal BilledSubtotal => Billed.Sum(line => line.Subtotal);

        public decimal AdjustedQuantity => Adjusted.Sum(line => line.Quantity);

        public decimal AdjustedSubtotal => Adjusted.Sum(line => line.Subtotal);

        public decimal Quantity => (Now?.Line.Rated?.Quantity ?? 0) - BilledQuantity - AdjustedQuantity;

        // Without a change of the quantity nothing is late, unless a limited credit has left something over.
        public bool IsChanged => Quantity != 0 || Adjusted.Count > 0;

        public decimal Difference => (Now?.Subtotal ?? 0) - BilledSubtotal - AdjustedSubtotal;
    }

    /// <summary>What identifies the usage of a line: plan, pricing, start and account.</summary>
    private sealed record UsageKey(string? PlanId, string? PricingId, Instant? Start, string? ChildId)
    {
        public static UsageKey Of(Line line) => new(
            line.Source.PlanId, line.Item?.PricingId, line.ServicePeriod.Start, line.Source.Child?.Id);

        public static UsageKey Of(BillLineItem line) =>
            new(line.PlanId, line.PricingId, line.ServicePeriodStartDate, line.ChildAccountId);

        public bool IsOf(PricedWindow priced) => priced.Plan.Terms.Plan.Id == PlanId
            && priced.Terms.Pricing.Id == PricingId && priced.Window.Start == Start
            && (priced.Plan.Terms.Route is not { Users: [_] } alone || alone.IsSummed || alone.Child?.Id == ChildId);
    }
}
