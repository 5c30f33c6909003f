using NodaTime;

namespace Tallystick.Server.SampleData;

/// <summary>The months that a sample organization has usage for: three complete ones and the current one.</summary>
/// <param name="Now">When the organization was asked for. Its usage ends here.</param>
internal sealed record SampleCalendar(Instant Now)
{
    /// <summary>The first day of the current month.</summary>
    internal LocalDate ThisMonth => Now.InUtc().Date.With(DateAdjusters.StartOfMonth);

    /// <summary>The first day of the latest month that is complete.</summary>
    internal LocalDate LastMonth => ThisMonth.PlusMonths(-1);

    /// <summary>The first day of all. Plans begin here.</summary>
    internal LocalDate First => ThisMonth.PlusMonths(-3);

    /// <summary>The number of days, the current one included.</summary>
    internal int Days => Period.DaysBetween(First, Now.InUtc().Date) + 1;

    /// <summary>The start of a day.</summary>
    internal static Instant StartOf(LocalDate day) => day.AtMidnight().InUtc().ToInstant();
}
