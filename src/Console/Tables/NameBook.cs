using Tallystick.Console.Api;

namespace Tallystick.Console.Tables;

/// <summary>The names of the entities that a page refers to, read at once.</summary>
public sealed class NameBook
{
    private const int MaxIds = 200;

    private readonly Dictionary<(string Path, string Id), Referenced> _names = [];

    /// <summary>The name of an entity; its id if the person may not see it, or if it does not exist any more.</summary>
    public string? Of(ReferenceKind kind, string? id) =>
        id is null ? null : _names.GetValueOrDefault((kind.Path, id))?.Name ?? id;

    /// <summary>The name of an entity with its code, as forms call it; its id if there is no name.</summary>
    public string LabelOf(ReferenceKind kind, string id) => _names.GetValueOrDefault((kind.Path, id))?.Label ?? id;

    /// <summary>Reads names that are not known yet.</summary>
    public async Task ReadAsync(OrganizationApi api, ReferenceKind kind, IEnumerable<string?> ids)
    {
        var missing = ids.OfType<string>().Where(id => !_names.ContainsKey((kind.Path, id))).Distinct().ToList();
        if (missing.Count == 0 || !await api.MayAsync(kind.Operation))
            return;
        foreach (var some in missing.Chunk(MaxIds))
        {
            await foreach (var one in kind.Read(api, some).WithCancellation(api.Cancelled))
                _names[(kind.Path, one.Id)] = one;
        }
    }
}
