using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Changes;

/// <summary>The checks of a change, which see the state in its transaction.</summary>
public static class ResourceChecks
{
    /// <summary>Checks that the version of a replacement is the stored version.</summary>
    internal static void CheckVersion(long version, Resource current)
    {
        if (version == 0)
            throw new RefusedException(
                new Issue("required", "version", $"is required. The stored version is {current.Version}"));
        if (version != current.Version)
            throw Stale($"is {version}, but the stored version is {current.Version}. Retrieve the entity again.");
    }

    /// <summary>The refusal of a stale version.</summary>
    internal static RefusedException Stale(string message) =>
        new(new Issue("stale_version", "version", message, IssueKind.Conflict));

    /// <summary>
    /// Checks references, rules and objections of referrers. Looks up unique columns only if there are other issues, to
    /// report all of them together; otherwise, writing the entity detects conflicts.
    /// </summary>
    internal static async ValueTask CheckAsync(
        ResourceCatalog catalog, ResourceDefinition definition, Resource proposed, Resource? current,
        ResourceReader related, IVisibility? caller)
    {
        var issues = new Issues();
        await CheckReferencesAsync(catalog, definition, proposed, current, related, caller, issues);
        await definition.CheckAsync(proposed, current, related, issues);
        if (current is not null)
            await CheckReferrersAsync(catalog, definition, proposed, current, related, issues);
        if (issues.IsEmpty)
            return;
        await CheckUniqueAsync(definition, proposed, related, issues);
        issues.ThrowIfAny();
    }

    /// <summary>The checks for a preview: references and rules.</summary>
    public static async ValueTask CheckProposedAsync(
        ResourceCatalog catalog, ResourceDefinition definition, Resource proposed, ResourceReader related,
        IVisibility caller)
    {
        var issues = new Issues();
        await CheckReferencesAsync(catalog, definition, proposed, null, related, caller, issues);
        await definition.CheckAsync(proposed, null, related, issues);
        issues.ThrowIfAny();
    }

    /// <summary>Adds an issue for each reference to an entity that does not exist.</summary>
    public static ValueTask CheckReferencesAsync(
        ResourceCatalog catalog, ResourceDefinition definition, Resource proposed, ResourceReader related,
        Issues issues) => CheckReferencesAsync(catalog, definition, proposed, null, related, null, issues);

    private static async ValueTask CheckReferencesAsync(
        ResourceCatalog catalog, ResourceDefinition definition, Resource proposed, Resource? current,
        ResourceReader related, IVisibility? caller,
        Issues issues)
    {
        foreach (var reference in definition.References)
        {
            var target = catalog.Of(reference.Kind);
            // A caller who may change an entity need not see everything that it already refers to.
            var kept = current is null || caller is null
                ? []
                : definition.ReadReferences(current, reference).Select(named => named.Value).ToHashSet();
            foreach (var (path, value) in definition.ReadReferences(proposed, reference))
            {
                var found = await related.ListAsync(target, Condition.Equal(reference.TargetColumn, value), limit: 1);
                if (found.Count == 0)
                    issues.AddUnknownReference(path, target.Words, value);
                else if (caller is not null && !kept.Contains(value))
                    caller.Check(target, path, value, found[0].Id, issues);
            }
        }
        if (caller is not null && definition.ReadSubject(proposed) is { } subject
            && (current is null || definition.ReadSubject(current) != subject)
            && catalog.Find(subject.Kind) is { } kind)
            caller.Check(kind, subject.Member, subject.Id, subject.Id, issues);
    }

    /// <summary>Refuses unique values that another entity uses.</summary>
    internal static async ValueTask CheckUniqueAsync(
        ResourceDefinition definition, Resource proposed, ResourceReader related)
    {
        var issues = new Issues();
        await CheckUniqueAsync(definition, proposed, related, issues);
        issues.ThrowIfAny();
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

    // Referrers may oppose the new state of the entity, and a code that they use cannot change.
    private static async ValueTask CheckReferrersAsync(
        ResourceCatalog catalog, ResourceDefinition definition, Resource proposed, Resource current,
        ResourceReader related, Issues issues)
    {
        var change = new TargetChange(current, proposed);
        foreach (var (referrerDefinition, reference) in catalog.ReferrersOf(definition.Kind))
        {
            var isRenamed = Key(definition, current, reference) != Key(definition, proposed, reference);
            if (!isRenamed && !referrerDefinition.MayRefuseChange(reference))
                continue;
            foreach (var referrer in await NamingAsync(
                definition, current, referrerDefinition, reference, related, limit: null))
            {
                foreach (var issue in referrerDefinition.RefuseChange(referrer, reference, change))
                    issues.Add(issue.Code, issue.Path, issue.Message);
                if (isRenamed)
                {
                    issues.AddConflict(
                        "in_use", reference.TargetColumn,
                            $"cannot be changed because the {referrerDefinition.Words} '{referrer.Id}' uses it");
                    break;
                }
            }
        }
    }

    /// <summary>The entities that refer to the entity, at most <paramref name="limit"/> of each kind.</summary>
    public static async ValueTask<IReadOnlyList<(
        Resource Referrer, ReferenceTarget Reference, string Words)>> ReferrersAsync(
        ResourceCatalog catalog, ResourceDefinition definition, Resource current, ResourceReader related, int? limit)
    {
        var found = new List<(Resource, ReferenceTarget, string)>();
        foreach (var (referrerDefinition, reference) in catalog.ReferrersOf(definition.Kind))
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
            ? await related.ListAsync(
                referrers,
                reference.IsMany ? Condition.Has(reference.Column, key) : Condition.Equal(reference.Column, key),
                limit)
            : [];

    private static string? Key(ResourceDefinition definition, Resource target, ReferenceTarget reference)
    {
        if (reference.TargetColumn == "id")
            return target.Id;
        var index = definition.Columns.Index().First(column => column.Item.Name == reference.TargetColumn).Index;
        return definition.ReadColumns(target)[index];
    }
}
