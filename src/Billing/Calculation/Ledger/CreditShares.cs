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
    private readonly DateTimeZone _zone;
    private readonly Dictionary<(string? AccountPlanId, string? PlanId, string? PricingId, Window Inside), decimal>
        _measured = [];

    /// <summary>Creates it.</summary>
    /// <param name="zone">Time zone that determines when days begin.</param>
    /// <param name="partly">The windows of <see cref="Partly"/>.</param>
    /// <param name="measured">The usage in them; a window without usage is absent.</param>
    public CreditShares(
        DateTimeZone zone, IEnumerable<PricedWindow> partly, IEnumerable<MeasuredUsage> measured)
    {
        _zone = zone;
        foreach (var one in partly)
            _measured[KeyOf(one)] = 0;
        foreach (var one in measured)
            _measured[KeyOf(one.Priced)] = one.Quantity;
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
    public Fraction Of(Line line, Window window)
    {
        var service = line.ServicePeriod;
        var inside = service.Intersect(window.Start, window.End);
        if (inside == service)
            return window.Start <= service.Start && service.Start < window.End ? 1m : Fraction.Zero;
        if (inside.IsEmpty)
            return Fraction.Zero;
        if (line.Rated is { } rated && _measured.TryGetValue(
            (line.Source.EntityId, line.Source.PlanId, line.Item?.PricingId, inside), out var quantity))
        {
            var share = rated.Quantity == 0 ? Fraction.Zero : (Fraction)quantity / rated.Quantity;
            return share.Sign < 0 ? Fraction.Zero : share > 1m ? 1m : share;
        }
        var days = new DatePeriod(
            LocalDay.Of(service.Start, _zone), LocalDay.Of(service.End - Duration.Epsilon, _zone).PlusDays(1));
        return ActiveDays.In(inside, days, _zone) / ActiveDays.In(service, days, _zone);
    }

    private static (string? AccountPlanId, string? PlanId, string? PricingId, Window Inside) KeyOf(
        PricedWindow one) =>
        (one.Plan.Terms.AccountPlan.Id, one.Plan.Terms.Plan.Id, one.Terms.Pricing.Id, one.Window);
}
