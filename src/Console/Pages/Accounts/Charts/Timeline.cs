using System.Globalization;
using NodaTime;

namespace Tallystick.Console.Pages.Accounts.Charts;

/// <summary>A period of something on a time line.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Series">Which color it has.</param>
/// <param name="Start">When it starts.</param>
/// <param name="End">When it ends; null if it is open-ended.</param>
/// <param name="Page">Its page, below the organization.</param>
public sealed record Span(string Label, int Series, Instant Start, Instant? End, string Page);

/// <summary>Where the spans of a time line are drawn.</summary>
internal sealed class Timeline
{
    internal const int Width = 960;
    internal const int Left = 200;
    internal const int Row = 28;
    internal const int Top = 24;

    private const int MaxTicks = 8;

    private readonly LocalDate _from;
    private readonly LocalDate _to;
    private readonly DateTimeZone _zone;

    internal Timeline(IReadOnlyList<Span> spans, Instant now, DateTimeZone zone)
    {
        _zone = zone;
        var today = now.InZone(zone).Date;
        var starts = spans.Select(span => span.Start.InZone(zone).Date);
        var ends = spans.Select(span => span.End).OfType<Instant>().Select(end => end.InZone(zone).Date);
        // Far beginnings and ends are cut off, so that the present can be read.
        var first = starts.Append(today).Min();
        var last = ends.Append(today).Max();
        _from = LocalDate.Max(first, today.PlusYears(-3));
        _to = LocalDate.Min(last, today.PlusYears(2)).PlusMonths(1);
        Height = Top + (spans.Count * Row) + 8;
        Today = X(now);
    }

    internal int Height { get; }

    internal long Today { get; }

    /// <summary>Beginnings of months, as many as can be read.</summary>
    internal IEnumerable<(long X, string Text)> Ticks
    {
        get
        {
            var months = Period.Between(_from, _to, PeriodUnits.Months).Months + 1;
            var every = new[] { 1, 2, 3, 6, 12 }.FirstOrDefault(one => months / one <= MaxTicks, 12);
            var tick = new LocalDate(_from.Year, 1, 1);
            while (tick < _from)
                tick = tick.PlusMonths(every);
            for (; tick < _to; tick = tick.PlusMonths(every))
                yield return (X(_zone.AtStartOfDay(tick).ToInstant()),
                    tick.ToString("uuuu-MM", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The bar of a span: where it begins and how long it is.</summary>
    internal (long X, long Length) Bar(Span span)
    {
        var start = X(span.Start);
        return (start, Math.Max(2, (span.End is { } end ? X(end) : Width) - start));
    }

    private long X(Instant time)
    {
        var (from, to) = (Seconds(_from), Seconds(_to));
        return Left + ((Math.Clamp(time.ToUnixTimeSeconds(), from, to) - from) * (Width - Left) / (to - from));
    }

    private long Seconds(LocalDate date) => _zone.AtStartOfDay(date).ToInstant().ToUnixTimeSeconds();
}
