using Microsoft.Playwright;
using Tallystick.Console.Tests.Billing;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>A server with something of each kind, and a page of each route of it, for a browser.</summary>
internal sealed class PageTour : IAsyncDisposable
{
    private readonly BillingFixture _console = new();

    private PageTour()
    {
    }

    internal Uri Server => _console.Server.Address;

    internal BillingSample Sample => _console.Sample;

    /// <summary>Paths of the pages, by the template of their route below the organization.</summary>
    internal IReadOnlyDictionary<string, string> Pages { get; private set; } = null!;

    internal static async Task<PageTour> StartAsync()
    {
        var tour = new PageTour();
        await tour._console.InitializeAsync();
        await WholeOrganization.MakeAsync(tour.Sample);
        await tour.FindPagesAsync();
        return tour;
    }

    /// <summary>Signs in as the administrator.</summary>
    internal async Task SignInAsync(IPage page)
    {
        await page.GotoAsync("/sign-in");
        await ConsoleServer.SignInAsync(page, _console.Server.First.Person!.Email, ConsoleServer.Chosen);
        await page.WaitForURLAsync("**/org/**");
    }

    /// <summary>Begins a further session of the administrator, without a browser.</summary>
    internal Task<Visitor> VisitAsync() => Visitor.SignInAsync(
        Server, _console.Server.First.Person!.Email, ConsoleServer.Chosen);

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    private async Task FindPagesAsync()
    {
        var found = await Crawl.FollowAsync(
            _console.Administrator, _console.To("").TrimEnd('/'), (_, _) => { });
        // Files are no pages.
        Pages = found
            .Where(page => !page.Key.EndsWith("/original", StringComparison.Ordinal)
                && !page.Key.EndsWith("/archive", StringComparison.Ordinal)
                && !page.Key.EndsWith("/download", StringComparison.Ordinal))
            .OrderBy(page => page.Key, StringComparer.Ordinal)
            .ToDictionary(page => page.Key, page => _console.To(page.Value).TrimEnd('/'));
    }
}
