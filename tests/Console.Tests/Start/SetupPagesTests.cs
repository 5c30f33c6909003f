using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;

namespace Tallystick.Console.Tests.Start;

/// <summary>The dashboard and the set-up of a first product.</summary>
public sealed partial class SetupPagesTests(ConsoleServerFixture console) : IClassFixture<ConsoleServerFixture>
{
    private const string Hostile = "<script>alert('x')</script> & \"Co\"";

    [Fact]
    public async Task Product_IsSetUpToItsFirstBill_AndCanBeLeftAndResumed()
    {
        var dashboard = await GetAsync("");
        dashboard.ShouldContain("Set up your first product");
        dashboard.ShouldContain("No bills");

        (await SubmitAsync("setup/product", ("name", Hostile), ("code", "translate")))
            .ShouldContain("Say what is measured");
        var left = await GetAsync("");
        left.ShouldContain("Continue where you left");
        left.ShouldNotContain("<script>alert");
        var product = ProductIn().Match(left).Value;
        (await GetAsync($"{product}bill")).ShouldContain("First, say what is measured.");

        (await SubmitAsync(
            $"{product}meter", ("name", "Requests"), ("code", "requests"), ("dataFields[0].name", "Requests"),
            ("dataFields[0].code", "requests"), ("dataFields[0].category", "MEASURE"),
            ("dataFields[0].unit", "requests"))).ShouldContain("Say how measurements become a quantity");
        (await SubmitAsync(
            $"{product}aggregation", ("name", "Requests"), ("code", "requests"), ("aggregation", "SUM"),
            ("targetField", "requests"), ("quantityPerUnit", "1"), ("rounding", "NONE"), ("unit", "requests")))
            .ShouldContain("Make a plan");
        (await SubmitAsync(
            $"{product}plan", ("name", "Standard"), ("code", "standard"), ("currency", "USD"),
            ("billFrequency", "MONTHLY"), ("standingCharge", "0"))).ShouldContain("Set a price");
        (await GetAsync($"{product}price")).ShouldContain("1,000.00 USD");
        (await SubmitAsync(
            $"{product}price", ("pricingBands[0].lowerLimit", "0"), ("pricingBands[0].unitPrice", "0.01"),
            ("pricingBands[0].fixedPrice", "0"), ("cumulative", "true"))).ShouldContain("Add an account");
        (await SubmitAsync(
            $"{product}account", ("name", "Acme"), ("code", "acme"), ("emailAddress", "billing@acme.example")))
            .ShouldContain("Submit test usage");
        (await SubmitAsync(
            $"{product}usage", ("measure.requests", "1500"), ("account", "acme"), ("ts", Now), ("uid", "first")))
            .ShouldContain("Create the first bill");
        using var run = await console.Administrator.SendAsync(console.To($"{product}bill"), "first-bill");
        var bill = await run.Content.ReadAsStringAsync();

        bill.ShouldContain("The first bill is 15.00 USD.");
        (await GetAsync("")).ShouldNotContain("Continue where you left");
        (await GetAsync("")).ShouldContain("1 bill pending");
    }

    private static string Now => SystemClock.Instance.GetCurrentInstant()
        .ToString("uuuu-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);

    private Task<string> GetAsync(string path) => console.Administrator.GetAsync(console.To(path).TrimEnd('/'));

    private Task<string> SubmitAsync(string path, params (string, string)[] values) =>
        console.Administrator.SubmitAsync(console.To(path), values);

    [GeneratedRegex("setup/[0-9a-f-]{36}/", RegexOptions.CultureInvariant)]
    private static partial Regex ProductIn();
}
