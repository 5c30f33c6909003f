using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Changes;

/// <summary>
/// Creates, changes and deletes entities. The checks and writes of a change are one atomic change of the store.
/// </summary>
public sealed class ResourceService(
    IDocumentStore store, ChangeMachinery machinery, IClock clock, ChangeFeed changes)
{
    /// <summary>Who makes changes that no caller asked for.</summary>
    public const string SystemPrincipal = "SYSTEM";

    /// <summary>The kinds.</summary>
    public ResourceCatalog Catalog => machinery.Catalog;

    /// <summary>Creates an entity from the plain form of a request.</summary>
    /// <param name="definition">Its kind.</param>
    /// <param name="organizationId">The organization that it belongs to.</param>
    /// <param name="principal">The principal who creates it, for the audit fields.</param>
    /// <param name="proposed">The proposed entity.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="guard">Refuses by throwing; sees the state in the transaction.</param>
    /// <param name="caller">Checks that referenced entities are visible to the caller.</param>
    /// <exception cref="RefusedException">The rules do not allow it. Nothing was written.</exception>
    public Task<Resource> CreateAsync(
        ResourceDefinition definition,
        string organizationId,
        string principal,
        Resource proposed,
        CancellationToken cancellationToken,
        Func<ResourceReader, ValueTask>? guard = null,
        IVisibility? caller = null) =>
        ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            if (guard is not null)
                await guard(change.Related);
            return await change.CreateAsync(definition, proposed);
        }, AccessOf(definition, organizationId), caller);

    /// <summary>Replaces an entity; members that the request omits are cleared.</summary>
    /// <exception cref="NotFoundException">There is no such entity.</exception>
    /// <exception cref="RefusedException">
    /// The version is missing or stale, or the rules do not allow the change.
    /// </exception>
    public Task<Resource> UpdateAsync(
        ResourceDefinition definition,
        string organizationId,
        string principal,
        string id,
        Resource proposed,
        CancellationToken cancellationToken,
        IVisibility? caller = null) =>
        ChangeAsync(
            organizationId, principal, cancellationToken, change => change.UpdateAsync(definition, id, proposed),
            AccessOf(definition, organizationId), caller);

    /// <summary>Deletes an entity that nothing refers to, and returns it as it was.</summary>
    public Task<Resource> DeleteAsync(
        ResourceDefinition definition, string organizationId, string principal, string id,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            organizationId, principal, cancellationToken, change => change.DeleteAsync(definition, id),
            AccessOf(definition, organizationId));

    /// <summary>Creates the empty singleton of an organization that does not have one yet.</summary>
    public async Task EnsureAsync(
        ResourceDefinition definition, string organizationId, CancellationToken cancellationToken)
    {
        var kind = definition.DocumentKind;
        if (await store.FindAsync(kind, organizationId, organizationId, cancellationToken) is null)
            await ChangeAsync(organizationId, SystemPrincipal, cancellationToken, async change =>
            {
                await change.EnsureAsync(definition);
                return true;
            });
    }

    /// <summary>Makes an atomic change of one organization.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="principal">The principal who makes the change, for the audit fields.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="work">The change; must have no other effects because it may run again.</param>
    /// <param name="accessOf">UUID of the organization in which a principal may lose access; null for none.</param>
    /// <param name="caller">Checks that referenced entities are visible to the caller.</param>
    public Task<T> ChangeAsync<T>(
        string organizationId,
        string principal,
        CancellationToken cancellationToken,
        Func<ResourceChange, ValueTask<T>> work,
        string? accessOf = null,
        IVisibility? caller = null) =>
        ChangeAccessAsync(
            organizationId, principal, cancellationToken, work, accessOf is null ? [] : [accessOf], caller);

    /// <summary>Makes an atomic change by which principals may lose access in several organizations.</summary>
    /// <param name="owner">The organization, or the installation, whose entities are changed.</param>
    /// <param name="principal">The principal who makes the change, for the audit fields.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="work">The change; must have no other effects because it may run again.</param>
    /// <param name="accessOf">UUIDs of the organizations in which principals may lose access.</param>
    /// <param name="caller">Checks that referenced entities are visible to the caller.</param>
    public Task<T> ChangeAccessAsync<T>(
        string owner,
        string principal,
        CancellationToken cancellationToken,
        Func<ResourceChange, ValueTask<T>> work,
        IReadOnlyList<string> accessOf,
        IVisibility? caller = null) =>
        // Always in the same order, to prevent deadlocks.
        InTurnsAsync(
            [.. accessOf.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], cancellationToken,
            turns => TransactAsync(owner, principal, cancellationToken, work, turns, caller));

    /// <summary>
    /// Performs the checks of <see cref="ChangeAccessAsync{T}"/> without changing anything. For changes with an
    /// external effect before they are written.
    /// </summary>
    public async Task TryAsync<T>(
        string owner,
        string principal,
        CancellationToken cancellationToken,
        Func<ResourceChange, ValueTask<T>> work,
        IReadOnlyList<string> accessOf)
    {
        try
        {
            await ChangeAccessAsync<T>(
                owner, principal, cancellationToken,
                async change =>
                {
                    await work(change);
                    await change.CheckAsync();
                    throw new TriedException();
                },
                accessOf);
        }
        catch (TriedException)
        {
            // The checks passed, and the exception makes the store roll back.
        }
    }

    private async Task<T> InTurnsAsync<T>(
        string[] organizations, CancellationToken cancellationToken, Func<string[], Task<T>> work, int taken = 0)
    {
        if (taken == organizations.Length)
            return await work(organizations);
        using var turn = await machinery.Access.TakeTurnAsync(organizations[taken], cancellationToken);
        return await InTurnsAsync(organizations, cancellationToken, work, taken + 1);
    }

    private async Task<T> TransactAsync<T>(
        string organizationId,
        string principal,
        CancellationToken cancellationToken,
        Func<ResourceChange, ValueTask<T>> work,
        IReadOnlyList<string> accessOf,
        IVisibility? caller)
    {
        try
        {
            var (changed, made) = await store.TransactAsync(
                organizationId,
                async transaction =>
                {
                    var change = new ResourceChange(
                        machinery, transaction, organizationId, principal, Now(), cancellationToken)
                    {
                        AccessOf = accessOf,
                        Caller = caller,
                        Order = changes.NextOrder(),
                    };
                    var result = await work(change);
                    await change.CheckAsync();
                    return (result, change);
                },
                cancellationToken);
            changes.Publish(organizationId, made);
            return changed;
        }
        catch (DuplicateKeyException duplicate)
        {
            throw new RefusedException(
                new Issue("taken", duplicate.Column, "is already used by another entity", IssueKind.Conflict));
        }
    }

    /// <summary>The entity as JSON.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> FindJsonAsync(
        ResourceDefinition definition, string organizationId, string id, CancellationToken cancellationToken)
    {
        var document = await store.FindAsync(definition.DocumentKind, organizationId, id, cancellationToken);
        return document?.Json ?? throw NotFound(definition, id);
    }

    /// <summary>Reads a consistent state: no change of the organization happens at the same time.</summary>
    public Task<T> ReadAsync<T>(
        string organizationId, CancellationToken cancellationToken, Func<ResourceReader, ValueTask<T>> read) =>
        store.TransactAsync(
            organizationId,
            transaction => read(new ResourceReader(Catalog, transaction, organizationId, cancellationToken)),
            cancellationToken);

    /// <summary>Reads entities outside of a change.</summary>
    public ResourceReader Reader(string organizationId, CancellationToken cancellationToken) =>
        new(machinery.Catalog, store, organizationId, cancellationToken);

    /// <summary>The entity does not exist.</summary>
    public static NotFoundException NotFound(ResourceDefinition definition, string id) =>
        new($"{char.ToUpperInvariant(definition.Words[0])}{definition.Words[1..]} '{id}' does not exist");

    private static string? AccessOf(ResourceDefinition definition, string organizationId) =>
        definition.DefinesPermissions ? organizationId : null;

    /// <summary>Rolls back a change.</summary>
    private sealed class TriedException() : Exception("The change was only tried.");

    // Microseconds, as in the examples of the m3ter contract; some stores have no higher precision.
    private Instant Now()
    {
        var now = clock.GetCurrentInstant();
        return now - Duration.FromNanoseconds(now.ToUnixTimeTicks() % 10 * 100);
    }
}
