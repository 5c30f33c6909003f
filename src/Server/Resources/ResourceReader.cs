using Tallystick.Foundation.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Resources;

/// <summary>Reads the entities of one organization, within a change or outside of one.</summary>
internal sealed class ResourceReader(
    IDocumentReader documents, string organizationId, CancellationToken cancellationToken)
    : IResourceReader
{
    /// <inheritdoc/>
    public async ValueTask<T?> FindAsync<T>(string? id) where T : Resource =>
        string.IsNullOrEmpty(id) ? null : (T?)await FindAsync(ResourceCatalog.Of<T>(), id);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(Condition condition, int? limit = null)
        where T : Resource =>
        [.. (await ListAsync(ResourceCatalog.Of<T>(), condition, limit)).Cast<T>()];

    /// <summary>The entity with the id, or null.</summary>
    internal async ValueTask<Resource?> FindAsync(ResourceDefinition definition, string id)
    {
        var document =
            await documents.FindAsync(ResourceCatalog.KindOf(definition), organizationId, id, cancellationToken);
        return document is null ? null : definition.Read(document.Json.Span);
    }

    /// <summary>The entities that match.</summary>
    internal async ValueTask<IReadOnlyList<Resource>> ListAsync(
        ResourceDefinition definition, Condition condition, int? limit = null)
    {
        var found = await documents.QueryAsync(
            ResourceCatalog.KindOf(definition),
            organizationId,
            new DocumentQuery { Where = condition, Limit = limit },
            cancellationToken);
        return [.. found.Select(document => definition.Read(document.Json.Span))];
    }
}
