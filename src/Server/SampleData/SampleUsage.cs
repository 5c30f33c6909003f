using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Server.SampleData;

/// <summary>
/// The usage of the customers of the sample company: a pure function of the calendar. The same day always gives the
/// same measurements with the same uids.
/// </summary>
/// <param name="ids">The uids.</param>
/// <param name="calendar">The days.</param>
internal sealed class SampleUsage(SampleIds ids, SampleCalendar calendar)
{
    private const int MostPerSubmission = 1000;
    private const int Thousand = 1000;
    private const int SpikeDay = 10;

    // Activity by hour of the day, in thousandths of the average.
    private static readonly int[] ByHour =
    [
        310, 240, 190, 180, 220, 380, 700, 1080, 1390, 1520, 1560, 1540, 1490, 1500, 1510, 1480, 1420, 1380, 1310,
        1180, 1020, 880, 690, 480,
    ];

    private static readonly int[] InOfficeHours =
    [
        40, 30, 20, 20, 30, 90, 420, 1350, 2350, 2720, 2790, 2560, 2080, 2490, 2720, 2530, 1950, 1020, 420, 210, 130,
        90, 70, 50,
    ];

    // Share of calls and probability of a measurement per hour, in thousandths.
    private static readonly (string Endpoint, int Share, int Chance)[] Mix =
        [("tiles", 740, 1000), ("geocode", 190, 620), ("route", 60, 420), ("isochrone", 10, 60)];

    private static readonly string[] Regions = ["eu-west", "eu-west", "eu-west", "us-east", "ap-south"];
    private static readonly string[] Kinds = ["matrix", "geocode-list", "export"];

    /// <summary>The submissions of one day, each as the body of a request.</summary>
    /// <param name="day">Number of the day, from 0.</param>
    internal IEnumerable<ReadOnlyMemory<byte>> Of(int day) => Rows(day)
        .Where(row => row.Time < calendar.Now)
        .Chunk(MostPerSubmission)
        .Select(Body);

    private IEnumerable<Row> Rows(int day)
    {
        var date = calendar.First.PlusDays(day);
        foreach (var (number, customer) in SampleCustomer.All.Index())
        {
            var random = new Random(number * Thousand + day);
            foreach (var row in Calls(customer, day, date, random)
                .Concat(Jobs(customer, date, random))
                .Concat(Stored(customer, day, date)))
                yield return row;
        }
        if (day >= calendar.Days - 2)
        {
            foreach (var row in Mistyped(date))
                yield return row;
        }
    }

    private IEnumerable<Row> Calls(SampleCustomer customer, int day, LocalDate date, Random random)
    {
        var byDay = ActivityOf(customer, day, date);
        var byHour = customer.IsOffice ? InOfficeHours : ByHour;
        for (var hour = 0; hour < byHour.Length; hour++)
        {
            foreach (var (endpoint, share, chance) in Mix)
            {
                var (luck, noise, second) = (random.Next(Thousand), random.Next(800, 1200), random.Next(3600));
                // Rarer measurements have more calls each, so that the shares are kept.
                var weight = (decimal)share / chance * byHour[hour] / Thousand * byDay / Thousand * noise / Thousand;
                var calls = (long)(customer.Hourly * weight);
                var (key, region) = (random.Next(customer.Keys) + 1, Regions[random.Next(Regions.Length)]);
                if (luck >= chance || calls == 0)
                    continue;
                yield return new Row(customer.Code, "api-calls", At(date, hour, second), endpoint)
                {
                    Texts =
                    [
                        ("who", "api_key", $"{customer.Code}-{key}"), ("where", "region", region),
                        ("what", "endpoint", endpoint),
                    ],
                    Measure = ("calls", calls),
                };
            }
        }
    }

    // In thousandths of the average of the first day.
    private long ActivityOf(SampleCustomer customer, int day, LocalDate date)
    {
        long activity = Math.Max(30, Thousand + ((long)customer.Growth * day));
        if (IsWeekend(date))
            activity = activity * (customer.IsOffice ? 120 : 640) / Thousand;
        var spike = Period.DaysBetween(calendar.First, calendar.LastMonth) + SpikeDay;
        return customer.HasSpike && (day == spike || day == spike + 1) ? activity * 20 : activity;
    }

    private static IEnumerable<Row> Jobs(SampleCustomer customer, LocalDate date, Random random)
    {
        var count = customer.Batch == 0 || IsWeekend(date) ? 0 : random.Next(customer.Batch + 1);
        for (var job = 0; job < count; job++)
        {
            yield return new Row(
                customer.Code, "batch-jobs", At(date, 1 + random.Next(5), random.Next(3600)), $"job-{job}")
            {
                Texts = [("what", "kind", Kinds[random.Next(Kinds.Length)])],
                Measure = ("seconds", random.Next(240, 9000)),
            };
        }
    }

    private static IEnumerable<Row> Stored(SampleCustomer customer, int day, LocalDate date)
    {
        if (customer.Storage == 0)
            yield break;
        yield return new Row(customer.Code, "storage", At(date, 2, 0), "tiles")
        {
            Texts = [("what", "dataset", "custom-tiles")],
            Measure = ("stored_gb", customer.Storage + (day * 0.7m)),
        };
    }

    // A sender that was deployed with a mistyped meter code: something to mend.
    private static IEnumerable<Row> Mistyped(LocalDate date)
    {
        for (var minute = 0; minute < 4; minute++)
        {
            yield return new Row("bluebird-taxi", "api-call", At(date, 0, minute * 60), "mistyped")
            {
                Texts = [("what", "endpoint", "geocode")],
                Measure = ("calls", 25 + minute),
            };
        }
    }

    private static bool IsWeekend(LocalDate date) => date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday;

    private static Instant At(LocalDate date, int hour, int second) =>
        SampleCalendar.StartOf(date) + Duration.FromHours(hour) + Duration.FromSeconds(second);

    private ReadOnlyMemory<byte> Body(Row[] rows)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("measurements");
            foreach (var row in rows)
                row.Write(json, ids);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return body.ToArray();
    }

    /// <param name="Account">Code of the account.</param>
    /// <param name="Meter">Code of the meter.</param>
    /// <param name="Time">When it was measured.</param>
    /// <param name="What">Tells it from others of the same time.</param>
    private sealed record Row(string Account, string Meter, Instant Time, string What)
    {
        internal required IReadOnlyList<(string Category, string Field, string Value)> Texts { get; init; }

        internal required (string Field, decimal Value) Measure { get; init; }

        internal void Write(Utf8JsonWriter json, SampleIds ids)
        {
            var time = InstantText.Write(Time);
            json.WriteStartObject();
            json.WriteString("uid", ids[$"{Meter}/{Account}/{time}/{What}"]);
            json.WriteString("meter", Meter);
            json.WriteString("account", Account);
            json.WriteString("ts", time);
            foreach (var (category, field, value) in Texts)
            {
                json.WriteStartObject(category);
                json.WriteString(field, value);
                json.WriteEndObject();
            }
            json.WriteStartObject("measure");
            json.WriteNumber(Measure.Field, Measure.Value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
