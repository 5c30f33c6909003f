using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>Pictures of every page in light and dark, on a desktop and on a phone.</summary>
internal static partial class Screenshots
{
    internal const string Command = "screenshots";

    private static readonly (string Name, int Width, int Height)[] Devices =
        [("desktop", 1280, 800), ("phone", 390, 844)];

    /// <param name="directory">Where the files go, such as <c>accounts-Id-edit.dark.phone.png</c>.</param>
    internal static async Task<int> TakeAsync(string directory)
    {
        await using var chromium = new Chromium();
        await chromium.InitializeAsync();
        await using var tour = await PageTour.StartAsync();
        foreach (var colors in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var page = await chromium.OpenAsync(tour.Server, colors);
            await TakeAsync(page, "sign-in", "/sign-in", colors, directory);
            await tour.SignInAsync(page);
            foreach (var (route, path) in tour.Pages)
                await TakeAsync(page, NameOf(route), path, colors, directory);
        }
        return 0;
    }

    private static async Task TakeAsync(IPage page, string name, string path, ColorScheme colors, string directory)
    {
        await page.GotoAsync(path);
        foreach (var (device, width, height) in Devices)
        {
            await page.SetViewportSizeAsync(width, height);
            await page.ScreenshotAsync(new()
            {
                Path = Path.Combine(directory, $"{name}.{colors.ToString().ToLowerInvariant()}.{device}.png"),
            });
        }
    }

    private static string NameOf(string route) =>
        route.Length == 0 ? "dashboard" : NoLetters().Replace(route.Replace(":guid", "", StringComparison.Ordinal), "-")
            .Trim('-');

    [GeneratedRegex("[^A-Za-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex NoLetters();
}
