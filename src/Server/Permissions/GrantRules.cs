using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Billing.Charges;
using Tallystick.Billing.ExternalMappings;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;
using Tallystick.Server.Users;

namespace Tallystick.Server.Permissions;

/// <summary>Nobody gives more than they have: neither by writing a policy nor by attaching one.</summary>
internal static class GrantRules
{
    /// <summary>Refuses an entity by which somebody would gain what the caller does not have.</summary>
    /// <exception cref="ForbiddenException">It would; the message names what.</exception>
    internal static async ValueTask CheckAsync(ApiCall call, ResourceDefinition definition, Resource proposed)
    {
        switch (proposed)
        {
            case PermissionPolicy policy:
                await CheckChangeAsync<PermissionPolicy>(
                    call, policy.Statements, "permissionPolicy", current => current.Statements);
                break;
            case OrgUser user:
                await CheckChangeAsync<OrgUser>(
                    call, user.PermissionPolicy ?? [], "permissionPolicy", current => current.PermissionPolicy ?? []);
                await CheckEndAsync(call, user);
                break;
            case Support support:
                await CheckChangeAsync<Support>(
                    call, [.. support.Statements], "supportUsersPermissionPolicy", current => [.. current.Statements]);
                CheckGiven(call, await PrincipalPolicies.RulesAsync(
                    Related(call), [PrincipalPermission.PrincipalKey(PrincipalType.Supportusers, null)]));
                break;
            case ExternalMapping mapping when AllKinds.Catalog.All.FirstOrDefault(definition => string.Equals(
                definition.Kind, mapping.M3terEntity, StringComparison.OrdinalIgnoreCase)) is { } kind:
                if ((await CurrentAsync<ExternalMapping>(call))?.M3terId != mapping.M3terId)
                    Sight.Require(call, kind, ("m3terId", mapping.M3terId));
                break;
            default:
                break;
        }
    }

    /// <summary>Refuses to give the caller the means to act as a principal who may do more.</summary>
    internal static async ValueTask CheckMaySpeakForAsync(ApiCall call, PrincipalType type, string id) =>
        CheckGiven(call, await PrincipalPolicies.RulesOfAsync(Related(call), type, id));

    /// <summary>Refuses what gives the rules of a policy to somebody.</summary>
    internal static void CheckGiven(ApiCall call, IReadOnlyList<PermissionRule> rules) =>
        Check(call, rules.Where(rule => !rule.IsDeny), rules);

    /// <summary>Refuses what takes the rules of a policy from somebody: to lift a deny is to give.</summary>
    internal static void CheckTaken(ApiCall call, IEnumerable<PermissionRule> rules) =>
        Check(call, rules.Where(rule => rule.IsDeny), []);

    /// <summary>What writing an entity needs besides, for what that does to other kinds.</summary>
    internal static IEnumerable<Permission> OfEffects(ResourceDefinition definition) => definition.Kind switch
    {
        // They write what is due at once.
        "BalanceTransactionSchedule" => [Sight.Update(BalanceResource.Definition).Item("balanceId")],
        "BalanceChargeSchedule" => [Permission.On(
            PermissionAction.ConfigCreate, Permission.Config(ChargeResource.Definition.Kind))],
        _ => [],
    };

    private static async ValueTask CheckChangeAsync<T>(
        ApiCall call, IReadOnlyList<PermissionStatement> proposed, string path,
        Func<T, IReadOnlyList<PermissionStatement>> of)
        where T : Resource
    {
        var issues = new Issues();
        PermissionStatements.Check(proposed, path, issues);
        issues.ThrowIfAny();
        var rules = PermissionStatements.Rules(proposed).ToList();
        CheckGiven(call, rules);
        // Another version than this one is refused afterwards.
        if (await CurrentAsync<T>(call) is { } current)
            CheckTaken(call, PermissionStatements.Rules(of(current)).Except(rules));
    }

    // To let somebody in again is to give all that the user had.
    private static async ValueTask CheckEndAsync(ApiCall call, OrgUser proposed)
    {
        if (await CurrentAsync<OrgUser>(call) is not { } current)
            return;
        var end = proposed.DtEndAccess ?? Instant.MaxValue;
        if (end > (current.DtEndAccess ?? Instant.MaxValue))
            await CheckMaySpeakForAsync(call, PrincipalType.User, current.Id);
        if (call.Caller.PrincipalId == current.Id && end <= call.Service<IClock>().GetCurrentInstant())
            throw new RefusedException(new Issue(
                "own", "dtEndAccess", "must be in the future: nobody ends their own access", IssueKind.Conflict));
    }

    private static ValueTask<T?> CurrentAsync<T>(ApiCall call) where T : Resource => Related(call).FindAsync<T>(
        (string?)call.Http.Request.RouteValues["id"] ?? (typeof(T) == typeof(Support) ? call.OrganizationId : null));

    private static ResourceReader Related(ApiCall call) =>
        call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled);

    private static void Check(
        ApiCall call, IEnumerable<PermissionRule> given, IReadOnlyList<PermissionRule> withheld)
    {
        if (call.Grants.FirstBeyond(given, withheld, call.Cancelled) is { } beyond)
            throw new ForbiddenException(
                $"Forbidden: this would give more than you have, namely {beyond.Describe()}");
    }
}
