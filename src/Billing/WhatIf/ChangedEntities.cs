using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.WhatIf;

/// <summary>
/// Reads entities as if some had been changed or added. The changed ones are always included in a list, whatever its
/// condition: readers find entities by their references.
/// </summary>
internal sealed class ChangedEntities(IResourceReader stored, IReadOnlyList<Resource> changed) : IResourceReader
{
    /// <inheritdoc/>
    public async ValueTask<T?> FindAsync<T>(string? id) where T : Resource =>
        changed.OfType<T>().FirstOrDefault(one => one.Id == id) ?? await stored.FindAsync<T>(id);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(Condition condition, int? limit = null) where T : Resource
    {
        var ofKind = changed.OfType<T>().ToList();
        var found = await stored.ListAsync<T>(condition, limit);
        return ofKind.Count == 0
            ? found : [.. ofKind, .. found.Where(one => ofKind.TrueForAll(other => other.Id != one.Id))];
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(T Entity, long Place)>> PageAsync<T>(
        Condition? condition, int limit, long? after = null, long? before = null) where T : Resource =>
        stored.PageAsync<T>(condition, limit, after, before);
}
