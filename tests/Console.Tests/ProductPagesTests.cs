using System.Net;

namespace Tallystick.Console.Tests;

/// <summary>Lists, forms and pages of plain resources, shown by products.</summary>
public sealed class ProductPagesTests(ConsoleServerFixture console) : IClassFixture<ConsoleServerFixture>
{
    [Fact]
    public async Task NewProduct_IsSavedAndListed()
    {
        var page = await SubmitAsync("products/new", ("name", "Translation <b>&amp;"), ("code", "translate"));

        page.ShouldContain("Product created.");
        page.ShouldContain("translate");
        var list = await console.Administrator.GetAsync(console.To("products"));
        list.ShouldContain("Translation &lt;b&gt;&amp;amp;");
        list.ShouldContain("Show as API call");
    }

    [Fact]
    public async Task Fault_OfTheApi_StandsBesideTheField()
    {
        using var response = await console.Administrator.SendAsync(
            console.To("products/new"), null, ("name", "\"Quoted\" $"), ("code", ""));

        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.ShouldContain("id=\"field-code-fault\"");
        page.ShouldContain("value=\"&quot;Quoted&quot; $\"");
    }

    [Fact]
    public async Task Export_HasAllRows()
    {
        await SubmitAsync("products/new", ("name", "=HYPERLINK(1)"), ("code", "formula"));

        var csv = await console.Administrator.GetAsync(console.To("export/products.csv"));

        csv.ShouldStartWith("Name,Code,Created,Last modified,Id");
        csv.ShouldContain("'=HYPERLINK(1),formula,");
    }

    [Fact]
    public async Task Product_ThatDoesNotExist_IsAPageNotFound() =>
        await console.Administrator.GetAsync(console.To($"products/{Guid.NewGuid()}"), HttpStatusCode.NotFound);

    [Fact]
    public async Task Search_FindsByNameAndCode()
    {
        await SubmitAsync("products/new", ("name", "Findable thing"), ("code", "thing_to_find"));

        (await console.Administrator.GetAsync(console.To("search?q=findable"))).ShouldContain("thing_to_find");
        (await console.Administrator.GetAsync(console.To("search?q=thing_to"))).ShouldContain("Findable thing");
    }

    [Fact]
    public async Task Filters_OfAnyLength_LeaveTheConsoleOpen()
    {
        using var visitor = await Visitor.SignInAsync(
            console.Server.Address, console.Server.First.Person!.Email, ConsoleServer.Chosen);
        foreach (var list in (string[])[
            "accounts?filtered=1&name", "contracts?filtered=1&codes", "bills?filtered=1&accountId",
            "billjobs?filtered=1&status", "settings/audit-trail?filtered=1&resourceId",
            "commitments?filtered=1&accountId", "balances?filtered=1&accountId", "pricings?filtered=1&planId",
            "uploads?filtered=1&fileKey"])
            await visitor.SendGetAsync(console.To($"{list}={string.Concat(Enumerable.Repeat("%25", 650))}"));

        await visitor.GetAsync(console.To("products"));
    }

    [Fact]
    public async Task Export_WithAFilterThatTheApiRefuses_IsAPageAndNoFile() =>
        await console.Administrator.GetAsync(console.To("export/bills.csv?from=abc"), HttpStatusCode.NotFound);

    [Fact]
    public async Task Address_WithWhatCannotBeAPeriod_IsNotAFailure() =>
        (await console.Administrator.GetAsync(console.To("bills/approve-period?last=..")))
            .ShouldContain("The address names no period.");

    private Task<string> SubmitAsync(string path, params (string, string)[] values) =>
        console.Administrator.SubmitAsync(console.To(path), values);
}
