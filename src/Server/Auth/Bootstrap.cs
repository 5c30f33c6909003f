using NodaTime;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Resources;
using Tallystick.Metering.CustomFields;
using Tallystick.Pricing.Currencies;
using Tallystick.Server.Permissions;
using Tallystick.Server.Resources;
using Tallystick.Server.Users;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Auth;

/// <summary>The credentials made at the first start, to be shown once.</summary>
/// <param name="OrganizationId">UUID of the organization.</param>
/// <param name="AccessKeyId">Public part of the access key.</param>
/// <param name="ApiSecret">Its secret; null when the operator gave it and so knows it.</param>
internal sealed record FirstCredentials(string OrganizationId, string AccessKeyId, string? ApiSecret);

/// <summary>
/// Makes, at the first start, one organization with its configuration, and a service user with an access key: from
/// the environment where given, else generated.
/// </summary>
internal sealed class Bootstrap(IDocumentStore store, IClock clock)
{
    private const string Principal = "SYSTEM";

    /// <summary>Makes what is missing.</summary>
    /// <returns>The credentials at the first start, null at later ones.</returns>
    internal async Task<FirstCredentials?> RunAsync(BootstrapSettings settings, CancellationToken cancellationToken)
    {
        var organizations = await Organizations.IdsAsync(store, cancellationToken);
        foreach (var organizationId in organizations)
            await RenewManagedPoliciesAsync(organizationId, cancellationToken);
        return organizations.Count > 0 ? null : await AddOrganizationAsync(settings, cancellationToken);
    }

    /// <summary>Lists the organizations that an earlier version made.</summary>
    internal async ValueTask ListOrganizationsAsync(CancellationToken cancellationToken)
    {
        foreach (var organizationId in await Organizations.UnlistedAsync(store, cancellationToken))
        {
            if (await new ResourceReader(store, organizationId, cancellationToken)
                .FindAsync<Organization>(organizationId) is not null)
                await store.TransactAsync(
                    AccessKeyResource.Installation,
                    async transaction =>
                    {
                        await ListAsync(transaction, organizationId, cancellationToken);
                        return 0;
                    },
                    cancellationToken);
        }
    }

    private async ValueTask ListAsync(
        IDocumentTransaction transaction, string organizationId, CancellationToken cancellationToken)
    {
        var installation = new ResourceReader(transaction, AccessKeyResource.Installation, cancellationToken);
        if (await installation.FindAsync<InstalledOrganization>(organizationId) is null)
            await InsertAsync(
                transaction, AccessKeyResource.Installation, new InstalledOrganization { Id = organizationId },
                cancellationToken);
    }

    /// <summary>Makes the managed policies what they are in this version.</summary>
    // An organization of an earlier version has none, and each of its service users may do everything.
    internal async ValueTask RenewManagedPoliciesAsync(string organizationId, CancellationToken cancellationToken)
    {
        var stored = await ManagedPoliciesAsync(store, organizationId, cancellationToken);
        if (ManagedPolicies.All.All(policy => stored.Any(one => IsSame(one, policy))))
            return;
        await store.TransactAsync(
            organizationId,
            async transaction =>
            {
                if (await MakeManagedPoliciesAsync(transaction, organizationId, cancellationToken))
                    return 0;
                foreach (var user in await new ResourceReader(transaction, organizationId, cancellationToken)
                    .ListAsync<ServiceUser>(Condition.And()))
                    await InsertAsync(transaction, organizationId, AdministratorOf(user.Id), cancellationToken);
                return 0;
            },
            cancellationToken);
    }

    /// <returns>True when there were some before.</returns>
    private async ValueTask<bool> MakeManagedPoliciesAsync(
        IDocumentTransaction transaction, string organizationId, CancellationToken cancellationToken)
    {
        var current = await ManagedPoliciesAsync(transaction, organizationId, cancellationToken);
        foreach (var policy in ManagedPolicies.All)
        {
            if (current.FirstOrDefault(one => one.Id == policy.Id) is not { } old)
                await InsertAsync(transaction, organizationId, policy, cancellationToken);
            else if (!IsSame(old, policy))
                await ReplaceAsync(transaction, organizationId, old, policy, cancellationToken);
        }
        if (current.Count == 0)
            await InsertAsync(
                transaction, organizationId,
                new Support { Id = organizationId, DtEndSupportUsersAccess = clock.GetCurrentInstant() },
                cancellationToken);
        return current.Count > 0;
    }

    private static ValueTask<IReadOnlyList<PermissionPolicy>> ManagedPoliciesAsync(
        IDocumentReader documents, string organizationId, CancellationToken cancellationToken) =>
        new ResourceReader(documents, organizationId, cancellationToken)
            .ListAsync<PermissionPolicy>(Condition.Equal("is_managed", "true"));

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
        await store.TransactAsync(
            organizationId,
            transaction => MakeOrganizationAsync(transaction, organizationId, serviceUserId, cancellationToken),
            cancellationToken);
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
        await store.TransactAsync(
            AccessKeyResource.Installation,
            async transaction =>
            {
                await InsertAsync(transaction, AccessKeyResource.Installation, key, cancellationToken);
                await ListAsync(transaction, organizationId, cancellationToken);
                return key;
            },
            cancellationToken);
        return new FirstCredentials(organizationId, key.AccessKeyId, settings.ApiSecret is null ? secret : null);
    }

    private async ValueTask<ServiceUser> MakeOrganizationAsync(
        IDocumentTransaction transaction,
            string organizationId, string serviceUserId, CancellationToken cancellationToken)
    {
        var dollar = new Currency
        {
            Id = NewId(),
            Name = "US Dollar",
            Code = "USD",
            MaxDecimalPlaces = 2,
            RoundingMode = RoundingMode.HalfUp,
        };
        var administrator = new ServiceUser { Id = serviceUserId, Name = "Administrator" };
        if (await new ResourceReader(
            transaction, organizationId, cancellationToken).FindAsync<Organization>(organizationId) is null)
        {
            var organization = new Organization { Id = organizationId, OrganizationName = "My organization" };
            await InsertAsync(transaction, organizationId, organization, cancellationToken);
            await InsertAsync(transaction, organizationId, dollar, cancellationToken);
            await InsertAsync(
                transaction,
                    organizationId, OrganizationConfigResource.Default with { Id = organizationId }, cancellationToken);
            await InsertAsync(
                transaction, organizationId, new CustomFieldDefaults { Id = organizationId }, cancellationToken);
        }
        await MakeManagedPoliciesAsync(transaction, organizationId, cancellationToken);
        await InsertAsync(transaction, organizationId, administrator, cancellationToken);
        await InsertAsync(transaction, organizationId, AdministratorOf(serviceUserId), cancellationToken);
        return administrator;
    }

    private async ValueTask ReplaceAsync(
        IDocumentTransaction transaction, string organizationId, PermissionPolicy old, PermissionPolicy policy,
        CancellationToken cancellationToken)
    {
        var definition = PermissionPolicyResource.Definition;
        var stamped = old with
        {
            Name = policy.Name,
            Statements = policy.Statements,
            Version = old.Version + 1,
            DtLastModified = clock.GetCurrentInstant(),
        };
        await transaction.UpdateAsync(
            ResourceCatalog.KindOf(definition), organizationId, old.Version,
            new DocumentWrite(
                old.Id, stamped.Version, definition.Write(stamped), definition.ReadColumns(stamped)),
            cancellationToken);
    }

    private ValueTask InsertAsync<T>(
        IDocumentTransaction transaction, string organizationId, T made, CancellationToken cancellationToken)
        where T : Resource
    {
        var definition = ResourceCatalog.Of<T>();
        var now = clock.GetCurrentInstant();
        var stamped = made with
        {
            Version = 1,
            DtCreated = now,
            DtLastModified = now,
            CreatedBy = Principal,
            LastModifiedBy = Principal
        };
        return transaction.InsertAsync(
            ResourceCatalog.KindOf(definition),
            organizationId,
            new DocumentWrite(stamped.Id, 1, definition.Write(stamped), definition.ReadColumns(stamped)),
            cancellationToken);
    }

    private static string NewId() => Guid.CreateVersion7().ToString();
}

/// <summary>What the operator decided for the first start.</summary>
/// <param name="OrganizationId">From <c>TALLYSTICK_ORG_ID</c>.</param>
/// <param name="AccessKeyId">From <c>TALLYSTICK_ACCESS_KEY_ID</c>.</param>
/// <param name="ApiSecret">From <c>TALLYSTICK_API_SECRET</c>.</param>
internal sealed record BootstrapSettings(string? OrganizationId, string? AccessKeyId, string? ApiSecret)
{
    private const int LongestKeyId = 128;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StoreUnavailableException">A given value cannot be used; the message says why.</exception>
    internal static BootstrapSettings From(IConfiguration configuration)
    {
        var settings = new BootstrapSettings(
            Value(configuration, "TALLYSTICK_ORG_ID"),
            Value(configuration, "TALLYSTICK_ACCESS_KEY_ID"),
            Value(configuration, "TALLYSTICK_API_SECRET"));
        settings.Check();
        return settings;
    }

    private void Check()
    {
        if (OrganizationId is not null && !Guid.TryParseExact(OrganizationId, "D", out _))
            throw new StoreUnavailableException(
                "TALLYSTICK_ORG_ID must be a UUID such as 3f2504e0-4f89-11d3-9a0c-0305e82c3301");
        // Clients join both with a colon, and those that percent-encode them leave these characters as they are.
        if (AccessKeyId is not null && (AccessKeyId.Length > LongestKeyId || !AccessKeyId.All(IsUnreserved)))
            throw new StoreUnavailableException(
                $"TALLYSTICK_ACCESS_KEY_ID must have at most {LongestKeyId} characters, all of A-Z a-z 0-9 - _ . ~");
        if (ApiSecret is null)
            return;
        if (ApiSecret.Length < SecretHash.ShortestSecret)
            throw new StoreUnavailableException(
                $"TALLYSTICK_API_SECRET must have at least {SecretHash.ShortestSecret} characters");
        // Clients do not agree on how to encode others.
        if (ApiSecret.Any(character => character is <= ' ' or > '~'))
            throw new StoreUnavailableException(
                "TALLYSTICK_API_SECRET must have no blanks and only printable ASCII characters");
    }

    private static bool IsUnreserved(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '~';

    private static string? Value(IConfiguration configuration, string name) =>
        configuration[name] is { Length: > 0 } value ? value : null;
}
