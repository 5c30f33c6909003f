using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>The routes of all pages of an organization.</summary>
internal static partial class ConsoleRoutes
{
    private const string Organization = "/org/{OrganizationId}";

    /// <summary>Templates without their beginning, such as <c>accounts/{Id:guid}</c>, fixed ones first.</summary>
    internal static readonly IReadOnlyList<string> All =
    [
        .. typeof(ConsoleSettings).Assembly.GetTypes()
            .SelectMany(page => page.GetCustomAttributes(typeof(RouteAttribute), false).Cast<RouteAttribute>())
            .Select(route => route.Template)
            .Where(template => template.StartsWith(Organization, StringComparison.Ordinal))
            .Select(template => template[Organization.Length..].TrimStart('/'))
            .Distinct().OrderBy(template => template.Count(letter => letter == '{')).ThenBy(template => template),
    ];

    private static readonly IReadOnlyList<(string Template, Regex Path)> Patterns =
    [
        .. All.Select(template => (
            template, new Regex(
                $"^{Parameters().Replace(template, "[^/]+")}$",
                RegexOptions.CultureInvariant | RegexOptions.IgnoreCase))),
    ];

    /// <summary>The template of a path below the organization; null for a file or an action.</summary>
    internal static string? Of(string path) =>
        Patterns.FirstOrDefault(pattern => pattern.Path.IsMatch(path.Split('?')[0])).Template;

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.CultureInvariant)]
    private static partial Regex Parameters();
}
