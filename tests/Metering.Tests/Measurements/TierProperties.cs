using System.Globalization;
using System.Numerics;
using CsCheck;
using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Metering.Usage;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>
/// Numbers of all tiers, mixed, give what whole numbers of any size give: in the table that small meters share, in a
/// table of the meter's own, sorted, and after a restart.
/// </summary>
public sealed class TierProperties
{
    private const int Scale = 28;

    private static readonly BigInteger Limit = BigInteger.Pow(10, 28);

    private static readonly AggregationMethod[] Methods =
    [
        AggregationMethod.Sum, AggregationMethod.Min, AggregationMethod.Max, AggregationMethod.Count,
        AggregationMethod.Unique, AggregationMethod.Latest, AggregationMethod.Mean,
    ];

    // Digits and decimal places, in units of 10^-28: short ones, those that programs print, and the edges of the tiers.
    private static readonly Gen<BigInteger> Number = Gen.OneOf(
        Of(6, 0, 6), Of(12, 2, 6), Of(16, 4, 18), Of(17, 16, 22), Of(28, 0, 9), Of(28, 18, 19), Of(28, 27, 28),
        Of(1, 0, 28), Of(20, 26, 28));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Aggregates_OfMixedTiers_AreThoseOfWholeNumbers() =>
        await Gen.Select(Number.Array[1, 12], Number.Array[1, 12], Gen.Bool).SampleAsync(
            async (first, second, areSmall) =>
            {
                // Small ones mostly have a sum that can be kept; the others show that a sum is refused, not rounded.
                var bound = areSmall ? BigInteger.Pow(10, 26) : BigInteger.Pow(10, 60);
                BigInteger[] all = [.. first.Concat(second).Select(units => units % bound)];
                await CheckAsync(all[..first.Length], all[first.Length..]);
            },
            iter: 10, threads: 1);

    private static async Task CheckAsync(BigInteger[] first, BigInteger[] second)
    {
        using var directory = new TempDirectory();
        // The first load goes to the shared table, the second to a table of the meter's own.
        var options = Ingestion.Small with { SmallMeterRows = 1 };
        await using (var store = await DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], options, Token))
        {
            await store.ApplyAsync(StoredUsage.Load(0, Rows(first, 0)), Token);
            await ReadAsync(store, first);
            await store.ApplyAsync(StoredUsage.Load(first.Length, Rows(second, first.Length)), Token);
            await ReadAsync(store, [.. first, .. second]);
        }
        await using (var store = await DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], options, Token))
        {
            await ReadAsync(store, [.. first, .. second]);
            while (await store.SortAsync(Make.At("2026-04-01T00:00:00Z"), Token))
                Token.ThrowIfCancellationRequested();
            await ReadAsync(store, [.. first, .. second]);
        }
        await using var again = await DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], options, Token);
        await ReadAsync(again, [.. first, .. second]);
    }

    private static async Task ReadAsync(DuckDbMeasurementStore store, BigInteger[] numbers)
    {
        var meter = Make.Meter("m", "measure.n", "what.kind");
        foreach (var method in Methods)
        {
            var query = Make.Query(meter, "n", method);
            (await AnswerAsync(() => store.ReadAsync(query, Token))).ShouldBe(Expected(method, numbers), $"{method}");
            var segmented = query with
            {
                SegmentedFields = ["kind"],
                Segments = [new Dictionary<string, string> { ["kind"] = "*" }],
            };
            (await AnswerAsync(() => store.ReadAsync(segmented, Token)))
                .ShouldBe(Expected(method, numbers), $"{method} of a segment");
        }
        var rows = await store.ExploreAsync(
            new UsageExploration
            {
                OrganizationId = Make.Organization,
                Window = Make.March,
                Zone = DateTimeZone.Utc,
                Meters = [meter],
                Limit = 100,
            },
            Token);
        rows.Measurements.Select(row => Units(row.Fields[0].Number!.Value)).ShouldBe(numbers.Reverse());
    }

    private static async Task<string> AnswerAsync(Func<Task<IReadOnlyList<UsageValue>>> read)
    {
        try
        {
            return (await read()).Single().Value.ToString(CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            return "refused";
        }
    }

    private static string Expected(AggregationMethod method, BigInteger[] numbers)
    {
        var sum = numbers.Aggregate(BigInteger.Zero, (total, number) => total + number);
        return method switch
        {
            AggregationMethod.Sum => Text(sum),
            AggregationMethod.Min => Text(numbers.Min()),
            AggregationMethod.Max => Text(numbers.Max()),
            AggregationMethod.Count => Text(numbers.Length * Limit),
            AggregationMethod.Unique => Text(numbers.Distinct().Count() * Limit),
            AggregationMethod.Latest => Text(numbers[^1]),
            _ => IsShort(sum)
                ? (Decimal(sum) / numbers.Length).ToString(CultureInfo.InvariantCulture)
                : RoundedMean(sum, numbers.Length),
        };
    }

    private static string RoundedMean(BigInteger sum, int count)
    {
        // To 28 digits, half to even, by counting up the places that must go.
        for (var step = BigInteger.One; ; step *= 10)
        {
            var (whole, remainder) = BigInteger.DivRem(BigInteger.Abs(sum), step * count);
            if (whole >= Limit)
                continue;
            var twice = remainder * 2;
            if (twice > step * count || (twice == step * count && !whole.IsEven))
                whole++;
            return Text(whole * step * sum.Sign);
        }
    }

    private static string Text(BigInteger units) =>
        IsShort(units) ? Decimal(units).ToString(CultureInfo.InvariantCulture) : "refused";

    private static bool IsShort(BigInteger units) => BigInteger.Abs(Shortened(units).Digits) < Limit;

    private static decimal Decimal(BigInteger units)
    {
        var (digits, scale) = Shortened(units);
        var size = BigInteger.Abs(digits);
        return new decimal(
            (int)(uint)(size & uint.MaxValue), (int)(uint)((size >> 32) & uint.MaxValue), (int)(uint)(size >> 64),
            units.Sign < 0, (byte)scale);
    }

    private static (BigInteger Digits, int Scale) Shortened(BigInteger units)
    {
        var scale = Scale;
        for (; scale > 0 && (units % 10).IsZero; scale--)
            units /= 10;
        return (units, scale);
    }

    private static BigInteger Units(decimal number)
    {
        var bits = decimal.GetBits(number);
        var digits = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return digits * BigInteger.Pow(10, Scale - number.Scale) * (number < 0 ? -1 : 1);
    }

    private static Gen<BigInteger> Of(int digits, int minPlaces, int maxPlaces) => Gen.Select(
        Gen.Char['0', '9'].Array[digits], Gen.Int[minPlaces, maxPlaces], Gen.Bool,
        (text, places, isNegative) => BigInteger.Parse(new string(text), CultureInfo.InvariantCulture)
            * BigInteger.Pow(10, Scale - places) * (isNegative ? -1 : 1));

    private static Measurement[] Rows(BigInteger[] numbers, int from) => [.. numbers.Select((units, index) =>
        Make.Measurement(
            $"u{from + index}", "2026-03-02T00:00:00Z", Make.Number("n", Decimal(units)), Make.Text("kind", "a")))];
}
