using System.Net;
using System.Text.RegularExpressions;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>Follows all links of an organization, some of each kind.</summary>
internal static partial class Crawl
{
    // Many pages of one kind say little more than the first.
    private const int MaxOfEachRoute = 3;

    /// <summary>Opens every page that links lead to.</summary>
    /// <param name="visitor">Who opens them.</param>
    /// <param name="organization">The address of the organization, such as <c>/org/{id}</c>.</param>
    /// <param name="look">Looks at a page, given its path and its HTML.</param>
    /// <returns>The paths below the organization, by the template of their route.</returns>
    internal static async Task<IReadOnlyDictionary<string, string>> FollowAsync(
        Visitor visitor, string organization, Action<string, string> look)
    {
        var found = new Dictionary<string, string>();
        var visits = new Dictionary<string, int>();
        var seen = new HashSet<string> { "" };
        var next = new Queue<string>(seen);
        while (next.TryDequeue(out var path))
        {
            if (ConsoleRoutes.Of(path) is not { } route || visits.GetValueOrDefault(route) == MaxOfEachRoute)
                continue;
            visits[route] = visits.GetValueOrDefault(route) + 1;
            var html = await visitor.GetAsync($"{organization}/{path}".TrimEnd('/'));
            found.TryAdd(route, path);
            look(path, html);
            foreach (var link in LinksIn(html, organization).Where(seen.Add))
                next.Enqueue(link);
        }
        return found;
    }

    private static IEnumerable<string> LinksIn(string html, string organization) =>
        Links().Matches(html)
            .Select(match => "/" + WebUtility.HtmlDecode(match.Groups[1].Value).Split('#')[0].TrimStart('/'))
            .Where(link => link.StartsWith(organization, StringComparison.Ordinal))
            .Select(link => link[organization.Length..].TrimStart('/'));

    [GeneratedRegex("""<a\b[^>]*\shref="([^"]*)""", RegexOptions.CultureInvariant)]
    private static partial Regex Links();
}
