using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Organizations;

/// <summary>
/// Creates the managed policies of organizations, and administrators: service users with all permissions. Called by the
/// installation itself, so no permissions are checked.
/// </summary>
public sealed class Administrators(ResourceService resources)
{
    /// <summary>Adds an organization to the list of the installation, unless it is already listed.</summary>
    public Task ListOrganizationAsync(string organizationId, CancellationToken cancellationToken) =>
        resources.ChangeAsync(
            AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken,
            change => ListAsync(change, organizationId));

    /// <summary>Updates the managed policies to those of this version.</summary>
    // Organizations of versions without managed policies had no permissions: their service users become administrators.
    public async ValueTask RenewManagedPoliciesAsync(string organizationId, CancellationToken cancellationToken)
    {
        var stored = await ManagedPoliciesAsync(resources.Reader(organizationId, cancellationToken));
        if (ManagedPolicies.All.All(policy => stored.Any(one => IsSame(one, policy))))
            return;
        await resources.ChangeAsync(
            organizationId, ResourceService.SystemPrincipal, cancellationToken,
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

    /// <summary>Adds the managed policies and the first administrators to a new organization.</summary>
    /// <param name="change">The change that creates the organization.</param>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="serviceUserId">UUID for a service user who becomes an administrator; null for none.</param>
    /// <param name="person">The login of a person who becomes an administrator; null for none.</param>
    public static async ValueTask AddFirstAsync(
        ResourceChange change, string organizationId, string? serviceUserId, Login? person)
    {
        await MakeManagedPoliciesAsync(change, organizationId);
        if (person is not null)
            await AddPersonAsync(change, organizationId, person);
        if (serviceUserId is null)
            return;
        await change.PutAsync(
            ServiceUserResource.Definition, null, new ServiceUser { Id = serviceUserId, Name = "Administrator" });
        await change.PutAsync(PrincipalPermissionResource.Definition, null, AdministratorOf(serviceUserId));
    }

    // An interrupted first start has perhaps added a person, whose login was never stored.
    private static async ValueTask AddPersonAsync(ResourceChange change, string organizationId, Login person)
    {
        foreach (var former in await change.Related.ListAsync<OrgUser>(Condition.Equal("email", person.Email)))
            await change.RemoveAsync(OrgUserResource.Definition, former);
        await change.PutAsync(OrgUserResource.Definition, null, new OrgUser
        {
            Id = person.Id,
            Email = person.Email,
            FirstName = person.FirstName,
            LastName = person.LastName,
            Organizations = [organizationId],
        });
        await change.PutAsync(
            PrincipalPermissionResource.Definition, null, AdministratorOf(person.Id, PrincipalType.User));
    }

    /// <summary>Adds an administrator to an organization.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="name">Name of the administrator.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
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

    /// <summary>Creates an access key for an administrator and lists the organization.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="serviceUserId">UUID of the administrator.</param>
    /// <param name="accessKeyId">The public part of the key; null to generate one.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="person">The login of the first person, stored in the same change; null for none.</param>
    public async Task<AccessKey> AddKeyAsync(
        string organizationId, string serviceUserId, string? accessKeyId, string secret,
        CancellationToken cancellationToken, Login? person = null)
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
            AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken,
            async change =>
            {
                await change.PutAsync(AccessKeyResource.Definition, null, key);
                if (person is not null)
                    await change.PutAsync(LoginResource.Definition, null, person);
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

    /// <returns>True if there were managed policies before.</returns>
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

    private static PrincipalPermission AdministratorOf(
        string principalId, PrincipalType type = PrincipalType.Serviceuser) => new()
        {
            Id = NewId(),
            PermissionPolicyId = ManagedPolicies.Administrator.Id,
            PrincipalId = principalId,
            PrincipalType = type,
        };

    private static string NewId() => Guid.CreateVersion7().ToString();
}
