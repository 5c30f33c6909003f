using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Callers cannot grant permissions that they do not have, neither by writing a policy nor by attaching one.
/// </summary>
public static class GrantRules
{
    /// <summary>Refuses an entity by which a principal would gain permissions that the caller does not have.</summary>
    /// <exception cref="ForbiddenException">A principal would; the message names the permission.</exception>
    public static async ValueTask CheckAsync(Granting by, Resource proposed)
    {
        switch (proposed)
        {
            case PermissionPolicy policy:
                await CheckChangeAsync<PermissionPolicy>(
                    by, policy.Statements, "permissionPolicy", current => current.Statements);
                break;
            case OrgUser user:
                await CheckChangeAsync<OrgUser>(
                    by, user.PermissionPolicy ?? [], "permissionPolicy", current => current.PermissionPolicy ?? []);
                await CheckEndAsync(by, user);
                break;
            case Support support:
                await CheckChangeAsync<Support>(
                    by, [.. support.Statements], "supportUsersPermissionPolicy", current => [.. current.Statements]);
                CheckGranted(by, await PrincipalPolicies.RulesAsync(
                    by.Related, [PrincipalPermission.PrincipalKey(PrincipalType.Supportusers, null)]));
                break;
            default:
                break;
        }
    }

    /// <summary>Refuses to let the caller act as a principal with more permissions.</summary>
    public static async ValueTask CheckMayActAsAsync(Granting by, PrincipalType type, string id) =>
        CheckGranted(by, await PrincipalPolicies.RulesOfAsync(by.Related, type, id));

    /// <summary>Refuses to grant the rules of a policy if the caller lacks them.</summary>
    public static void CheckGranted(Granting by, IReadOnlyList<PermissionRule> rules) =>
        Check(by, rules.Where(rule => !rule.IsDeny), rules);

    /// <summary>Refuses to remove the rules of a policy if that lifts a deny that the caller could not lift.</summary>
    public static void CheckRevoked(Granting by, IEnumerable<PermissionRule> rules) =>
        Check(by, rules.Where(rule => rule.IsDeny), []);

    private static async ValueTask CheckChangeAsync<T>(
        Granting by, IReadOnlyList<PermissionStatement> proposed, string path,
        Func<T, IReadOnlyList<PermissionStatement>> of)
        where T : Resource
    {
        var issues = new Issues();
        PermissionStatements.Check(proposed, path, issues);
        issues.ThrowIfAny();
        var rules = PermissionStatements.Rules(proposed).ToList();
        CheckGranted(by, rules);
        // A different version is refused later.
        if (await CurrentAsync<T>(by) is { } current)
            CheckRevoked(by, PermissionStatements.Rules(of(current)).Except(rules));
    }

    // Restoring access grants all permissions of the user again.
    private static async ValueTask CheckEndAsync(Granting by, OrgUser proposed)
    {
        if (await CurrentAsync<OrgUser>(by) is not { } current)
            return;
        var end = proposed.DtEndAccess ?? Instant.MaxValue;
        if (end > (current.DtEndAccess ?? Instant.MaxValue))
            await CheckMayActAsAsync(by, PrincipalType.User, current.Id);
        if (by.Caller.PrincipalId == current.Id && end <= by.Now)
            throw new RefusedException(new Issue(
                "own", "dtEndAccess", "must be in the future; you cannot end your own access", IssueKind.Conflict));
    }

    private static ValueTask<T?> CurrentAsync<T>(Granting by) where T : Resource => by.Related.FindAsync<T>(
        by.EntityId ?? (typeof(T) == typeof(Support) ? by.Caller.OrganizationId : null));

    private static void Check(
        Granting by, IEnumerable<PermissionRule> given, IReadOnlyList<PermissionRule> withheld)
    {
        if (by.Grants.FirstNotCovered(given, withheld, by.Cancelled) is { } beyond)
            throw new ForbiddenException(
                $"Forbidden: you cannot grant a permission you do not have: {beyond.Describe()}");
    }
}
