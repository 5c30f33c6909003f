using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Changes;

/// <summary>
/// Creates, changes and deletes entities. All checks of a change see the same state that it is written to: they and
/// the writes are one atomic change of the store.
/// </summary>
public sealed class ResourceService(
    IDocumentStore store, ChangeMachinery machinery, IClock clock, ChangeFeed changes)
{
    private const string System = "SYSTEM";

    /// <summary>The kinds.</summary>
    public ResourceCatalog Catalog => machinery.Catalog;

    /// <summary>Creates an entity from the plain form of a request.</summary>
    /// <param name="definition">Its kind.</param>
    /// <param name="organizationId">The organization that it belongs to.</param>
    /// <param name="principal">Who creates it, for the audit fields.</param>
    /// <param name="proposed">What is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="guard">Refuses by throwing; sees the state that the entity is written to.</param>
    /// <param name="caller">What the caller may do, where what is named must be visible to them.</param>
    /// <exception cref="RefusedException">The rules forbid it; nothing was written.</exception>
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

    /// <summary>Replaces an entity; what the request leaves out is cleared.</summary>
    /// <exception cref="NotFoundException">There is no such entity.</exception>
    /// <exception cref="RefusedException">The version is missing or stale, or the rules forbid the change.</exception>
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

    /// <summary>Makes the singleton of an organization that does not have it yet, empty.</summary>
    public async Task EnsureAsync(
        ResourceDefinition definition, string organizationId, CancellationToken cancellationToken)
    {
        var kind = definition.DocumentKind;
        if (await store.FindAsync(kind, organizationId, organizationId, cancellationToken) is null)
            await ChangeAsync(organizationId, System, cancellationToken, async change =>
            {
                await change.EnsureAsync(definition);
                return true;
            });
    }

    /// <summary>Makes changes of one organization that are kept all together or not at all.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="principal">Who makes them, for the audit fields.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="work">What to change; has no other effect, since it may be run again.</param>
    /// <param name="accessOf">UUID of the organization in which somebody may lose access; null for none.</param>
    /// <param name="caller">What the caller may do, where what is named must be visible to them.</param>
    public Task<T> ChangeAsync<T>(
        string organizationId,
        string principal,
        CancellationToken cancellationToken,
        Func<ResourceChange, ValueTask<T>> work,
        string? accessOf = null,
        IVisibility? caller = null) =>
        ChangeAccessAsync(
            organizationId, principal, cancellationToken, work, accessOf is null ? [] : [accessOf], caller);

    /// <summary>
    /// Makes changes, kept all together or not at all, by which somebody may lose access in several organizations.
    /// </summary>
    /// <param name="owner">The organization, or the installation, whose entities are changed.</param>
    /// <param name="principal">Who makes them, for the audit fields.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="work">What to change; has no other effect, since it may be run again.</param>
    /// <param name="accessOf">UUIDs of the organizations in which somebody may lose access.</param>
    /// <param name="caller">What the caller may do, where what is named must be visible to them.</param>
    public Task<T> ChangeAccessAsync<T>(
        string owner,
        string principal,
        CancellationToken cancellationToken,
        Func<ResourceChange, ValueTask<T>> work,
        IReadOnlyList<string> accessOf,
        IVisibility? caller = null) =>
        // In the same order for all, so that no two changes wait for each other.
        InTurnsAsync(
            [.. accessOf.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], cancellationToken,
            turns => TransactAsync(owner, principal, cancellationToken, work, turns, caller));

    /// <summary>
    /// Refuses what <see cref="ChangeAccessAsync{T}"/> would refuse, and changes nothing: for what has an effect
    /// outside of the store before it is written.
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
            // Nothing refused it, and by the exception the store has kept nothing of it.
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

    /// <summary>Reads as of one moment: no change of the organization happens meanwhile.</summary>
    public Task<T> ReadAsync<T>(
        string organizationId, CancellationToken cancellationToken, Func<ResourceReader, ValueTask<T>> read) =>
        store.TransactAsync(
            organizationId,
            transaction => read(new ResourceReader(Catalog, transaction, organizationId, cancellationToken)),
            cancellationToken);

    /// <summary>Reads entities outside of a change.</summary>
    public ResourceReader Reader(string organizationId, CancellationToken cancellationToken) =>
        new(machinery.Catalog, store, organizationId, cancellationToken);

    /// <summary>That there is no such entity.</summary>
    public static NotFoundException NotFound(ResourceDefinition definition, string id) =>
        new($"There is no {definition.Words} with the id '{id}'");

    private static string? AccessOf(ResourceDefinition definition, string organizationId) =>
        definition.IsOfAccess ? organizationId : null;

    /// <summary>Ends a change that is not to be kept.</summary>
    private sealed class TriedException() : Exception("The change was only tried.");

    // Microseconds, as in the contract's examples; a store may keep no more.
    private Instant Now()
    {
        var now = clock.GetCurrentInstant();
        return now - Duration.FromNanoseconds(now.ToUnixTimeTicks() % 10 * 100);
    }
}
