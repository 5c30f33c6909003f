using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Access.Users;
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
internal sealed record FirstCredentials(string OrganizationId, string AccessKeyId, string? ApiSecret)
{
    /// <summary>The first person; null if only an access key was created.</summary>
    internal FirstPerson? Person { get; init; }
}

/// <summary>The person who can sign in to the console after the first start.</summary>
/// <param name="Email">The e-mail address.</param>
/// <param name="Password">The password, to be changed at the first sign-in; null if the operator chose it.</param>
internal sealed record FirstPerson(string Email, string? Password);

/// <summary>
/// At the first start, creates an organization with its configuration, a service user with an access key, and a person
/// who administers it in the console. Ids and secrets come from the environment or are generated.
/// </summary>
/// <param name="store">The documents.</param>
/// <param name="resources">Changes them.</param>
/// <param name="logins">Creates the login of the first person; null where none is created.</param>
internal sealed class Bootstrap(IDocumentStore store, ResourceService resources, Logins? logins = null)
{
    private readonly Administrators _administrators = new(resources);

    /// <summary>The bootstrap of a server, which also creates a person.</summary>
    internal static Bootstrap Of(IServiceProvider services) => new(
        services.GetRequiredService<IDocumentStore>(), services.GetRequiredService<ResourceService>(),
        services.GetRequiredService<Logins>());

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
        var password = settings.AdminPassword ?? Logins.NewTemporaryPassword();
        // The operator, or whoever sees the output, knows the password, so it is temporary.
        var person = logins is null ? null : await logins.NewTemporaryAsync(
            Guid.CreateVersion7().ToString(), settings.AdminEmail, password, organizationId, cancellationToken);
        // Create key and login last, in one change: until they exist, the next start repeats an interrupted bootstrap.
        await resources.ChangeAsync(
            organizationId, ResourceService.SystemPrincipal, cancellationToken,
            change => MakeOrganizationAsync(
                change, new Organization { Id = organizationId, OrganizationName = "My organization" }, serviceUserId,
                person),
            organizationId);
        var made = await AddKeyAsync(settings, organizationId, serviceUserId, cancellationToken, person);
        return person is null ? made : made with
        {
            Person = new FirstPerson(person.Email, settings.AdminPassword is null ? password : null),
        };
    }

    /// <summary>Creates an access key for an administrator and lists the organization.</summary>
    internal async Task<FirstCredentials> AddKeyAsync(
        BootstrapSettings settings, string organizationId, string serviceUserId, CancellationToken cancellationToken,
        Login? person = null)
    {
        var secret = settings.ApiSecret ?? SecretHash.NewText(48);
        var key = await _administrators.AddKeyAsync(
            organizationId, serviceUserId, settings.AccessKeyId, secret, cancellationToken, person);
        return new FirstCredentials(organizationId, key.AccessKeyId, settings.ApiSecret is null ? secret : null);
    }

    /// <summary>
    /// Makes what is missing of an organization: its configuration, a currency and its first administrators.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="organization">The organization.</param>
    /// <param name="serviceUserId">UUID for a service user who administers it; null for none.</param>
    /// <param name="person">The login of a person who administers it; null for none.</param>
    internal static async ValueTask<bool> MakeOrganizationAsync(
        ResourceChange change, Organization organization, string? serviceUserId, Login? person)
    {
        if (await change.Related.FindAsync<Organization>(organization.Id) is null)
        {
            await change.PutAsync(OrganizationResource.Definition, null, organization);
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
                OrganizationConfigResource.Default with { Id = organization.Id });
            await change.PutAsync(
                CustomFieldResource.Definition, null, new CustomFieldDefaults { Id = organization.Id });
        }
        await Administrators.AddFirstAsync(change, organization.Id, serviceUserId, person);
        return true;
    }
}
