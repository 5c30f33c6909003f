using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Tallystick.Console.Tests;

/// <summary>Looks at a page with axe-core.</summary>
internal static class Accessibility
{
    /// <summary>Adds the violations of a page to those found.</summary>
    internal static async Task CheckAsync(IPage page, List<string> found)
    {
        // Only colors differ in dark.
        var isDark = await page.EvaluateAsync<bool>("matchMedia('(prefers-color-scheme: dark)').matches");
        var result = await page.RunAxe(new AxeRunOptions
        {
            RunOnly = isDark ? new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] } : null,
        });
        found.AddRange(result.Violations.SelectMany(
            violation => violation.Nodes,
            (violation, node) => $"{new Uri(page.Url).AbsolutePath} {violation.Id}: {node.Html}"));
    }
}
