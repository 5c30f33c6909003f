using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// The two periods of an account plan that meet on a bill date, and which parts of them the bill charges for a price
/// that is active for only some of the time.
/// </summary>
/// <param name="cycle">The periods of the account plan.</param>
/// <param name="boundary">Number of the boundary that is the bill date.</param>
internal sealed class BillPeriods(PlanCycle cycle, int boundary)
{
    /// <summary>The periods of the account plan.</summary>
    public PlanCycle Cycle => cycle;

    /// <summary>Number of the boundary that is the bill date.</summary>
    public int Boundary => boundary;

    /// <summary>The bill date as an instant.</summary>
    public Instant BillDate => cycle.StartOf(boundary);

    /// <summary>
    /// The active time from the start of the period before the bill date to the end of the one after.
    /// </summary>
    public Window Both
    {
        get
        {
            var (before, after) = (cycle.Before(boundary, 1).Window, cycle.From(boundary, 1).Window);
            return new Window(before.Start, Instant.Max(before.End, after.End));
        }
    }

    /// <summary>The part of a price's time that is in the period before the bill date; can be empty.</summary>
    public ServicePeriod InArrears(Window active) => cycle.Within(active).Before(boundary, 1);

    /// <summary>
    /// The parts of a price's time that the bill charges in advance: the coming period, if the price is active on the
    /// bill date. A price that started since the last bill date was not charged then, so its short period is charged
    /// now, as a period of its own.
    /// </summary>
    public IEnumerable<ServicePeriod> InAdvance(Window active)
    {
        var hadBill = cycle.HasBillAt(boundary - 1) && active.Start <= cycle.StartOf(boundary - 1);
        if (!hadBill && InArrears(active) is { IsEmpty: false } shortPeriod)
            yield return shortPeriod;
        if (active.Start <= BillDate && cycle.Within(active).From(boundary, 1) is { IsEmpty: false } coming)
            yield return coming;
    }
}
