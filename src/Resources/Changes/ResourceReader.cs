using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Changes;

/// <summary>Reads the entities of one organization, within a change or outside of one.</summary>
public sealed class ResourceReader(
    ResourceCatalog catalog, IDocumentReader documents, string organizationId, CancellationToken cancellationToken)
    : IResourceReader
{
    /// <summary>The organization whose entities are read.</summary>
    public string OrganizationId => organizationId;

    /// <inheritdoc/>
    public async ValueTask<T?> FindAsync<T>(string? id) where T : Resource =>
        string.IsNullOrEmpty(id) ? null : (T?)await FindAsync(catalog.Of<T>(), id);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(Condition condition, int? limit = null)
        where T : Resource =>
        [.. (await ListAsync(catalog.Of<T>(), condition, limit)).Cast<T>()];

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(T Entity, long Place)>> PageAsync<T>(
        Condition? condition, int limit, long? after = null, long? before = null) where T : Resource
    {
        var definition = catalog.Of<T>();
        var page = await documents.QueryAsync(
            definition.DocumentKind,
            organizationId,
            new DocumentQuery
            {
                Where = condition,
                AfterSequence = after,
                BeforeSequence = before,
                IsAscending = after is not null,
                Limit = limit,
            },
            cancellationToken);
        return [.. page.Select(document => ((T)definition.Read(document.Json.Span), document.Sequence))];
    }

    /// <summary>Internal documents by id, which are not part of the API.</summary>
    public async ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> FindDocumentsAsync(
        DocumentKind kind, IReadOnlyList<string> ids)
    {
        var query = new DocumentQuery { Where = new Condition.In("id", ids) };
        var found = await documents.QueryAsync(kind, organizationId, query, cancellationToken);
        return found.ToDictionary(document => document.Id, document => document.Json, StringComparer.Ordinal);
    }

    /// <summary>The internal documents of a kind, which are not part of the API.</summary>
    /// <param name="kind">Their kind.</param>
    /// <param name="condition">Filter; null for all.</param>
    public async ValueTask<IReadOnlyList<(string Id, ReadOnlyMemory<byte> Json)>> ListDocumentsAsync(
        DocumentKind kind, Condition? condition = null)
    {
        var query = new DocumentQuery { Where = condition };
        var found = await documents.QueryAsync(kind, organizationId, query, cancellationToken);
        return [.. found.Select(document => (document.Id, document.Json))];
    }

    /// <summary>The entity with the id, or null.</summary>
    public async ValueTask<Resource?> FindAsync(ResourceDefinition definition, string id)
    {
        var document =
            await documents.FindAsync(definition.DocumentKind, organizationId, id, cancellationToken);
        return document is null ? null : definition.Read(document.Json.Span);
    }

    /// <summary>The entities that match.</summary>
    public async ValueTask<IReadOnlyList<Resource>> ListAsync(
        ResourceDefinition definition, Condition condition, int? limit = null)
    {
        var found = await documents.QueryAsync(
            definition.DocumentKind,
            organizationId,
            new DocumentQuery { Where = condition, Limit = limit },
            cancellationToken);
        return [.. found.Select(document => definition.Read(document.Json.Span))];
    }
}
