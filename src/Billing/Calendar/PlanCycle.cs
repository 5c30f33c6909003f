using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// The billing periods of an account plan: its billing cycle, limited to the time that the plan is active. If the epoch
/// is after the start of the plan, the first bill is dated on the epoch and covers all the time before it. Otherwise,
/// the first period is shortened.
/// </summary>
internal sealed class PlanCycle(BillingCycle cycle, Instant activeFrom, Instant? activeTo, DateTimeZone zone)
{
    /// <summary>The billing cycle.</summary>
    public BillingCycle Cycle { get; } = cycle;

    /// <summary>Start of the account plan.</summary>
    public Instant ActiveFrom => activeFrom;

    /// <summary>Whether the first bill covers the time from the start of the plan to the epoch.</summary>
    public bool StartsBeforeEpoch => activeFrom < At(0);

    /// <summary>Index of the first boundary after the start: the first bill that can have charges in arrears.</summary>
    public int FirstBillInArrears() => FirstBill(boundary => boundary > activeFrom);

    /// <summary>
    /// Index of the first boundary at or after the start: the first bill that can have charges in advance.
    /// </summary>
    public int FirstBillInAdvance() => FirstBill(boundary => boundary >= activeFrom);

    /// <summary>
    /// Whether there is a bill at boundary <paramref name="index"/>. There is none before the plan starts, nor before
    /// the epoch if that is the date of the first bill.
    /// </summary>
    public bool HasBillAt(int index) => At(index) >= activeFrom && (index >= 0 || !StartsBeforeEpoch);

    /// <summary>
    /// The <paramref name="periods"/> periods that end at boundary <paramref name="index"/>. At an epoch after the
    /// start of the plan, this is all the time before the epoch, with nominal periods counted backwards from it.
    /// </summary>
    public ServicePeriod Before(int index, int periods)
    {
        if (index != 0 || !StartsBeforeEpoch)
            return Cut(index - periods, index);
        var window = Active(new Window(activeFrom, At(0)));
        return window.IsEmpty
            ? new ServicePeriod(window, new Proration([]))
            : new ServicePeriod(window, Proration.Of(PartsBeforeEpoch(periods)))
            {
                NominalPeriods = CountBeforeEpoch(window, periods),
            };
    }

    /// <summary>The <paramref name="periods"/> periods that start at boundary <paramref name="index"/>.</summary>
    public ServicePeriod From(int index, int periods) => Cut(index, index + periods);

    /// <summary>
    /// First day of the period that <see cref="Before"/> returns for one period, regardless of when the plan is active.
    /// </summary>
    public LocalDate NominalStartBefore(int index) => index == 0 && StartsBeforeEpoch
        ? LocalDay.Of(activeFrom, zone)
        : Cycle.Boundary(index - 1);

    /// <summary>The same periods, limited further, such as to the time of a price.</summary>
    public PlanCycle Within(Window window)
    {
        var active = window.Intersect(activeFrom, activeTo);
        return new PlanCycle(Cycle, active.Start, active.End, zone);
    }

    /// <summary>The instant of boundary <paramref name="index"/>.</summary>
    public Instant StartOf(int index) => At(index);

    private int CountBeforeEpoch(Window window, int periods)
    {
        var first = Cycle.IndexOf(LocalDay.Of(window.Start, zone));
        var last = Math.Min(-1, Cycle.IndexOf(LocalDay.Of(window.End - Duration.Epsilon, zone)));
        return ((-1 - first) / periods) - ((-1 - last) / periods) + 1;
    }

    /// <summary>
    /// Only periods in which the plan starts or ends are calculated exactly. Whole periods are counted by length,
    /// because there can be millions of days between the start and the epoch.
    /// </summary>
    private IEnumerable<ProrationPart> PartsBeforeEpoch(int periods)
    {
        var firstDay = LocalDay.Of(activeFrom, zone);
        var lastDay = activeTo is { } end ? LocalDay.Of(end, zone) : LocalDate.MaxIsoValue;
        var cut = new List<ProrationPart>();
        var whole = new Dictionary<int, long>();
        for (var to = 0; Cycle.Boundary(to) > firstDay; to -= periods)
        {
            var nominal = new DatePeriod(Cycle.Boundary(to - periods), Cycle.Boundary(to));
            if (nominal.Start > firstDay && nominal.End <= lastDay)
                whole[nominal.Days] = whole.GetValueOrDefault(nominal.Days) + 1;
            else if (nominal.Start <= lastDay)
                cut.AddRange(Cut(to - periods, to).Proration.Parts);
        }
        return cut.Concat(whole.Select(length => new ProrationPart((decimal)length.Key * length.Value, length.Key)));
    }

    private ServicePeriod Cut(int from, int to)
    {
        var nominal = new DatePeriod(Cycle.Boundary(from), Cycle.Boundary(to));
        var window = Active(nominal.In(zone));
        if (window.IsEmpty)
            return new ServicePeriod(window, new Proration([]));
        var part = new ProrationPart(ActiveDays.In(window, nominal, zone), nominal.Days);
        return new ServicePeriod(window, new Proration([part]));
    }

    private Window Active(Window window) => window.Intersect(activeFrom, activeTo);

    private Instant At(int index) => LocalDay.Start(Cycle.Boundary(index), zone);

    private int FirstBill(Func<Instant, bool> isLateEnough)
    {
        if (StartsBeforeEpoch)
            return 0;
        var index = Cycle.IndexOf(LocalDay.Of(activeFrom, zone));
        while (!isLateEnough(At(index)))
            index++;
        return index;
    }
}

/// <summary>The period that a charge covers, and its share of the nominal periods.</summary>
/// <param name="Window">Start (inclusive) and end (exclusive); can be empty.</param>
/// <param name="Proration">Share of the nominal periods.</param>
internal sealed record ServicePeriod(Window Window, Proration Proration)
{
    /// <summary>
    /// Number of nominal periods that it covers, at least partly: 1, unless it is the time before an epoch.
    /// </summary>
    public int NominalPeriods { get; init; } = 1;

    /// <summary>True if the plan is not active in the period.</summary>
    public bool IsEmpty => Window.IsEmpty;
}
