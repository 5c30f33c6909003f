using Tallystick.Client;
using Tallystick.Console.Api;

namespace Tallystick.Console.Tables;

/// <summary>Finds entities by what people call them: id, code or name.</summary>
internal static class ReferenceSearch
{
    /// <summary>In how many of the newest entities a part of a name is searched, because the API cannot.</summary>
    internal const int MaxRead = 500;

    private const int MaxText = 200;

    /// <summary>Entities with an id or a code, and those whose name or code contains a text.</summary>
    internal static async Task<IReadOnlyList<Referenced>> FindAsync(
        OrganizationApi api, ReferenceKind kind, string text, int max)
    {
        var found = new Dictionary<string, Referenced>();
        if (text.Length > MaxText || !await api.MayAsync(kind.Operation))
            return [];
        foreach (var source in Sources(api, kind, text))
        {
            try
            {
                await foreach (var one in source.WithCancellation(api.Cancelled))
                {
                    found.TryAdd(one.Id, one);
                    if (found.Count == max)
                        return [.. found.Values];
                }
            }
            catch (BadRequestException)
            {
                // No entity has such a code. It may still be a part of a name.
            }
        }
        return [.. found.Values];
    }

    /// <summary>The id of the one entity that a text names.</summary>
    /// <returns>Its id, or why there is none. A UUID is taken as it is: the API says whether it exists.</returns>
    internal static async Task<(string Id, string? Fault)> ResolveAsync(
        OrganizationApi api, ReferenceKind kind, string text)
    {
        text = text.Trim();
        if (text.Length == 0 || Guid.TryParse(text, out _))
            return (text, null);
        var found = await FindAsync(api, kind, text, ReferenceKind.MaxChoices);
        var named = found.Where(one => Is(text, one.Label) || Is(text, one.Code)).ToList();
        if (named.Count == 0)
            named = [.. found.Where(one => Is(text, one.Name))];
        return named switch
        {
            [var one] => (one.Id, null),
            [] => (text, "must be the name, code or id of an existing entity"),
            _ => (text, "is the name of several; enter the code or id of one"),
        };
    }

    private static IEnumerable<IAsyncEnumerable<Referenced>> Sources(
        OrganizationApi api, ReferenceKind kind, string text)
    {
        if (Guid.TryParse(text, out var id))
        {
            yield return kind.Read(api, [$"{id}"]).Take(MaxRead).Where(one => one.Id == $"{id}");
            yield break;
        }
        if (text.Length > 0 && kind.ByCode is { } byCode)
        {
            yield return byCode(api, text);
            if (CodeIn(text) is { } code)
                yield return byCode(api, code).Where(one => Is(text, one.Label));
        }
        if (text.Length > 0 && kind.ByStart is { } byStart)
            yield return byStart(api, text).Take(ReferenceKind.MaxChoices);
        yield return kind.Read(api, null).Take(MaxRead).Where(one => Contains(one.Label, text));
    }

    // Of a label such as "Acme (acme)".
    private static string? CodeIn(string text) =>
        text.EndsWith(')') && text.LastIndexOf('(') is >= 0 and var start ? text[(start + 1)..^1] : null;

    private static bool Is(string text, string? name) => string.Equals(text, name, StringComparison.OrdinalIgnoreCase);

    private static bool Contains(string name, string text) => name.Contains(text, StringComparison.OrdinalIgnoreCase);
}
