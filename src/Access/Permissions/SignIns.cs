using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Users;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Determines who can sign in: a principal without an active access key or login has no usable access.
/// </summary>
internal static class SignIns
{
    /// <summary>True if the principal can sign in and its access has not ended.</summary>
    public static async ValueTask<bool> IsActiveAsync(
        IResourceReader installation, string organizationId, RosterEntry? principal, Instant now) =>
        principal is not null && !principal.IsOverAt(now)
        && (await ReadAsync(installation, organizationId, [principal], now)).Count > 0;

    /// <summary>Ids of the principals with an active access key or a login, and whether it is permanent.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, bool>> ReadAsync(
        IResourceReader installation, string organizationId, IReadOnlyList<RosterEntry> principals, Instant now)
    {
        var found = new Dictionary<string, bool>(StringComparer.Ordinal);
        var programs = principals.Where(entry => entry.Type == PrincipalType.Serviceuser).Select(entry => entry.Id);
        foreach (var key in await installation.ListAsync<AccessKey>(new Condition.In("service_user_id", [.. programs])))
        {
            if (key.Status == AccessKeyStatus.Active && key.OrganizationId == organizationId)
                found[key.ServiceUserId] = true;
        }
        var people = principals.Where(entry => entry.Type == PrincipalType.User).Select(entry => entry.Id);
        foreach (var login in await installation.ListAsync<Login>(new Condition.In("id", [.. people])))
        {
            if (login.Organizations.Contains(organizationId) && login.IsOpenAt(now))
                found[login.Id] = login.DtTemporaryPasswordEnds is null;
        }
        return found;
    }
}
