using System.Text.Json.Serialization;
using NodaTime;

namespace Tallystick.Foundation.Values;

/// <summary>Calendar days from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
/// <param name="Start">First day.</param>
/// <param name="End">Day after the last; never before <paramref name="Start"/>.</param>
public readonly record struct DatePeriod(LocalDate Start, LocalDate End)
{
    /// <summary>Number of calendar days; daylight-saving changes do not matter.</summary>
    public int Days => NodaTime.Period.DaysBetween(Start, End);

    /// <summary>True if it contains no days.</summary>
    public bool IsEmpty => End <= Start;

    /// <summary>The same days as instants: from local midnight to local midnight.</summary>
    public Window In(DateTimeZone zone) => new(LocalDay.Start(Start, zone), LocalDay.Start(End, zone));
}

/// <summary>Instants from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
/// <param name="Start">First instant.</param>
/// <param name="End">End, exclusive.</param>
public readonly record struct Window(Instant Start, Instant End)
{
    /// <summary>True if it contains no instants.</summary>
    [JsonIgnore]
    public bool IsEmpty => End <= Start;

    /// <summary>The intersection; empty if they do not overlap.</summary>
    public Window Intersect(Instant start, Instant? end)
    {
        var from = Instant.Max(Start, start);
        var to = end is { } limit ? Instant.Min(End, limit) : End;
        return new Window(from, Instant.Max(from, to));
    }
}
