using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>
/// The share of a charge for which a commitment or balance is active: of usage, the quantity measured in that time; of
/// other charges, the days.
/// </summary>
internal sealed class CreditShares
{
    private readonly string _accountId;
    private readonly DateTimeZone _zone;
    private readonly Dictionary<PartKey, Dictionary<string, decimal>> _measured = [];

    /// <summary>Creates it.</summary>
    /// <param name="accountId">UUID of the account billed.</param>
    /// <param name="zone">Time zone that determines when days begin.</param>
    /// <param name="partly">The windows of <see cref="Partly"/>.</param>
    /// <param name="measured">The usage in them; a window without usage is absent.</param>
    public CreditShares(
        string accountId, DateTimeZone zone, IEnumerable<PricedWindow> partly, IEnumerable<MeasuredUsage> measured)
    {
        (_accountId, _zone) = (accountId, zone);
        foreach (var one in partly)
            _measured[KeyOf(one)] = [];
        foreach (var one in measured)
        {
            var byAccount = _measured[KeyOf(one.Priced)];
            if (one.Shares is { Count: > 0 } shares)
            {
                foreach (var share in shares)
                    byAccount[share.Account.Id] = share.Quantity;
            }
            else
            {
                // A block that no account has used is charged to the owner of the plan.
                var route = one.Priced.Plan.Terms.Route;
                byAccount[(one.Shares is null ? route?.Child : route?.Owner)?.Id ?? accountId] = one.Quantity;
            }
        }
    }

    /// <summary>
    /// The parts of priced windows for which a credit is active, if it is not active for the whole window. Their usage
    /// must be measured separately.
    /// </summary>
    public static IReadOnlyList<PricedWindow> Partly(
        IReadOnlyList<PricedWindow> priced, IReadOnlyList<Credit> credits) =>
    [
        .. from one in priced
           let terms = one.Plan.Terms
           from window in credits
               .Where(credit => credit.Admits(LineItemType.Usage, terms.Product.Id, terms.AccountPlan.ContractId))
               .SelectMany(credit => new[] { credit.Window, credit.OverageWindow })
               .Distinct()
           let inside = one.Window.Intersect(window.Start, window.End)
           where !inside.IsEmpty && inside != one.Window
           select one with { Window = inside },
    ];

    /// <summary>The share of a charge in a window, from 0 to 1.</summary>
    /// <param name="line">The charge.</param>
    /// <param name="window">The window.</param>
    /// <param name="childId">UUID of the child whose part of a sum over children counts alone; null for all.</param>
    public Fraction Of(Line line, Window window, string? childId)
    {
        if (childId is null || line.Parts is not { } parts)
            return Of(line, window);
        return ShareOf(
            parts.Where(part => part.Source.Child?.Id == childId)
                .Aggregate(Fraction.Zero, (sum, part) => sum + (part.Amount * Of(part, window))),
            parts.Aggregate(Fraction.Zero, (sum, part) => sum + part.Amount));
    }

    /// <summary>The share of a charge in a window, from 0 to 1.</summary>
    public Fraction Of(Line line, Window window)
    {
        var service = line.ServicePeriod;
        var inside = service.Intersect(window.Start, window.End);
        if (inside == service)
            return window.Start <= service.Start && service.Start < window.End ? 1m : Fraction.Zero;
        if (inside.IsEmpty)
            return Fraction.Zero;
        if (line.Rated is { } rated)
        {
            if (line.Parts is { } parts)
            {
                return ShareOf(
                    parts.Aggregate(Fraction.Zero, (sum, part) => sum + (part.Amount * Of(part, window))),
                    parts.Aggregate(Fraction.Zero, (sum, part) => sum + part.Amount));
            }
            if (_measured.TryGetValue(
                new PartKey(line.Source.EntityId, line.Source.PlanId, line.Item?.PricingId, inside), out var byAccount))
            {
                return ShareOf(
                    byAccount.GetValueOrDefault(line.Source.Child?.Id ?? _accountId), rated.Quantity);
            }
        }
        var days = new DatePeriod(
            LocalDay.Of(service.Start, _zone), LocalDay.Of(service.End - Duration.Epsilon, _zone).PlusDays(1));
        return ActiveDays.In(inside, days, _zone) / ActiveDays.In(service, days, _zone);
    }

    private static Fraction ShareOf(Fraction part, Fraction whole)
    {
        var share = whole.Sign == 0 ? Fraction.Zero : part / whole;
        return share.Sign < 0 ? Fraction.Zero : share > 1m ? 1m : share;
    }

    private static PartKey KeyOf(PricedWindow one) =>
        new(one.Plan.Terms.AccountPlan.Id, one.Plan.Terms.Plan.Id, one.Terms.Pricing.Id, one.Window);

    private sealed record PartKey(string AccountPlanId, string? PlanId, string? PricingId, Window Inside);
}
