using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Organizations;

/// <summary>
/// Gives organizations their managed policies and, as service users that may do everything, their administrators. The
/// installation calls it, not a caller of the API: nobody's permissions are looked at.
/// </summary>
public sealed class Administrators(ResourceService resources)
{
    private const string Principal = "SYSTEM";

    /// <summary>Lists an organization in the installation; one that is listed already stays so.</summary>
    public Task ListOrganizationAsync(string organizationId, CancellationToken cancellationToken) =>
        resources.ChangeAsync(
            AccessKeyResource.Installation, Principal, cancellationToken,
            change => ListAsync(change, organizationId));

    /// <summary>Makes the managed policies what they are in this version.</summary>
    // An organization of an earlier version has none, and each of its service users may do everything.
    public async ValueTask RenewManagedPoliciesAsync(string organizationId, CancellationToken cancellationToken)
    {
        var stored = await ManagedPoliciesAsync(resources.Reader(organizationId, cancellationToken));
        if (ManagedPolicies.All.All(policy => stored.Any(one => IsSame(one, policy))))
            return;
        await resources.ChangeAsync(
            organizationId, Principal, cancellationToken,
            async change =>
            {
                if (await MakeManagedPoliciesAsync(change, organizationId))
                    return true;
                foreach (var user in await change.Related.ListAsync<ServiceUser>(Condition.And()))
                    await change.PutAsync(PrincipalPermissionResource.Definition, null, AdministratorOf(user.Id));
                return true;
            },
            organizationId);
    }

    /// <summary>Gives an organization that is being made its managed policies and its first administrator.</summary>
    /// <param name="change">What makes the organization.</param>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="serviceUserId">UUID that the administrator is to have.</param>
    public static async ValueTask AddFirstAsync(ResourceChange change, string organizationId, string serviceUserId)
    {
        await MakeManagedPoliciesAsync(change, organizationId);
        await change.PutAsync(
            ServiceUserResource.Definition, null, new ServiceUser { Id = serviceUserId, Name = "Administrator" });
        await change.PutAsync(PrincipalPermissionResource.Definition, null, AdministratorOf(serviceUserId));
    }

    /// <summary>Adds an administrator to an organization.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">Who adds it, for the audit fields.</param>
    /// <param name="name">Name of the administrator.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ServiceUser> AddAsync(
        string organizationId, string principal, string name, CancellationToken cancellationToken) =>
        (ServiceUser)await resources.ChangeAsync(
            organizationId, principal, cancellationToken,
            async change =>
            {
                var made = await change.CreateAsync(ServiceUserResource.Definition, new ServiceUser { Name = name });
                await change.CreateAsync(PrincipalPermissionResource.Definition, new PrincipalPermission
                {
                    PermissionPolicyId = ManagedPolicies.Administrator.Id,
                    PrincipalId = made.Id,
                    PrincipalType = PrincipalType.Serviceuser,
                });
                return made;
            },
            organizationId);

    /// <summary>Gives an administrator an access key, and lists its organization.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="serviceUserId">UUID of the administrator.</param>
    /// <param name="accessKeyId">The public part of the key; null to make one.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AccessKey> AddKeyAsync(
        string organizationId, string serviceUserId, string? accessKeyId, string secret,
        CancellationToken cancellationToken)
    {
        var key = new AccessKey
        {
            Id = NewId(),
            OrganizationId = organizationId,
            ServiceUserId = serviceUserId,
            AccessKeyId = accessKeyId ?? SecretHash.NewText(20),
            SecretHash = SecretHash.Of(secret),
        };
        await resources.ChangeAsync(
            AccessKeyResource.Installation, Principal, cancellationToken,
            async change =>
            {
                await change.PutAsync(AccessKeyResource.Definition, null, key);
                return await ListAsync(change, organizationId);
            });
        return key;
    }

    private static async ValueTask<bool> ListAsync(ResourceChange change, string organizationId)
    {
        if (await change.Related.FindAsync<InstalledOrganization>(organizationId) is null)
            await change.PutAsync(
                InstalledOrganizationResource.Definition, null, new InstalledOrganization { Id = organizationId });
        return true;
    }

    /// <returns>True when there were some before.</returns>
    private static async ValueTask<bool> MakeManagedPoliciesAsync(ResourceChange change, string organizationId)
    {
        var current = await ManagedPoliciesAsync(change.Related);
        foreach (var policy in ManagedPolicies.All)
        {
            var old = current.FirstOrDefault(one => one.Id == policy.Id);
            if (old is null || !IsSame(old, policy))
                await change.PutAsync(
                    PermissionPolicyResource.Definition, old,
                    old is null ? policy : old with { Name = policy.Name, Statements = policy.Statements });
        }
        if (current.Count == 0)
            await change.PutAsync(
                SupportResource.Definition, null,
                new Support { Id = organizationId, DtEndSupportUsersAccess = change.Now });
        return current.Count > 0;
    }

    private static ValueTask<IReadOnlyList<PermissionPolicy>> ManagedPoliciesAsync(ResourceReader related) =>
        related.ListAsync<PermissionPolicy>(Condition.Equal("is_managed", "true"));

    private static bool IsSame(PermissionPolicy one, PermissionPolicy other) =>
        one.Name == other.Name && PermissionStatements.Rules(one.Statements).SequenceEqual(
            PermissionStatements.Rules(other.Statements));

    private static PrincipalPermission AdministratorOf(string serviceUserId) => new()
    {
        Id = NewId(),
        PermissionPolicyId = ManagedPolicies.Administrator.Id,
        PrincipalId = serviceUserId,
        PrincipalType = PrincipalType.Serviceuser,
    };

    private static string NewId() => Guid.CreateVersion7().ToString();
}
