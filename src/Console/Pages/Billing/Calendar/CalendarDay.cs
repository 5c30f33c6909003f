using NodaTime;
using Tallystick.Client;
using Tallystick.Console.Pages.Billing.Bills;

namespace Tallystick.Console.Pages.Billing.Calendar;

/// <summary>A day of the calendar with the bills dated on it.</summary>
/// <param name="Date">The day.</param>
/// <param name="Bills">Its bills.</param>
internal sealed record CalendarDay(LocalDate Date, IReadOnlyList<Bill> Bills)
{
    private const int DaysPerWeek = 7;

    internal int Pending => Bills.Count(bill => !bill.Locked && bill.Status == BillStatus.Pending);

    /// <summary>The weeks of a month, from Monday. Days of other months are null.</summary>
    internal static IReadOnlyList<IReadOnlyList<CalendarDay?>> WeeksOf(BillPeriod month, IEnumerable<Bill> bills)
    {
        var byDate = bills.ToLookup(bill => LocalDate.FromDateOnly(bill.BillDate));
        var days = new List<CalendarDay?>();
        for (var blank = IsoDayOfWeek.Monday; blank < month.First.DayOfWeek; blank++)
            days.Add(null);
        for (var date = month.First; date < month.End; date = date.PlusDays(1))
            days.Add(new CalendarDay(date, [.. byDate[date]]));
        while (days.Count % DaysPerWeek != 0)
            days.Add(null);
        return [.. days.Chunk(DaysPerWeek)];
    }
}
