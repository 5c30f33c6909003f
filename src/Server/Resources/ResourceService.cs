using NodaTime;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Server.Http;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Resources;

/// <summary>
/// Creates, changes and deletes entities. All checks of a change see the same state that it is written to: they and
/// the writes are one atomic change of the store.
/// </summary>
internal sealed class ResourceService(IDocumentStore store, IClock clock, ChangeFeed changes)
{
    /// <summary>Creates an entity from the plain form of a request.</summary>
    /// <param name="definition">Its kind.</param>
    /// <param name="organizationId">The organization that it belongs to.</param>
    /// <param name="principal">Who creates it, for the audit fields.</param>
    /// <param name="proposed">What is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="guard">Refuses by throwing; sees the state that the entity is written to.</param>
    internal Task<Resource> CreateAsync(
        ResourceDefinition definition,
        string organizationId,
        string principal,
        Resource proposed,
        CancellationToken cancellationToken,
        Func<ResourceReader, ValueTask>? guard = null) =>
        ChangeAsync(definition, organizationId, cancellationToken, async (transaction, related) =>
        {
            if (guard is not null)
                await guard(related);
            var now = Now();
            var created = await definition.CompleteAsync(proposed, null, related) with
            {
                Id = string.IsNullOrEmpty(proposed.Id) ? Guid.CreateVersion7().ToString() : proposed.Id,
                Version = 1,
                DtCreated = now,
                DtLastModified = now,
                CreatedBy = principal,
                LastModifiedBy = principal,
            };
            await CheckAsync(definition, created, null, related);
            await transaction.InsertAsync(
                ResourceCatalog.KindOf(definition), organizationId, Write(definition, created), cancellationToken);
            return created;
        });

    /// <summary>Replaces an entity; what the request leaves out is cleared.</summary>
    /// <exception cref="NotFoundException">There is no such entity.</exception>
    /// <exception cref="RefusedException">The version is missing or stale, or the rules forbid the change.</exception>
    internal Task<Resource> UpdateAsync(
        ResourceDefinition definition,
        string organizationId,
        string principal,
        string id,
        Resource proposed,
        CancellationToken cancellationToken) =>
        ChangeAsync(definition, organizationId, cancellationToken, async (transaction, related) =>
        {
            var current = await related.FindAsync(definition, id) ?? throw NotFound(definition, id);
            CheckVersion(proposed.Version, current);
            var updated = await definition.CompleteAsync(proposed, current, related) with
            {
                Id = current.Id,
                Version = current.Version + 1,
                DtCreated = current.DtCreated,
                DtLastModified = Now(),
                CreatedBy = current.CreatedBy,
                LastModifiedBy = principal,
            };
            await CheckAsync(definition, updated, current, related);
            await transaction.UpdateAsync(
                ResourceCatalog.KindOf(
                    definition), organizationId, current.Version, Write(definition, updated), cancellationToken);
            return updated;
        });

    /// <summary>Deletes an entity that nothing refers to, and returns it as it was.</summary>
    internal Task<Resource> DeleteAsync(
        ResourceDefinition definition, string organizationId, string id, CancellationToken cancellationToken) =>
        ChangeAsync(definition, organizationId, cancellationToken, async (transaction, related) =>
        {
            var current = await related.FindAsync(definition, id) ?? throw NotFound(definition, id);
            var issues = new Issues();
            foreach (var (referrer, _, words) in await ReferrersAsync(definition, current, related, limit: 1))
                issues.AddConflict("in_use",
                    "", $"The {definition.Words} is in use by the {words} '{referrer.Id}' and cannot be deleted");
            await definition.CheckDeleteAsync(current, related, issues);
            issues.ThrowIfAny();
            await transaction.DeleteAsync(ResourceCatalog.KindOf(definition), organizationId, id, cancellationToken);
            return current;
        });

    /// <summary>The entity as JSON.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> FindJsonAsync(
        ResourceDefinition definition, string organizationId, string id, CancellationToken cancellationToken)
    {
        var document = await store.FindAsync(ResourceCatalog.KindOf(definition), organizationId, id, cancellationToken);
        return document?.Json ?? throw NotFound(definition, id);
    }

    /// <summary>Reads entities outside of a change.</summary>
    internal ResourceReader Reader(string organizationId, CancellationToken cancellationToken) =>
        new(store, organizationId, cancellationToken);

    /// <summary>That there is no such entity.</summary>
    internal static NotFoundException NotFound(ResourceDefinition definition, string id) =>
        new($"There is no {definition.Words} with the id '{id}'");

    // Microseconds, as in the contract's examples; a store may keep no more.
    private Instant Now()
    {
        var now = clock.GetCurrentInstant();
        return now - Duration.FromNanoseconds(now.ToUnixTimeTicks() % 10 * 100);
    }

    private async Task<Resource> ChangeAsync(
        ResourceDefinition definition,
        string organizationId,
        CancellationToken cancellationToken,
        Func<IDocumentTransaction, ResourceReader, ValueTask<Resource>> work)
    {
        try
        {
            var changed = await store.TransactAsync(
                organizationId,
                transaction => work(transaction, new ResourceReader(transaction, organizationId, cancellationToken)),
                cancellationToken);
            changes.Publish(organizationId, definition.Kind);
            return changed;
        }
        catch (DuplicateKeyException duplicate)
        {
            throw new RefusedException(
                new Issue(
                    "taken", duplicate.Column, $"is already used by another {definition.Words}", IssueKind.Conflict));
        }
    }

    private static void CheckVersion(long version, Resource current)
    {
        if (version == 0)
            throw new RefusedException(
                new Issue("required", "version", $"is required; the stored version is {current.Version}"));
        if (version != current.Version)
        {
            throw new RefusedException(new Issue(
                "stale_version", "version",
                    $"is {version}, and the stored version is {current.Version}; read it again", IssueKind.Conflict));
        }
    }

    private static async ValueTask CheckAsync(
        ResourceDefinition definition, Resource proposed, Resource? current, ResourceReader related)
    {
        var issues = new Issues();
        await CheckReferencesAsync(definition, proposed, related, issues);
        await definition.CheckAsync(proposed, current, related, issues);
        await CheckUniqueAsync(definition, proposed, related, issues);
        if (current is not null)
            await CheckReferrersAsync(definition, proposed, current, related, issues);
        issues.ThrowIfAny();
    }

    private static async ValueTask CheckReferencesAsync(
        ResourceDefinition definition, Resource proposed, ResourceReader related, Issues issues)
    {
        foreach (var reference in definition.References)
        {
            if (definition.ReadReference(proposed, reference) is not { } value)
                continue;
            var target = ResourceCatalog.Of(reference.Kind);
            var found = await related.ListAsync(target, Condition.Equal(reference.TargetColumn, value), limit: 1);
            if (found.Count == 0)
                issues.Add("unknown_reference", reference.Member, $"names no existing {target.Words}: '{value}'");
        }
    }

    private static async ValueTask CheckUniqueAsync(
        ResourceDefinition definition, Resource proposed, ResourceReader related, Issues issues)
    {
        var values = definition.ReadColumns(proposed);
        foreach (var (index, column) in definition.Columns.Index())
        {
            if (!column.IsUnique || values[index] is not { } value)
                continue;
            var holders = await related.ListAsync(definition, Condition.Equal(column.Name, value), limit: 1);
            if (holders.Any(holder => holder.Id != proposed.Id))
                issues.AddConflict("taken", column.Name, $"'{value}' is already used by another {definition.Words}");
        }
    }

    // Who names the entity may oppose its new state; and a code by which it is named cannot change.
    private static async ValueTask CheckReferrersAsync(
        ResourceDefinition definition, Resource proposed, Resource current, ResourceReader related, Issues issues)
    {
        var change = new TargetChange(current, proposed);
        foreach (var (referrerDefinition, reference) in ResourceCatalog.ReferrersOf(definition.Kind))
        {
            var isRenamed = Key(definition, current, reference) != Key(definition, proposed, reference);
            if (!isRenamed && !referrerDefinition.MayOppose(reference))
                continue;
            foreach (var referrer in await NamingAsync(
                definition, current, referrerDefinition, reference, related, limit: null))
            {
                foreach (var issue in referrerDefinition.Oppose(referrer, reference, change))
                    issues.Add(issue.Code, issue.Path, issue.Message);
                if (isRenamed)
                {
                    issues.AddConflict(
                        "in_use", reference.TargetColumn,
                            $"cannot change, since the {referrerDefinition.Words} '{referrer.Id}' uses it");
                    break;
                }
            }
        }
    }

    private static async ValueTask<IReadOnlyList<(
        Resource Referrer, ReferenceTarget Reference, string Words)>> ReferrersAsync(
        ResourceDefinition definition, Resource current, ResourceReader related, int? limit)
    {
        var found = new List<(Resource, ReferenceTarget, string)>();
        foreach (var (referrerDefinition, reference) in ResourceCatalog.ReferrersOf(definition.Kind))
        {
            foreach (
                var referrer in await NamingAsync(definition, current, referrerDefinition, reference, related, limit))
                found.Add((referrer, reference, referrerDefinition.Words));
        }
        return found;
    }

    private static async ValueTask<IReadOnlyList<Resource>> NamingAsync(
        ResourceDefinition definition,
        Resource current,
        ResourceDefinition referrers,
        ReferenceTarget reference,
        ResourceReader related,
        int? limit) =>
        Key(definition, current, reference) is { } key
            ? await related.ListAsync(referrers, Condition.Equal(reference.Column, key), limit)
            : [];

    private static string? Key(ResourceDefinition definition, Resource target, ReferenceTarget reference)
    {
        if (reference.TargetColumn == "id")
            return target.Id;
        var index = definition.Columns.Index().First(column => column.Item.Name == reference.TargetColumn).Index;
        return definition.ReadColumns(target)[index];
    }

    private static DocumentWrite Write(ResourceDefinition definition, Resource resource) =>
        new(resource.Id, resource.Version, definition.Write(resource), definition.ReadColumns(resource));
}
