using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>
/// Charges minimum spends of pricings, then of plans, then of plan groups: each counts the usage within it, including
/// what the minimums inside it have added. Usage is what is charged for it, before credits. Compares rounded amounts,
/// so that the lines of a period add up to the minimum exactly.
/// </summary>
/// <param name="ids">Ids of lines.</param>
/// <param name="account">The account billed.</param>
/// <param name="organization">The organization's settings.</param>
/// <param name="round">Rounds the new lines.</param>
/// <param name="amounts">Rates between currencies.</param>
internal sealed class ChargeMinimums(
    LineIds ids, AccountTerms account, OrganizationConfig organization, RoundLines round, ConvertAmounts amounts)
{
    /// <summary>The lines of minimum spends.</summary>
    /// <param name="plans">The plans on the bill.</param>
    /// <param name="charges">The charges of the bill.</param>
    /// <exception cref="BillRefusedException">A rate or a currency is missing.</exception>
    public IReadOnlyList<MoneyLine> For(IReadOnlyList<DuePlan> plans, IReadOnlyList<MoneyLine> charges)
    {
        var withMinimum = plans.Where(MinimumTerms.Has).ToList();
        if (withMinimum.Count == 0)
            return [];
        var usage = charges.Where(line => line.Line.Type == LineItemType.Usage)
            .ToLookup(line => (line.Line.Source.EntityId, line.Line.Source.PlanId));
        var lines = new List<MoneyLine>();
        var spent = new Dictionary<string, IReadOnlyList<SpentPart>>();
        foreach (var plan in withMinimum)
        {
            List<MoneyLine> ofPlan = [.. usage[(plan.Terms.AccountPlan.Id, plan.Terms.Plan.Id)]];
            spent[plan.Terms.Key] = OfPlan(plan, ofPlan, lines);
        }
        foreach (var leader in withMinimum.Where(plan => plan.Group is not null))
            OfGroup(leader, withMinimum, spent, lines);
        return lines;
    }

    private List<SpentPart> OfPlan(DuePlan plan, IReadOnlyList<MoneyLine> usage, List<MoneyLine> lines)
    {
        var spent = usage.OrderBy(line => LineId(line), StringComparer.Ordinal).Select(PartOf).ToList();
        spent.AddRange(OfPricings(plan, spent, lines));
        var minimum = new MinimumSpend
        {
            Source = LineSource.Of(plan.Terms),
            Amount = MinimumTerms.Of(plan.Terms),
            IsInAdvance = MinimumTerms.IsInAdvance(plan.Terms, organization),
            Description = Descriptions.OfMinimum(plan.Terms),
            AccountingProductId = AccountingProductOf(plan),
            Windows = [plan.Periods.Both],
        };
        lines.AddRange(Charge(minimum, plan, spent, out _));
        return spent;
    }

    private List<SpentPart> OfPricings(DuePlan plan, IReadOnlyList<SpentPart> usage, List<MoneyLine> lines)
    {
        var added = new List<SpentPart>();
        if (plan.Terms.Pricings.All(terms => MinimumTerms.Of(terms.Pricing) == 0))
            return added;
        var pricings = ResolvePricings.In(plan.Periods.Both, account.Account, plan.Terms)
            .Where(priced => MinimumTerms.Of(priced.Terms.Pricing) > 0)
            .GroupBy(priced => priced.Terms.Pricing.Id)
            .OrderBy(pricing => pricing.Key, StringComparer.Ordinal);
        foreach (var pricing in pricings)
        {
            var terms = pricing.First().Terms;
            var minimum = new MinimumSpend
            {
                Source = LineSource.Of(plan.Terms),
                Item = PricedItem.Of(terms) with { Unit = "" },
                Amount = MinimumTerms.Of(terms.Pricing),
                IsInAdvance = MinimumTerms.IsInAdvance(terms.Pricing, organization),
                Description = Descriptions.OfMinimum(terms),
                AccountingProductId = AccountingProductOf(plan),
                Windows = [.. pricing.Select(priced => priced.Window).OrderBy(window => window.Start)],
            };
            lines.AddRange(Charge(minimum, plan, [.. usage.Where(part => part.PricingId == pricing.Key)], out var add));
            if (add is not null)
                added.Add(add);
        }
        return added;
    }

    private void OfGroup(
        DuePlan leader, IReadOnlyList<DuePlan> plans, Dictionary<string, IReadOnlyList<SpentPart>> spent,
        List<MoneyLine> lines)
    {
        var terms = leader.Group!.Terms;
        if (MinimumTerms.Of(terms.Group) == 0)
            return;
        var minimum = new MinimumSpend
        {
            Source = LineSource.Of(terms),
            Amount = MinimumTerms.Of(terms.Group),
            IsInAdvance = MinimumTerms.IsInAdvance(terms.Group, organization),
            Description = Descriptions.OfMinimum(terms.Group),
            AccountingProductId = terms.Group.MinimumSpendAccountingProductId,
            Windows = [leader.Periods.Both],
        };
        var ofMembers = plans.Where(plan => plan.Terms.Group is not null
                && plan.Terms.AccountPlan.Id == terms.AccountPlan.Id)
            .OrderBy(plan => plan.Terms.Plan.Id, StringComparer.Ordinal)
            .SelectMany(plan => spent[plan.Terms.Key].Select(part => Converted(part, plan, terms)));
        lines.AddRange(Charge(minimum, leader, [.. ofMembers], out _));
    }

    private SpentPart Converted(SpentPart part, DuePlan plan, GroupPlanTerms group)
    {
        var (from, to) = (plan.Terms.Template.Currency, group.Group.Currency);
        if (from == to)
            return part;
        var rate = amounts.RateBetween(from, to);
        return part with { Rate = rate, Amount = amounts.RoundingOf(to).Round((Fraction)part.Subtotal * rate) };
    }

    /// <summary>The lines of one minimum.</summary>
    /// <param name="minimum">The minimum.</param>
    /// <param name="plan">The plan whose periods it has.</param>
    /// <param name="spent">What counts toward it.</param>
    /// <param name="added">What it adds to that for the period in arrears; null if nothing.</param>
    private IEnumerable<MoneyLine> Charge(
        MinimumSpend minimum, DuePlan plan, IReadOnlyList<SpentPart> spent, out SpentPart? added)
    {
        added = null;
        if (minimum.Amount == 0)
            return [];
        var charged = minimum.Charge(plan.Periods, spent, share => Rounded(minimum, share));
        List<MoneyLine> lines = [.. charged.Lines.Select(round.Once)];
        if (charged.Added > 0)
        {
            var topUp = charged.TopUp is { } line ? ids.Of(line) : null;
            added = new SpentPart(topUp, minimum.Item?.PricingId, charged.Added, 1, charged.Added);
        }
        return lines;
    }

    private decimal Rounded(MinimumSpend minimum, Fraction share) => round.Once(new Line
    {
        Type = LineItemType.MinimumSpend,
        Source = minimum.Source,
        ServicePeriod = minimum.Windows[0],
        Amount = share,
        Description = minimum.Description,
        Derivation = new MinimumDue([], 0, null),
    }).Subtotal;

    private SpentPart PartOf(MoneyLine line) =>
        new(LineId(line), line.Line.Item?.PricingId, line.Subtotal, 1, line.Subtotal);

    private string LineId(MoneyLine line) => ids.Of(line.Line);

    private static string AccountingProductOf(DuePlan plan) =>
        plan.Terms.Plan.MinimumSpendAccountingProductId ?? plan.Terms.Product.Id;
}
