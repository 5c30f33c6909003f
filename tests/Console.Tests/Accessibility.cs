using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Tallystick.Console.Tests;

/// <summary>Looks at a page with axe-core.</summary>
internal static class Accessibility
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>Adds the violations of a page to those found.</summary>
    /// <remarks>
    /// The script runs in the page itself: the package's own way opens a further page for every look, for frames, which
    /// the console does not have.
    /// </remarks>
    internal static async Task CheckAsync(IPage page, List<string> found)
    {
        await page.EvaluateAsync(Script);
        // Only colors differ in dark.
        var result = await page.EvaluateAsync<JsonElement>("""
            () => axe.run(document, {
                resultTypes: ['violations'],
                ...(matchMedia('(prefers-color-scheme: dark)').matches ? { runOnly: ['color-contrast'] } : {}),
            }).then(({ violations }) => violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html}`)))
            """);
        found.AddRange(result.EnumerateArray().Select(one => $"{new Uri(page.Url).AbsolutePath} {one.GetString()}"));
    }
}
