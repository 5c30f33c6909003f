using Microsoft.Playwright;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>What holds for every page in a browser. Without <c>--soak</c>, for one of five.</summary>
public sealed class EveryPageInBrowserTests(Chromium chromium)
{
    private const int PhoneWidth = 375;

    private static readonly int Share = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 5 : 1;

    [Fact]
    public async Task Pages_OfEveryRoute_AreAccessibleAndFitAPhone()
    {
        await using var tour = await PageTour.StartAsync();
        var light = await chromium.OpenAsync(tour.Server);
        var dark = await chromium.OpenAsync(tour.Server, ColorScheme.Dark);
        await tour.SignInAsync(light);
        await tour.SignInAsync(dark);
        foreach (var page in (IPage[])[light, dark])
            page.SetDefaultNavigationTimeout(60_000);
        var found = new List<string>();
        light.Console += (_, message) =>
        {
            if (message.Type == "error")
                found.Add($"{new Uri(light.Url).AbsolutePath}: {message.Text}");
        };

        var number = 0;
        foreach (var path in tour.Pages.Values)
        {
            if (number++ % Share != 0)
                continue;
            foreach (var page in (IPage[])[light, dark])
            {
                await page.GotoAsync(path);
                await Accessibility.CheckAsync(page, found);
            }
            await light.SetViewportSizeAsync(PhoneWidth, 800);
            var width = await light.EvaluateAsync<int>("document.documentElement.scrollWidth");
            if (width > PhoneWidth)
                found.Add($"{path} is {width} px wide on a phone");
            await light.SetViewportSizeAsync(1280, 800);
        }

        found.ShouldBeEmpty();
    }
}
