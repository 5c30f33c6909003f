using System.Net;

namespace Tallystick.Console.Tests;

/// <summary>Meters, aggregations, counters and compound aggregations, from a form to usage that is seen.</summary>
public sealed class MeterPagesTests(ConsoleServerFixture console) : IClassFixture<ConsoleServerFixture>
{
    [Fact]
    public async Task Meter_WithFields_IsCreatedAndShown()
    {
        var page = await console.Administrator.SubmitAsync(
            console.To("meters/new"), [.. MeterForm("calls"),
                ("derivedFields[0].name", "Kilobytes"), ("derivedFields[0].code", "kb"),
                ("derivedFields[0].category", "MEASURE"), ("derivedFields[0].unit", "kB"),
                ("derivedFields[0].calculation", "bytes / 1024")]);

        page.ShouldContain("Meter created.");
        page.ShouldContain("bytes / 1024");
        page.ShouldContain("Submit test usage");
        (await console.Administrator.GetAsync(console.To("meters"))).ShouldContain("calls");
    }

    [Fact]
    public async Task Calculation_WithAFault_SaysWhere()
    {
        using var response = await console.Administrator.SendAsync(
            console.To("meters/new"), null, [.. MeterForm("faulty"),
                ("derivedFields[0].name", "Wrong"), ("derivedFields[0].code", "wrong"),
                ("derivedFields[0].category", "MEASURE"), ("derivedFields[0].unit", "1"),
                ("derivedFields[0].calculation", "bytes * </textarea><script>alert(1)</script>")]);

        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.ShouldContain("id=\"field-derivedFields[0].calculation-fault\">Calculation at column ");
        page.ShouldContain("bytes * &lt;/textarea&gt;&lt;script&gt;");
        page.ShouldNotContain("<script>alert");
    }

    [Theory]
    [InlineData("bytes / 1024", "bytes=1536", "With bytes = 1536.", "1.5")]
    [InlineData("bytes / 0", "bytes=1", "With bytes = 1.", "No value: ")]
    [InlineData("bytes / 1024", "region=<b>", "With region = &lt;b&gt;.", "null")]
    [InlineData("bytes / 1024", "bytes=many", "must be a number", "bytes")]
    [InlineData("bytes / nothing", "bytes=1", "nothing", "column")]
    public async Task DerivedField_WhileItIsTyped_IsTriedOnASample(
        string calculation, string sample, string first, string second)
    {
        var page = await console.Administrator.SubmitAsync(
            console.To("meters/new"), [.. MeterForm("tried"),
                ("derivedFields[0].name", "Kilobytes"), ("derivedFields[0].code", "kb"),
                ("derivedFields[0].category", "MEASURE"), ("derivedFields[0].unit", "kB"),
                ("derivedFields[0].calculation", calculation), ("sample", sample), ("_live", "1")]);

        page.ShouldContain("<h2>Result</h2>");
        page.ShouldContain(first);
        page.ShouldContain(second);
        (await console.Administrator.GetAsync(console.To("meters"))).ShouldNotContain("tried");
    }

    [Fact]
    public async Task DerivedField_OfAMeterInUse_IsTriedOnTheLatestMeasurement()
    {
        var meter = await CreateMeterAsync("latest");
        await console.Administrator.SubmitAsync(
            console.To($"meters/{meter}/test"), ("account", "acme"), ("ts", Now), ("measure.bytes", "5120000"),
            ("where.region", "eu"));

        var page = await console.Administrator.SubmitAsync(
            console.To($"meters/{meter}/edit"), [.. MeterForm("latest"),
                ("derivedFields[0].name", "Kilobytes"), ("derivedFields[0].code", "kb"),
                ("derivedFields[0].category", "MEASURE"), ("derivedFields[0].unit", "kB"),
                ("derivedFields[0].calculation", "bytes / 1024"), ("sample", "region=us"), ("_live", "1")]);

        page.ShouldContain("With bytes = 5120000, region = us.");
        page.ShouldContain("5,000");
    }

    [Fact]
    public async Task TestUsage_IsSeenOnTheMeterAndInTheExplorer()
    {
        var meter = await CreateMeterAsync("seen");

        var page = await console.Administrator.SubmitAsync(
            console.To($"meters/{meter}/test"), ("account", "acme"), ("ts", Now), ("measure.bytes", "1234.5"),
            ("where.region", "eu<b>"));

        page.ShouldContain("Usage accepted.");
        page.ShouldContain("1,234.5");
        page.ShouldContain("eu&lt;b&gt;");
        var explorer = await console.Administrator.GetAsync(console.To(
            $"usage?value={meter}.bytes&function=SUM&time=DAY&by={meter}.region&accounts=acme"));
        explorer.ShouldContain("Sum of Bytes");
        explorer.ShouldContain("<svg");
        explorer.ShouldContain("1,234.5");
        foreach (var view in (string[])["line", "stacked", "pivot", "table"])
            (await console.Administrator.GetAsync(console.To(
                $"usage?value={meter}.bytes&function=SUM&time=HOUR&view={view}"))).ShouldContain("1,234.5");
    }

    [Fact]
    public async Task TestUsage_WithoutItsFields_IsRefusedBesideThem()
    {
        var meter = await CreateMeterAsync("refused");

        using var response = await console.Administrator.SendAsync(
            console.To($"meters/{meter}/test"), null, ("account", ""), ("ts", ""), ("measure.bytes", "many"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("Bytes must be a number such as 1234.5.");
        using var empty = await console.Administrator.SendAsync(
            console.To($"meters/{meter}/test"), null, ("account", ""), ("ts", ""), ("measure.bytes", "1"));
        var page = await empty.Content.ReadAsStringAsync();
        page.ShouldContain("id=\"field-account-fault\"");
        page.ShouldContain("id=\"field-ts-fault\"");
    }

    [Fact]
    public async Task Aggregation_WithSegments_IsCreatedAndPreviewed()
    {
        var meter = await CreateMeterAsync("segmented");
        await console.Administrator.SubmitAsync(
            console.To($"meters/{meter}/test"), ("account", "acme"), ("ts", Now), ("measure.bytes", "77"),
            ("where.region", "eu"));

        var page = await console.Administrator.SubmitAsync(
            console.To($"aggregations/new?meter={meter}"), ("name", "Traffic"), ("code", "traffic"), ("meterId", meter),
            ("aggregation", "SUM"), ("targetField", "bytes"), ("unit", "bytes"), ("quantityPerUnit", "1"),
            ("rounding", "NONE"), ("segmentedFields", "region"), ("segments[0].region", "eu"),
            ("segments[1].region", "*"));

        page.ShouldContain("Aggregation created.");
        page.ShouldContain("* (any value)");
        page.ShouldContain("Preview: the last 30 days");
        page.ShouldContain("<rect");
        (await console.Administrator.GetAsync(console.To($"meters/{meter}"))).ShouldContain("Traffic");
    }

    [Fact]
    public async Task Segment_ThatIsThereTwice_IsAFaultOfItsRow()
    {
        var meter = await CreateMeterAsync("twice");

        using var response = await console.Administrator.SendAsync(
            console.To($"aggregations/new?meter={meter}"), null, ("name", "Twice"), ("code", "twice"),
            ("meterId", meter), ("aggregation", "SUM"), ("targetField", "bytes"), ("unit", "bytes"),
            ("quantityPerUnit", "1"), ("rounding", "NONE"), ("segmentedFields", "region"),
            ("segments[0].region", "eu"), ("segments[1].region", "eu"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("This segment is the same as another segment.");
    }

    [Fact]
    public async Task CounterAndCompoundAggregation_AreCreatedEditedAndListed()
    {
        var counter = await console.Administrator.SubmitAsync(
            console.To("counters/new"), ("name", "Seats"), ("code", "seats"), ("unit", "seats"));
        counter.ShouldContain("Counts seats.");

        var compound = await console.Administrator.SubmitAsync(
            console.To("compoundaggregations/new"), ("name", "Fixed"), ("code", "fixed"), ("calculation", "1 + 1"),
            ("unit", "units"), ("quantityPerUnit", "1"), ("rounding", "UP"));
        compound.ShouldContain("1 &#x2B; 1");

        (await console.Administrator.GetAsync(console.To("counters?productId=none"))).ShouldContain("Seats");
        (await console.Administrator.GetAsync(console.To("export/compoundaggregations.csv")))
            .ShouldContain("Fixed,fixed");
    }

    [Fact]
    public async Task Product_ShowsWhatBelongsToIt()
    {
        var page = await console.Administrator.SubmitAsync(
            console.To("products/new"), ("name", "Whole"), ("code", "whole"));
        var product = IdIn(page, "products");

        await console.Administrator.SubmitAsync(
            console.To("meters/new"), [.. MeterForm("of_whole"), ("productId", product)]);

        (await console.Administrator.GetAsync(console.To($"products/{product}"))).ShouldContain("of_whole");
        (await console.Administrator.GetAsync(console.To($"meters?productId={product}"))).ShouldContain("of_whole");
    }

    private static string Now => NodaTime.SystemClock.Instance.GetCurrentInstant()
        .ToString("uuuu-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string> CreateMeterAsync(string code) =>
        IdIn(await console.Administrator.SubmitAsync(console.To("meters/new"), MeterForm(code)), "meters");

    private string IdIn(string page, string kind)
    {
        var start = console.To($"{kind}/");
        var at = page.IndexOf($"{start}", page.IndexOf("/edit\"", StringComparison.Ordinal) - start.Length - 40,
            StringComparison.Ordinal) + start.Length;
        return page[at..(at + 36)];
    }

    private static (string, string)[] MeterForm(string code) =>
    [
        ("name", $"Meter {code}"), ("code", code),
        ("dataFields[0].name", "Bytes"), ("dataFields[0].code", "bytes"), ("dataFields[0].category", "MEASURE"),
        ("dataFields[0].unit", "By"),
        ("dataFields[1].name", "Region"), ("dataFields[1].code", "region"), ("dataFields[1].category", "WHERE"),
    ];
}
