using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using NodaTime;
using NodaTime.Text;
using Tallystick.Client;
using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Billing.Bills;

/// <summary>Months, in which people look at bills.</summary>
/// <param name="First">Its first day.</param>
internal readonly record struct BillPeriod(LocalDate First)
{
    private static readonly YearMonthPattern Pattern = YearMonthPattern.CreateWithInvariantCulture("uuuu-MM");

    /// <summary>The first day of the next month.</summary>
    internal LocalDate End => First.PlusMonths(1);

    internal BillPeriod Previous => new(First.PlusMonths(-1));

    internal BillPeriod Next => new(End);

    /// <summary>Its name, such as "November 2026".</summary>
    internal string Name => First.ToString("MMMM uuuu", CultureInfo.InvariantCulture);

    /// <summary>Its value in addresses, such as <c>2026-11</c>.</summary>
    internal string Text => Pattern.Format(First.ToYearMonth());

    /// <summary>The current month of the organization.</summary>
    internal static async Task<BillPeriod> CurrentAsync(OrganizationApi api, IClock clock) =>
        Of(clock.GetCurrentInstant().InZone(await api.ZoneAsync()).Date);

    /// <summary>The month of a day.</summary>
    internal static BillPeriod Of(LocalDate day) => new(day.With(DateAdjusters.StartOfMonth));

    /// <summary>The month in which a bill is listed.</summary>
    internal static BillPeriod Of(Bill bill) => Of(LocalDate.FromDateOnly(bill.BillDate));

    /// <summary>The month of a value in addresses; null if it is none.</summary>
    internal static BillPeriod? Parse(string? text)
    {
        // Months whose neighbors are no dates have no links to them.
        const int FirstYear = 1900, LastYear = 9000;
        return Pattern.Parse(text ?? "").TryGetValue(default, out var month) && month.Year is > FirstYear and < LastYear
            ? new BillPeriod(month.OnDayOfMonth(1)) : null;
    }

    /// <summary>The month between two dates of a filter; null if they are no month.</summary>
    internal static BillPeriod? Between(string? from, string? until) =>
        Day(from) is { Day: 1 } first && Parse(Pattern.Format(first.ToYearMonth())) is { } month
            && Day(until) == month.End ? month : null;

    /// <summary>The list of its bills.</summary>
    internal string Bills(OrganizationApi api, string? status = null)
    {
        var values = new Dictionary<string, string?>
        {
            [BillTable.From] = DayText(First),
            [BillTable.Until] = DayText(End),
        };
        if (status is not null)
            values[BillTable.Status] = status;
        return QueryHelpers.AddQueryString(api.To("bills"), values);
    }

    /// <summary>A day of a form; null if it is none.</summary>
    internal static LocalDate? Day(string? text) =>
        LocalDatePattern.Iso.Parse(text ?? "").TryGetValue(default, out var day) ? day : null;

    /// <summary>A day as forms and addresses have it.</summary>
    internal static string DayText(LocalDate day) => LocalDatePattern.Iso.Format(day);

    /// <summary>The instant at which a day of the organization begins.</summary>
    internal static async Task<DateTimeOffset> StartOfAsync(OrganizationApi api, LocalDate day) =>
        (await api.ZoneAsync()).AtStartOfDay(day).ToDateTimeOffset();
}
