using Tallystick.Console.Api;

namespace Tallystick.Console.Tables;

/// <summary>An entity that others refer to by its id.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name.</param>
/// <param name="Code">Its code, or another short text that tells it from others; null for none.</param>
public sealed record Referenced(string Id, string Name, string? Code)
{
    /// <summary>How forms call it: "Acme (acme)".</summary>
    public string Label => Code is null ? Name : $"{Name} ({Code})";
}

/// <summary>A kind of entity that others refer to.</summary>
/// <param name="Path">The path of its list, in the API and in the console: <c>products</c>.</param>
/// <param name="Read">Reads those with the given ids, or the first ones if no ids are given.</param>
public sealed record ReferenceKind(
    string Path, Func<OrganizationApi, IReadOnlyList<string>?, IAsyncEnumerable<Referenced>> Read)
{
    /// <summary>Maximum number of choices that a list shows. With more, people search.</summary>
    public const int MaxListed = 50;

    /// <summary>Maximum number of choices.</summary>
    public const int MaxChoices = 200;

    /// <summary>The path of the pages of its entities; the same as the list by default.</summary>
    public string Pages { get; init; } = Path;

    /// <summary>Whether it has few entities, which are always listed.</summary>
    public bool IsShort { get; init; }

    /// <summary>Reads those with a code; null if the API cannot.</summary>
    public Func<OrganizationApi, string, IAsyncEnumerable<Referenced>>? ByCode { get; init; }

    /// <summary>Reads those whose name or code begins with a text; null if the API cannot.</summary>
    public Func<OrganizationApi, string, IAsyncEnumerable<Referenced>>? ByStart { get; init; }

    /// <summary>The operation that lists it, whose permission is required to see names.</summary>
    public string Operation => $"GET {Path}";

    /// <summary>The first of them, by name. Empty if the person may not see them.</summary>
    public async Task<IReadOnlyList<Referenced>> ChoicesAsync(OrganizationApi api, int max = MaxChoices)
    {
        if (!await api.MayAsync(Operation))
            return [];
        var found = await Read(api, null).Take(max).ToListAsync(api.Cancelled);
        return [.. found.OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>All of them, by name, if they are few enough for a list; null if people have to search.</summary>
    public async Task<IReadOnlyList<Referenced>?> ListedAsync(OrganizationApi api)
    {
        var found = await ChoicesAsync(api, IsShort ? MaxChoices : MaxListed + 1);
        return IsShort || found.Count is > 0 and <= MaxListed ? found : null;
    }
}
