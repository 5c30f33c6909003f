using Tallystick.Console.Tests.Billing;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>What holds for every page, however somebody gets there.</summary>
public sealed class EveryPageTests(BillingFixture console) : IClassFixture<BillingFixture>
{
    // Forms and buttons lead to these.
    private static readonly string[] WithoutLink = ["bills/confirm", "sample", "search"];

    [Fact]
    public async Task Links_LeadToEveryPage_AndNoTextIsMarkup()
    {
        await WholeOrganization.MakeAsync(console.Sample);

        var found = await Crawl.FollowAsync(
            console.Administrator, console.To("").TrimEnd('/'), LookForMarkup);

        // The setup of a product is for those who have no bill yet.
        ConsoleRoutes.All.Except(found.Keys).Where(route => !route.StartsWith("setup", StringComparison.Ordinal))
            .ShouldBe(WithoutLink);
        await Crawl.FollowAsync(console.Reader, console.To("").TrimEnd('/'), (path, html) =>
        {
            LookForMarkup(path, html);
            html.ShouldNotContain("Your permissions do not include", customMessage: path);
        });
    }

    [Fact]
    public async Task Setup_OfAProductWithMarkupInItsName_IsOnEachStep()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var visitor = await Visitor.ArriveAsync(server);
        var organization = $"/org/{server.First.OrganizationId}";
        var empty = await Crawl.FollowAsync(visitor, organization, LookForMarkup);
        await visitor.SubmitAsync(
            $"{organization}/setup/product", ("name", WholeOrganization.Markup), ("code", "product"));

        var begun = await Crawl.FollowAsync(visitor, organization, LookForMarkup);

        empty.Keys.ShouldContain("setup");
        empty.Keys.ShouldContain("setup/product");
        var product = begun["setup/{ProductId:guid}/meter"].Split('/')[1];
        foreach (var step in ConsoleRoutes.All.Where(route => route.StartsWith("setup/{", StringComparison.Ordinal)))
        {
            var path = step.Replace("{ProductId:guid}", product, StringComparison.Ordinal);
            LookForMarkup(path, await visitor.GetAsync($"{organization}/{path}"));
        }
    }

    private static void LookForMarkup(string path, string html)
    {
        html.ShouldNotContain(WholeOrganization.Markup, Case.Insensitive, path);
        html.ShouldNotContain("<script>alert", Case.Insensitive, path);
    }
}
