using NodaTime;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Server.Auth;
using Tallystick.Server.Events;
using Tallystick.Server.Http;
using Tallystick.Server.Permissions;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Resources;

/// <summary>
/// Creations, replacements and deletions of one transaction. Each is checked against what those before it have written;
/// one that is refused has written nothing.
/// </summary>
internal sealed class ResourceChange(
    IDocumentTransaction transaction,
    string organizationId,
    string principal,
    Instant now,
    CancellationToken cancellationToken)
{
    private AccessGuard? _access;

    /// <summary>Reads what is stored, the changes so far included.</summary>
    internal ResourceReader Related { get; } = new(transaction, organizationId, cancellationToken);

    /// <summary>The kinds that were changed.</summary>
    internal HashSet<string> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>The entities that were changed, before and after.</summary>
    internal List<(Resource? Before, Resource? After)> Entities { get; } = [];

    /// <summary>The time of the change.</summary>
    internal Instant Now => now;

    /// <summary>UUID of the organization whose access the change may take; null when it may not.</summary>
    internal string? AccessOf { get; init; }

    /// <summary>
    /// What the caller may do, where what the change names must be visible to them; null where that is settled.
    /// </summary>
    internal Grants? Caller { get; init; }

    /// <summary>The last check of the change, when all is written.</summary>
    internal ValueTask CheckAsync() => _access?.CheckAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Creates an entity.</summary>
    internal async ValueTask<T> CreateAsync<T>(ResourceDefinition definition, T proposed) where T : Resource
    {
        var created = await definition.CompleteAsync(proposed, null, Related) with
        {
            Id = string.IsNullOrEmpty(proposed.Id) ? Guid.CreateVersion7().ToString() : proposed.Id,
            Version = 1,
            DtCreated = now,
            DtLastModified = now,
            CreatedBy = principal,
            LastModifiedBy = principal,
        };
        await ResourceChecks.CheckAsync(definition, created, null, Related, Caller);
        await WriteAsync(definition, null, created, async (kind, write) =>
            await transaction.InsertAsync(kind, organizationId, write, cancellationToken));
        await TellAsync(definition, null, created);
        return (T)await ResourceEffects.AfterWriteAsync(this, created);
    }

    /// <summary>Replaces an entity.</summary>
    /// <exception cref="NotFoundException">There is no such entity.</exception>
    /// <exception cref="RefusedException">The version is missing or stale, or the rules forbid the change.</exception>
    internal async ValueTask<T> UpdateAsync<T>(ResourceDefinition definition, string id, T proposed) where T : Resource
    {
        var current = await FindAsync(definition, id);
        ResourceChecks.CheckVersion(proposed.Version, current);
        var updated = await definition.CompleteAsync(proposed, current, Related) with
        {
            Id = current.Id,
            Version = current.Version + 1,
            DtCreated = current.DtCreated,
            DtLastModified = now,
            CreatedBy = current.CreatedBy,
            LastModifiedBy = principal,
        };
        await ResourceChecks.CheckAsync(definition, updated, current, Related, Caller);
        await ReplaceAsync(definition, current, current.Version, updated);
        await TellAsync(definition, current, updated);
        return (T)await ResourceEffects.AfterWriteAsync(this, updated);
    }

    /// <summary>Writes what the server alone decides about an entity: its version and its audit fields stay.</summary>
    internal async ValueTask KeepAsync(ResourceDefinition definition, Resource entity)
    {
        var current = await FindAsync(definition, entity.Id);
        await ReplaceAsync(definition, current, entity.Version, entity);
        await TellAsync(definition, current, entity);
    }

    /// <summary>Deletes an entity that nothing refers to.</summary>
    /// <returns>The entity as it was.</returns>
    internal async ValueTask<Resource> DeleteAsync(ResourceDefinition definition, string id)
    {
        var current = await FindAsync(definition, id);
        var issues = new Issues();
        var referrers = await ResourceChecks.ReferrersAsync(definition, current, Related, limit: 1);
        foreach (var (referrer, _, words) in referrers)
            issues.AddConflict("in_use",
                "", $"The {definition.Words} is in use by the {words} '{referrer.Id}' and cannot be deleted");
        await definition.CheckDeleteAsync(current, Related, issues);
        issues.ThrowIfAny();
        await RemoveAsync(definition, current);
        await ResourceEffects.AfterDeleteAsync(this, current);
        return current;
    }

    /// <summary>Makes the singleton of an organization that does not have it yet, empty.</summary>
    internal async ValueTask EnsureAsync(ResourceDefinition definition)
    {
        if (await Related.FindAsync(definition, organizationId) is null)
            await CreateAsync(definition, definition.Read("{}"u8) with { Id = organizationId });
    }

    private ValueTask ReplaceAsync(
        ResourceDefinition definition, Resource current, long version, Resource entity) =>
        WriteAsync(definition, current, entity, async (kind, write) =>
        {
            if (!await transaction.UpdateAsync(kind, organizationId, version, write, cancellationToken))
                throw ResourceChecks.Stale($"is {version} and no longer the stored one; read it again");
        });

    // Tells of all unique values that are taken, where the store tells of one.
    private async ValueTask WriteAsync(
        ResourceDefinition definition,
        Resource? current,
        Resource entity,
        Func<DocumentKind, DocumentWrite, ValueTask> write)
    {
        await WatchAccessAsync(current, entity);
        try
        {
            await write(
                ResourceCatalog.KindOf(definition),
                new(entity.Id, entity.Version, definition.Write(entity), definition.ReadColumns(entity))
                {
                    Former = current is null ? null : definition.ReadColumns(current),
                });
        }
        catch (DuplicateKeyException)
        {
            await ResourceChecks.CheckUniqueAsync(definition, entity, Related);
            throw;
        }
    }

    private async ValueTask<Resource> FindAsync(ResourceDefinition definition, string id) =>
        await Related.FindAsync(definition, id) ?? throw ResourceService.NotFound(definition, id);

    /// <summary>Removes an entity, and what belongs to it, without asking.</summary>
    internal async ValueTask RemoveAsync(ResourceDefinition definition, Resource current)
    {
        await WatchAccessAsync(current, null);
        await RemovePartsAsync(definition, current.Id);
        await transaction.DeleteAsync(
            ResourceCatalog.KindOf(definition), organizationId, current.Id, cancellationToken);
        await TellAsync(definition, current, null);
    }

    private async ValueTask WatchAccessAsync(Resource? current, Resource? proposed)
    {
        if (!AccessGuard.MayTake(current, proposed))
            return;
        if (AccessOf is null)
            throw new InvalidOperationException("A change that may take access must say so before it begins.");
        _access ??= new AccessGuard(
            ReaderOf(AccessOf), ReaderOf(AccessKeyResource.Installation), AccessOf, principal, now);
        await _access.BeforeAsync(current, proposed);
    }

    /// <summary>Reads what another owner, such as the installation, has in the store.</summary>
    internal ResourceReader ReaderOf(string owner) => new(transaction, owner, cancellationToken);

    private ValueTask TellAsync(ResourceDefinition definition, Resource? before, Resource? after)
    {
        Kinds.Add(definition.Kind);
        Entities.Add((before, after));
        return ChangeEvents.WriteAsync(
            transaction, Related, organizationId, definition, before, after, (principal, now), cancellationToken);
    }

    // What belongs to an entity goes with it, and so on down.
    private async ValueTask RemovePartsAsync(ResourceDefinition owner, string ownerId)
    {
        foreach (var part in owner.Parts)
        {
            var definition = ResourceCatalog.Of(part.Kind);
            var belonging = Condition.Equal(part.Column, ownerId);
            if (definition.Parts.Count > 0)
            {
                foreach (var entity in await Related.ListAsync(definition, belonging))
                    await RemovePartsAsync(definition, entity.Id);
            }
            await transaction.DeleteAllAsync(
                ResourceCatalog.KindOf(definition), organizationId, belonging, cancellationToken);
            Kinds.Add(definition.Kind);
        }
    }
}
