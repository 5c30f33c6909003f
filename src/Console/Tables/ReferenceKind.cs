using Tallystick.Console.Api;

namespace Tallystick.Console.Tables;

/// <summary>An entity that others refer to by its id.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name.</param>
/// <param name="Code">Its code, or another short text that tells it from others; null for none.</param>
public sealed record Referenced(string Id, string Name, string? Code);

/// <summary>A kind of entity that others refer to.</summary>
/// <param name="Path">The path of its list, in the API and in the console: <c>products</c>.</param>
/// <param name="Read">Reads those with the given ids, or the first ones if no ids are given.</param>
public sealed record ReferenceKind(
    string Path, Func<OrganizationApi, IReadOnlyList<string>?, IAsyncEnumerable<Referenced>> Read)
{
    /// <summary>Maximum number of choices of a form. With more, a form asks for the code.</summary>
    public const int MaxChoices = 200;

    /// <summary>The path of the pages of its entities; the same as the list by default.</summary>
    public string Pages { get; init; } = Path;

    /// <summary>The operation that lists it, whose permission is required to see names.</summary>
    public string Operation => $"GET {Path}";

    /// <summary>The first of them, by name. Empty if the person may not see them.</summary>
    public async Task<IReadOnlyList<Referenced>> ChoicesAsync(OrganizationApi api)
    {
        if (!await api.MayAsync(Operation))
            return [];
        var found = await Read(api, null).Take(MaxChoices).ToListAsync(api.Cancelled);
        return [.. found.OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase)];
    }
}
