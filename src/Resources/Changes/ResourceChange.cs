using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Changes;

/// <summary>
/// The unit of work: the writes of one transaction and their events. Each write is checked against the state left by
/// the previous ones; a refused write changes nothing.
/// </summary>
public sealed class ResourceChange
{
    private readonly ChangeMachinery _machinery;
    private readonly IDocumentTransaction _transaction;
    private readonly string _organizationId;
    private readonly string _principal;
    private readonly CancellationToken _cancellationToken;
    private readonly List<IAccessWatch> _access = [];

    internal ResourceChange(
        ChangeMachinery machinery,
        IDocumentTransaction transaction,
        string organizationId,
        string principal,
        Instant now,
        CancellationToken cancellationToken)
    {
        _machinery = machinery;
        _transaction = transaction;
        _organizationId = organizationId;
        _principal = principal;
        _cancellationToken = cancellationToken;
        Now = now;
        Related = ReaderOf(organizationId);
    }

    /// <summary>Reads stored entities, including the changes so far.</summary>
    public ResourceReader Related { get; }

    /// <summary>The time of the change.</summary>
    public Instant Now { get; }

    /// <summary>Its order among the changes of the organization.</summary>
    internal long Order { get; init; }

    /// <summary>The kinds that were changed.</summary>
    internal HashSet<string> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>The entities that were changed, before and after.</summary>
    internal List<(Resource? Before, Resource? After)> Entities { get; } = [];

    /// <summary>UUIDs of the organizations in which the change may revoke access.</summary>
    internal IReadOnlyList<string> AccessOf { get; init; } = [];

    /// <summary>Checks that referenced entities are visible to the caller; null if that is not necessary.</summary>
    internal IVisibility? Caller { get; init; }

    /// <summary>The final check, after all writes.</summary>
    internal async ValueTask CheckAsync()
    {
        foreach (var watch in _access)
            await watch.CheckAsync(_cancellationToken);
    }

    /// <summary>Creates an entity.</summary>
    public async ValueTask<T> CreateAsync<T>(ResourceDefinition definition, T proposed) where T : Resource
    {
        var created = Stamped(await definition.CompleteAsync(proposed, null, Related), null);
        await ResourceChecks.CheckAsync(_machinery.Catalog, definition, created, null, Related, Caller);
        await InsertAsync(definition, created);
        return (T)await definition.AfterWriteAsync(this, created);
    }

    /// <summary>Replaces an entity.</summary>
    /// <exception cref="NotFoundException">There is no such entity.</exception>
    /// <exception cref="RefusedException">
    /// The version is missing or stale, or the rules do not allow the change.
    /// </exception>
    public async ValueTask<T> UpdateAsync<T>(ResourceDefinition definition, string id, T proposed) where T : Resource
    {
        var current = await FindAsync(definition, id);
        ResourceChecks.CheckVersion(proposed.Version, current);
        var updated = Stamped(await definition.CompleteAsync(proposed, current, Related), current);
        await ResourceChecks.CheckAsync(_machinery.Catalog, definition, updated, current, Related, Caller);
        await ReplaceAsync(definition, current, current.Version, updated);
        return (T)await definition.AfterWriteAsync(this, updated);
    }

    /// <summary>Writes values that only the server sets. Version and audit fields do not change.</summary>
    public async ValueTask KeepAsync(ResourceDefinition definition, Resource entity) =>
        await KeepAsync(definition, await FindAsync(definition, entity.Id), entity);

    /// <summary>Writes values that only the server sets. Version and audit fields do not change.</summary>
    /// <param name="definition">Its kind.</param>
    /// <param name="current">The entity as read within this change.</param>
    /// <param name="entity">Its new state.</param>
    public ValueTask KeepAsync(ResourceDefinition definition, Resource current, Resource entity) =>
        ReplaceAsync(definition, current, entity.Version, entity);

    /// <summary>
    /// Writes notes about an entity, such as when it was last used. Raises no event and does not change version and
    /// audit fields.
    /// </summary>
    public async ValueTask WriteWithoutEventAsync(ResourceDefinition definition, Resource current, Resource noted) =>
        await WriteAsync(definition, current, noted, async write => await _transaction.UpdateAsync(
            definition.DocumentKind, _organizationId, current.Version, write, _cancellationToken));

    /// <summary>
    /// Writes an entity that the server generates, such as a bill. Does not check rules; updates version and audit
    /// fields as usual.
    /// </summary>
    /// <param name="definition">Its kind.</param>
    /// <param name="current">The entity as read within this change; null if it is new.</param>
    /// <param name="entity">The new state of the entity.</param>
    public async ValueTask<T> PutAsync<T>(ResourceDefinition definition, T? current, T entity) where T : Resource
    {
        var written = Stamped(entity, current);
        if (current is null)
            await InsertAsync(definition, written);
        else
            await ReplaceAsync(definition, current, current.Version, written);
        return (T)written;
    }

    /// <summary>Deletes an entity that nothing refers to.</summary>
    /// <returns>The entity as it was.</returns>
    public async ValueTask<Resource> DeleteAsync(ResourceDefinition definition, string id)
    {
        var current = await FindAsync(definition, id);
        var issues = new Issues();
        var referrers =
            await ResourceChecks.ReferrersAsync(_machinery.Catalog, definition, current, Related, limit: 1);
        foreach (var (referrer, _, words) in referrers)
            issues.AddConflict("in_use",
                "", $"The {definition.Words} cannot be deleted because the {words} '{referrer.Id}' uses it");
        await definition.CheckDeleteAsync(current, Related, issues);
        issues.ThrowIfAny();
        await RemoveAsync(definition, current);
        return current;
    }

    /// <summary>Creates the empty singleton of an organization that does not have one yet.</summary>
    public async ValueTask EnsureAsync(ResourceDefinition definition)
    {
        if (await Related.FindAsync(definition, _organizationId) is null)
            await CreateAsync(definition, definition.Read("{}"u8) with { Id = _organizationId });
    }

    /// <summary>Removes an entity with its parts and dependents, without checking references to it.</summary>
    public async ValueTask RemoveAsync(ResourceDefinition definition, Resource current)
    {
        await WatchAccessAsync(definition, current, null);
        await RemovePartsAsync(definition, current.Id);
        await RemoveFollowersAsync(definition, current.Id);
        await _transaction.DeleteAsync(definition.DocumentKind, _organizationId, current.Id, _cancellationToken);
        await RecordAsync(definition, current, null, null);
    }

    /// <summary>Removes entities of a kind without events and parts, such as rows of data.</summary>
    /// <returns>The number removed.</returns>
    public async ValueTask<int> RemoveAllAsync(ResourceDefinition definition, Condition condition)
    {
        Kinds.Add(definition.Kind);
        return await _transaction.DeleteAllAsync(
            definition.DocumentKind, _organizationId, condition, _cancellationToken);
    }

    /// <summary>
    /// Writes an internal document, which is not part of the API. Creates no event, because subscribers could not read
    /// the document.
    /// </summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="id">Its id.</param>
    /// <param name="json">The document.</param>
    /// <param name="columns">The values of the kind's columns.</param>
    public ValueTask PutDocumentAsync(
        DocumentKind kind, string id, ReadOnlyMemory<byte> json, params string?[] columns) =>
        _transaction.PutAsync(kind, _organizationId, id, json, columns, _cancellationToken);

    /// <summary>Removes internal documents, which are not part of the API.</summary>
    /// <param name="kind">Their kind.</param>
    /// <param name="condition">Filter.</param>
    /// <param name="limit">Maximum number to remove; null for all.</param>
    /// <returns>The number removed.</returns>
    public ValueTask<int> RemoveDocumentsAsync(DocumentKind kind, Condition condition, int? limit = null) =>
        _transaction.DeleteAllAsync(kind, _organizationId, condition, _cancellationToken, limit);

    private Resource Stamped(Resource entity, Resource? current) => entity with
    {
        Id = current?.Id ?? (string.IsNullOrEmpty(entity.Id) ? Guid.CreateVersion7().ToString() : entity.Id),
        Version = (current?.Version ?? 0) + 1,
        DtCreated = current is null ? Now : current.DtCreated,
        DtLastModified = Now,
        CreatedBy = current is null ? _principal : current.CreatedBy,
        LastModifiedBy = _principal,
    };

    private async ValueTask InsertAsync(ResourceDefinition definition, Resource entity)
    {
        var json = await WriteAsync(definition, null, entity, write =>
            _transaction.InsertAsync(definition.DocumentKind, _organizationId, write, _cancellationToken));
        await RecordAsync(definition, null, entity, json);
    }

    private async ValueTask ReplaceAsync(
        ResourceDefinition definition, Resource current, long version, Resource entity)
    {
        var json = await WriteAsync(definition, current, entity, async write =>
        {
            if (!await _transaction.UpdateAsync(
                definition.DocumentKind, _organizationId, version, write, _cancellationToken))
                throw ResourceChecks.Stale($"is {version}, which is no longer the stored version. Retrieve the entity "
                    + "again.");
        });
        await RecordAsync(definition, current, entity, json);
    }

    // Reports all unique values that are in use; the store reports only one.
    private async ValueTask<byte[]> WriteAsync(
        ResourceDefinition definition, Resource? current, Resource entity, Func<DocumentWrite, ValueTask> write)
    {
        await WatchAccessAsync(definition, current, entity);
        var json = definition.Write(entity);
        try
        {
            await write(new(entity.Id, entity.Version, json, definition.ReadColumns(entity))
            {
                Former = current is null ? null : definition.ReadColumns(current),
            });
            return json;
        }
        catch (DuplicateKeyException)
        {
            await ResourceChecks.CheckUniqueAsync(definition, entity, Related);
            throw;
        }
    }

    private async ValueTask<Resource> FindAsync(ResourceDefinition definition, string id) =>
        await Related.FindAsync(definition, id) ?? throw ResourceService.NotFound(definition, id);

    private async ValueTask WatchAccessAsync(ResourceDefinition definition, Resource? current, Resource? proposed)
    {
        if (!definition.MayRevokeAccess(current, proposed))
            return;
        if (AccessOf.Count == 0)
            throw new InvalidOperationException("A change that may revoke access must declare this before it begins.");
        if (_access.Count == 0)
            _access.AddRange(AccessOf.Select(one => _machinery.Access.Watch(ReaderOf, one, _principal, Now)));
        foreach (var watch in _access)
            await watch.BeforeAsync(current, proposed);
    }

    /// <summary>Reads entities of another owner, such as the installation.</summary>
    public ResourceReader ReaderOf(string owner) =>
        new(_machinery.Catalog, _transaction, owner, _cancellationToken);

    private async ValueTask RecordAsync(
        ResourceDefinition definition, Resource? before, Resource? after, byte[]? afterJson)
    {
        Kinds.Add(definition.Kind);
        Entities.Add((before, after));
        if (definition.EventName is { } name)
            await _machinery.Events.WriteAsync(
                _transaction, Related, _organizationId, name, (after ?? before)!.Id,
                before is null ? null : definition.Write(before), afterJson, (_principal, Now), _cancellationToken);
    }

    // Parts are deleted with their owner, recursively.
    private async ValueTask RemovePartsAsync(ResourceDefinition owner, string ownerId)
    {
        foreach (var part in owner.Parts)
        {
            var definition = _machinery.Catalog.Of(part.Kind);
            var belonging = Condition.Equal(part.Column, ownerId);
            if (definition.EventName is null && definition.Parts.Count == 0)
            {
                await RemoveAllAsync(definition, belonging);
                continue;
            }
            foreach (var entity in await Related.ListAsync(definition, belonging))
                await RemoveAsync(definition, entity);
        }
    }

    private async ValueTask RemoveFollowersAsync(ResourceDefinition removed, string id)
    {
        foreach (var definition in _machinery.Catalog.Dependents.Where(definition => definition != removed))
        {
            var following = Condition.Equal(definition.OwnerColumn!, id);
            foreach (var follower in await Related.ListAsync(definition, following))
                await RemoveAsync(definition, follower);
        }
    }
}
