using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomFields;
using Tallystick.Pricing.Currencies;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>The credentials created at the first start, which are shown once.</summary>
/// <param name="OrganizationId">UUID of the organization.</param>
/// <param name="AccessKeyId">Public part of the access key.</param>
/// <param name="ApiSecret">The secret; null if the operator chose it.</param>
internal sealed record FirstCredentials(string OrganizationId, string AccessKeyId, string? ApiSecret);

/// <summary>
/// At the first start, creates an organization with its configuration and a service user with an access key. Ids and
/// secret come from the environment or are generated.
/// </summary>
internal sealed class Bootstrap(IDocumentStore store, ResourceService resources)
{
    private readonly Administrators _administrators = new(resources);

    /// <summary>Creates what is missing.</summary>
    /// <returns>The credentials at the first start; null at later starts.</returns>
    internal async Task<FirstCredentials?> RunAsync(BootstrapSettings settings, CancellationToken cancellationToken)
    {
        var organizations = await Organizations.IdsAsync(AllKinds.Catalog, store, cancellationToken);
        foreach (var organizationId in organizations)
            await _administrators.RenewManagedPoliciesAsync(organizationId, cancellationToken);
        return organizations.Count > 0 ? null : await AddOrganizationAsync(settings, cancellationToken);
    }

    /// <summary>Adds organizations created by earlier versions to the list of the installation.</summary>
    internal async ValueTask ListOrganizationsAsync(CancellationToken cancellationToken)
    {
        foreach (var organizationId in await Organizations.UnlistedAsync(AllKinds.Catalog, store, cancellationToken))
        {
            if (await resources.Reader(organizationId, cancellationToken)
                .FindAsync<Organization>(organizationId) is not null)
                await _administrators.ListOrganizationAsync(organizationId, cancellationToken);
        }
    }

    /// <summary>Adds an organization with its configuration and the access key of an administrator.</summary>
    internal async Task<FirstCredentials> AddOrganizationAsync(
        BootstrapSettings settings, CancellationToken cancellationToken)
    {
        var organizationId = settings.OrganizationId ?? Guid.NewGuid().ToString();
        var serviceUserId = Guid.CreateVersion7().ToString();
        // Create the key last: until it exists, the next start repeats an interrupted bootstrap.
        await resources.ChangeAsync(
            organizationId, ResourceService.SystemPrincipal, cancellationToken,
            change => MakeOrganizationAsync(change, organizationId, serviceUserId), organizationId);
        return await AddKeyAsync(settings, organizationId, serviceUserId, cancellationToken);
    }

    /// <summary>Creates an access key for an administrator and lists the organization.</summary>
    internal async Task<FirstCredentials> AddKeyAsync(
        BootstrapSettings settings, string organizationId, string serviceUserId, CancellationToken cancellationToken)
    {
        var secret = settings.ApiSecret ?? SecretHash.NewText(48);
        var key = await _administrators.AddKeyAsync(
            organizationId, serviceUserId, settings.AccessKeyId, secret, cancellationToken);
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
        await Administrators.AddFirstAsync(change, organizationId, serviceUserId);
        return true;
    }
}
