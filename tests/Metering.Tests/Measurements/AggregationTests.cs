using System.Globalization;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Measurements;

public sealed class AggregationTests
{
    private static readonly Meter Numbers = Make.Meter("m", "measure.n");

    private static async Task<string?> AggregateAsync(AggregationMethod method, params (string Ts, string Value)[] rows)
    {
        await using var usage = await StoredUsage.CreateAsync([.. rows.Select((row, index) => Make.Measurement(
            $"u{index}", row.Ts, Make.Number("n", decimal.Parse(row.Value, CultureInfo.InvariantCulture))))]);
        var values = await usage.ReadAsync(Make.Query(Numbers, "n", method));
        return values.Count == 0 ? null : values.Single().Value.ToString(CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Field_ThatChangedBetweenTextAndNumber_KeepsBothApartButCountsBoth(bool isSorted)
    {
        const string ts = "2026-03-01T00:00:00Z";
        await using var usage = await StoredUsage.CreateAsync(
            Ingestion.Small with { SmallMeterRows = 0 },
            Make.Measurement("a", ts, Make.Number("x", 2)), Make.Measurement("b", ts, Make.Text("x", "two")),
            Make.Measurement("w", ts, Make.Text("x", "six", DataFieldCategory.Who)),
            Make.Measurement("c", ts, Make.Number("other", 2)));
        while (isSorted && await usage.Store.SortAsync(
            Make.At("2026-05-01T00:00:00Z"), TestContext.Current.CancellationToken))
        {
        }

        foreach (var (field, method, expected) in new[]
        {
            ("measure.x", AggregationMethod.Count, 3), ("measure.x", AggregationMethod.Sum, 2),
            ("measure.x", AggregationMethod.Mean, 2), ("what.x", AggregationMethod.Count, 3),
            ("what.x", AggregationMethod.Unique, 2),
        })
        {
            var values = await usage.ReadAsync(Make.Query(Make.Meter("m", field), "x", method));
            values.Single().Value.ShouldBe(expected, $"{method} of {field}");
        }
    }

    private static (string, string)[] Rows(string values) =>
        [.. values.Split(' ').Select((value, index) => ($"2026-03-{index + 1:D2}T00:00:00Z", value))];

    [Theory]
    [InlineData(AggregationMethod.Sum, "900 600", "1500")]
    [InlineData(AggregationMethod.Sum, "900 -600 0", "300")]
    [InlineData(AggregationMethod.Sum, "5 -5", "0")]
    [InlineData(AggregationMethod.Sum, "0.1 0.2", "0.3")]
    [InlineData(AggregationMethod.Sum, "0.1 0.000000000000000001", "0.100000000000000001")]
    [InlineData(AggregationMethod.Sum, "9999999999999999999999999999 -1", "9999999999999999999999999998")]
    [InlineData(AggregationMethod.Sum, "99999999999999999999 99999999999999999999", "199999999999999999998")]
    [InlineData(
        AggregationMethod.Sum,
        "99999999999999999999 99999999999999999999 -99999999999999999999 -99999999999999999999 1.5", "1.5")]
    [InlineData(
        AggregationMethod.Sum, "9999999999.123456789012345678 0.000000000000000001", "9999999999.123456789012345679")]
    [InlineData(AggregationMethod.Sum, "-9999999999.999999999999999999 -0.000000000000000001", "-10000000000")]
    [InlineData(
        AggregationMethod.Sum, "123456789012345678901.1234567 1000000000000 0.5", "123456790012345678901.6234567")]
    [InlineData(AggregationMethod.Sum, "0.0002777777777777778 1 -0.000000000000000000000000001",
        "1.000277777777777777799999999")]
    [InlineData(AggregationMethod.Sum, "999999999.9999999999999999999 0.0000000000000000001", "1000000000")]
    [InlineData(
        AggregationMethod.Sum,
        "100000000000000000000 0.0000001 0.0000000000000000000000000001 -100000000000000000000 0.5",
        "0.5000001000000000000000000001")]
    [InlineData(AggregationMethod.Min, "3 -2 7", "-2")]
    [InlineData(
        AggregationMethod.Min,
        "0.000000000000000001 0.0000000000000000000000000001 1", "0.0000000000000000000000000001")]
    [InlineData(AggregationMethod.Max, "-1 -0.0000000000000000001 -0.0000001", "-0.0000000000000000001")]
    [InlineData(AggregationMethod.Count, "1 0.0000001 100000000000000000000 0.0000000000000000001", "4")]
    [InlineData(AggregationMethod.Latest, "1 0.1234567890123456789012345678", "0.1234567890123456789012345678")]
    [InlineData(AggregationMethod.Latest, "0.1234567890123456789012345678 1", "1")]
    [InlineData(AggregationMethod.Mean, "0.0000000000000000000000000002 0", "0.0000000000000000000000000001")]
    // The sum has too many digits for a number; the mean is rounded anyway.
    [InlineData(AggregationMethod.Mean, "10000000000 0.0000000000000000000000000001", "5000000000")]
    [InlineData(
        AggregationMethod.Mean, "-9999999999999999999999999999 -9999999999999999999999999999",
        "-9999999999999999999999999999")]
    [InlineData(
        AggregationMethod.Unique,
        "0.0000000000000000001 0.00000000000000000010 0.5 0.50000000000000000000000 0.0000000000000000002", "3")]
    [InlineData(AggregationMethod.Min, "-1 -1000000000000.5 -100000000000000000000", "-100000000000000000000")]
    [InlineData(AggregationMethod.Min, "0.0000001 1", "0.0000001")]
    [InlineData(AggregationMethod.Max, "3 -2 7", "7")]
    [InlineData(AggregationMethod.Max, "-3 -2 0", "0")]
    [InlineData(AggregationMethod.Max, "1 99999999999999999999.1234567 1", "99999999999999999999.1234567")]
    [InlineData(AggregationMethod.Count, "0 0 -1", "3")]
    [InlineData(AggregationMethod.Count, "0 0.0000001 100000000000000000000", "3")]
    [InlineData(AggregationMethod.Latest, "3 -2 7", "7")]
    [InlineData(AggregationMethod.Latest, "1 100000000000000000000 0.0000001", "0.0000001")]
    [InlineData(AggregationMethod.Latest, "0.0000001 100000000000000000000 0", "0")]
    [InlineData(AggregationMethod.Mean, "1 2", "1.5")]
    [InlineData(AggregationMethod.Mean, "0 -3 0", "-1")]
    [InlineData(AggregationMethod.Mean, "1 0 0", "0.3333333333333333333333333333")]
    [InlineData(AggregationMethod.Unique, "1 1.0 2 100000000000000000000", "3")]
    public async Task Method_OverValues_IsExact(AggregationMethod method, string values, string expected) =>
        (await AggregateAsync(method, Rows(values))).ShouldBe(expected);

    [Theory]
    [InlineData(AggregationMethod.Sum)]
    [InlineData(AggregationMethod.Min)]
    [InlineData(AggregationMethod.Max)]
    [InlineData(AggregationMethod.Count)]
    [InlineData(AggregationMethod.Latest)]
    [InlineData(AggregationMethod.Mean)]
    [InlineData(AggregationMethod.Unique)]
    public async Task Method_OverNothing_HasNoValue(AggregationMethod method) =>
        (await AggregateAsync(method, ("2026-04-01T00:00:00Z", "1"))).ShouldBeNull();

    [Fact]
    public async Task Sum_OfMoreThan28Digits_IsRefusedInsteadOfRounded()
    {
        var fault = await Should.ThrowAsync<OverflowException>(
            AggregateAsync(AggregationMethod.Sum, Rows("9999999999999999999999999999 0.1")));
        fault.Message.ShouldContain("more than 28 digits");
    }

    [Fact]
    public async Task Window_StartIsIncludedAndEndExcluded() => (await AggregateAsync(
        AggregationMethod.Sum,
        ("2026-02-28T23:59:59.999999999Z", "1"), ("2026-03-01T00:00:00Z", "10"),
        ("2026-03-31T23:59:59.999999999Z", "100"), ("2026-04-01T00:00:00Z", "1000"))).ShouldBe("110");

    [Fact]
    public async Task Latest_ByOneNanosecond_IsTheLater() => (await AggregateAsync(
        AggregationMethod.Latest,
        ("2026-03-02T00:00:00.000000002Z", "2"), ("2026-03-02T00:00:00.000000001Z", "1"))).ShouldBe("2");

    [Theory]
    [InlineData("1 2", "2")]
    [InlineData("2 1", "1")]
    [InlineData("1 100000000000000000000 0.0000001", "0.0000001")]
    [InlineData("100000000000000000000 0.0000001 5", "5")]
    public async Task Latest_OfEqualTimestamps_IsTheLastReceived(string values, string expected) =>
        (await AggregateAsync(
        AggregationMethod.Latest,
        [.. values.Split(' ').Select(value => ("2026-03-02T00:00:00Z", value))])).ShouldBe(expected);

    [Theory]
    [InlineData(AggregationMethod.Unique, "a|A|a||größe|gro\u0308ße|grö\u00dfe|😀|a ", 7)]
    [InlineData(AggregationMethod.Count, "a|A|a|", 4)]
    public async Task Text_CountedOrdinally(AggregationMethod method, string values, int expected)
    {
        var meter = Make.Meter("m", "metadata.t");
        await using var usage = await StoredUsage.CreateAsync([.. values.Split('|').Select((value, index) =>
            Make.Measurement($"u{index}", "2026-03-02T00:00:00Z", Make.Text("t", value, DataFieldCategory.Metadata)))]);

        (await usage.ReadAsync(Make.Query(meter, "t", method))).Single().Value.ShouldBe(expected);
        await Should.ThrowAsync<ArgumentException>(usage.ReadAsync(Make.Query(meter, "t", AggregationMethod.Sum)));
    }

    [Fact]
    public async Task Windows_OverlappingAndOfManyAccounts_AreReadTogether()
    {
        (string Account, decimal Value)[] sent = [("acme", 1), ("globex", 10), ("acme", 100)];
        var rows = sent.Select((row, index) =>
            Make.Measurement($"u{index}", $"2026-03-0{index + 1}T00:00:00Z", Make.Number("n", row.Value)) with
            {
                Account = row.Account,
            });
        await using var usage = await StoredUsage.CreateAsync([.. rows]);
        var later = new Window(Make.At("2026-03-02T00:00:00Z"), Make.March.End);

        var values = await usage.ReadAsync(Make.Query(
            Numbers, "n", AggregationMethod.Sum,
            new UsageWindow("id-of-acme", Make.March), new UsageWindow("unknown", Make.March),
            new UsageWindow("id-of-acme", later), new UsageWindow("id-of-globex", Make.March),
            new UsageWindow("id-of-acme", new Window(later.Start, later.Start)),
            new UsageWindow("id-of-acme", new Window(NodaTime.Instant.MinValue, NodaTime.Instant.MaxValue))));

        values.ShouldBe([
            new UsageValue(0, -1, 101), new UsageValue(2, -1, 100), new UsageValue(3, -1, 10),
            new UsageValue(5, -1, 101)]);
    }

    [Theory]
    [InlineData("0.5")]
    [InlineData("0.0000001")] // of another tier
    [InlineData("0.0000000000000000000001")] // of the widest
    public async Task Sum_OfHundredsOfAccounts_IsThatOfEach(string more)
    {
        const int accounts = 300;
        var added = decimal.Parse(more, CultureInfo.InvariantCulture);
        // The last account has nothing in the period, the one before it only zeros.
        var rows = Enumerable.Range(0, accounts).SelectMany(account => Enumerable.Range(0, 3).Select(day =>
            Make.Measurement(
                $"u{account}-{day}", $"2026-0{(account == accounts - 1 ? 4 : 3)}-0{day + 1}T00:00:00Z",
                Make.Number("n", account == accounts - 2 ? 0 : account * 1000 + day * added)) with
            {
                Account = $"a{account}",
            }));
        await using var usage = await StoredUsage.CreateAsync([.. rows]);
        var windows = Enumerable.Range(0, accounts).Select(account => new UsageWindow($"id-of-a{account}", Make.March))
            .Append(new UsageWindow("id-of-a5", Make.March)).ToArray();

        var values = await usage.ReadAsync(Make.Query(Numbers, "n", AggregationMethod.Sum, windows));

        values.ShouldBe([
            .. Enumerable.Range(0, accounts - 2).Select(account =>
                new UsageValue(account, -1, 3000 * account + 3 * added)),
            new UsageValue(accounts - 2, -1, 0), new UsageValue(accounts, -1, 15_000 + 3 * added)]);
    }

    [Fact]
    public async Task Query_OfUnknownOrganizationMeterOrField_IsEmpty()
    {
        await using var usage = await StoredUsage.CreateAsync(
            Make.Measurement("u", "2026-03-02T00:00:00Z", Make.Number("n", 1)));
        var query = Make.Query(Numbers, "n", AggregationMethod.Sum);

        (await usage.ReadAsync(query with { OrganizationId = "other" })).ShouldBeEmpty();
        (await usage.ReadAsync(query with { Meter = Make.Meter("other", "measure.n") })).ShouldBeEmpty();
        (await usage.ReadAsync(query with { Meter = Make.Meter("m", "measure.x"), Field = "x" })).ShouldBeEmpty();
        (await usage.ReadAsync(query with { Field = "x" })).ShouldBeEmpty();
        (await usage.ReadAsync(query with { Windows = [] })).ShouldBeEmpty();
        (await usage.ReadAsync(query)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Fields_OfHostileOrSimilarCodes_AreKeptApart()
    {
        string[] codes = ["a", "A", "ä", "$", "ts", "select", "x\"; DROP TABLE state; --", "größe"];
        var meter = Make.Meter("m", [.. codes.Select(code => "measure." + code)]);
        var values = codes.Select((code, index) => Make.Number(code, index)).ToArray();
        await using var usage = await StoredUsage.CreateAsync(
            Make.Measurement("u'; --", "2026-03-02T00:00:00Z", values) with
            {
                Account = "o'brien \"x\"",
            });
        foreach (var (index, code) in codes.Index())
        {
            var query = Make.Query(
                meter, code, AggregationMethod.Sum, new UsageWindow("id-of-o'brien \"x\"", Make.March));
            (await usage.ReadAsync(query)).Single().Value.ShouldBe(index);
        }
    }
}
