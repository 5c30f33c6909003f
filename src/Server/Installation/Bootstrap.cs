using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomFields;
using Tallystick.Pricing.Currencies;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Installation;

/// <summary>The credentials made at the first start, to be shown once.</summary>
/// <param name="OrganizationId">UUID of the organization.</param>
/// <param name="AccessKeyId">Public part of the access key.</param>
/// <param name="ApiSecret">Its secret; null when the operator gave it and so knows it.</param>
internal sealed record FirstCredentials(string OrganizationId, string AccessKeyId, string? ApiSecret);

/// <summary>
/// Makes, at the first start, one organization with its configuration, and a service user with an access key: from
/// the environment where given, else generated.
/// </summary>
internal sealed class Bootstrap(IDocumentStore store, ResourceService resources)
{
    private const string Principal = "SYSTEM";

    /// <summary>Makes what is missing.</summary>
    /// <returns>The credentials at the first start, null at later ones.</returns>
    internal async Task<FirstCredentials?> RunAsync(BootstrapSettings settings, CancellationToken cancellationToken)
    {
        var organizations = await Organizations.IdsAsync(AllKinds.Catalog, store, cancellationToken);
        foreach (var organizationId in organizations)
            await RenewManagedPoliciesAsync(organizationId, cancellationToken);
        return organizations.Count > 0 ? null : await AddOrganizationAsync(settings, cancellationToken);
    }

    /// <summary>Lists the organizations that an earlier version made.</summary>
    internal async ValueTask ListOrganizationsAsync(CancellationToken cancellationToken)
    {
        foreach (var organizationId in await Organizations.UnlistedAsync(AllKinds.Catalog, store, cancellationToken))
        {
            if (await resources.Reader(organizationId, cancellationToken)
                .FindAsync<Organization>(organizationId) is not null)
                await resources.ChangeAsync(
                    AccessKeyResource.Installation, Principal, cancellationToken,
                    change => ListAsync(change, organizationId));
        }
    }

    private static async ValueTask<bool> ListAsync(ResourceChange change, string organizationId)
    {
        if (await change.Related.FindAsync<InstalledOrganization>(organizationId) is null)
            await change.PutAsync(
                InstalledOrganizationResource.Definition, null, new InstalledOrganization { Id = organizationId });
        return true;
    }

    /// <summary>Makes the managed policies what they are in this version.</summary>
    // An organization of an earlier version has none, and each of its service users may do everything.
    internal async ValueTask RenewManagedPoliciesAsync(string organizationId, CancellationToken cancellationToken)
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

    /// <summary>Adds an organization with its configuration and the access key of an administrator.</summary>
    internal async Task<FirstCredentials> AddOrganizationAsync(
        BootstrapSettings settings, CancellationToken cancellationToken)
    {
        var organizationId = settings.OrganizationId ?? Guid.NewGuid().ToString();
        var serviceUserId = NewId();
        // The key comes last: until it exists, a start that was cut short is begun again.
        await resources.ChangeAsync(
            organizationId, Principal, cancellationToken,
            change => MakeOrganizationAsync(change, organizationId, serviceUserId), organizationId);
        return await AddKeyAsync(settings, organizationId, serviceUserId, cancellationToken);
    }

    /// <summary>Gives a service user an access key, and lists its organization.</summary>
    internal async Task<FirstCredentials> AddKeyAsync(
        BootstrapSettings settings, string organizationId, string serviceUserId, CancellationToken cancellationToken)
    {
        var secret = settings.ApiSecret ?? SecretHash.NewText(48);
        var key = new AccessKey
        {
            Id = NewId(),
            OrganizationId = organizationId,
            ServiceUserId = serviceUserId,
            AccessKeyId = settings.AccessKeyId ?? SecretHash.NewText(20),
            SecretHash = SecretHash.Of(secret),
        };
        await resources.ChangeAsync(
            AccessKeyResource.Installation, Principal, cancellationToken,
            async change =>
            {
                await change.PutAsync(AccessKeyResource.Definition, null, key);
                return await ListAsync(change, organizationId);
            });
        return new FirstCredentials(organizationId, key.AccessKeyId, settings.ApiSecret is null ? secret : null);
    }

    private static async ValueTask<bool> MakeOrganizationAsync(
        ResourceChange change, string organizationId, string serviceUserId)
    {
        if (await change.Related.FindAsync<Organization>(organizationId) is null)
        {
            await change.PutAsync(
                OrganizationResource.Definition, null,
                new Organization { Id = organizationId, OrganizationName = "My organization" });
            await change.PutAsync(
                CurrencyResource.Definition, null,
                new Currency
                {
                    Name = "US Dollar",
                    Code = "USD",
                    MaxDecimalPlaces = 2,
                    RoundingMode = RoundingMode.HalfUp,
                });
            await change.PutAsync(
                OrganizationConfigResource.Definition, null,
                OrganizationConfigResource.Default with { Id = organizationId });
            await change.PutAsync(
                CustomFieldResource.Definition, null, new CustomFieldDefaults { Id = organizationId });
        }
        await MakeManagedPoliciesAsync(change, organizationId);
        await change.PutAsync(
            ServiceUserResource.Definition, null, new ServiceUser { Id = serviceUserId, Name = "Administrator" });
        await change.PutAsync(PrincipalPermissionResource.Definition, null, AdministratorOf(serviceUserId));
        return true;
    }

    private static string NewId() => Guid.CreateVersion7().ToString();
}
