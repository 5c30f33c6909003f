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

    private Task<string> SubmitAsync(string path, params (string, string)[] values) =>
        console.Administrator.SubmitAsync(console.To(path), values);
}
