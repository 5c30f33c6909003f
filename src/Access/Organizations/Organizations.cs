using Tallystick.Access.Credentials;
using Tallystick.Access.Users;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Organizations;

/// <summary>The entry of an organization in the installation. It has the id of the organization.</summary>
public sealed record InstalledOrganization : Resource
{
    /// <summary>UUID of the person whose sample organization it is; null for any other organization.</summary>
    public string? SampleFor { get; init; }
}

/// <summary>Organizations are listed under the installation, independent of any access key.</summary>
public static class InstalledOrganizationResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<InstalledOrganization> Definition { get; } =
        new("InstalledOrganization", "installedorganizations", () => AccessJson.Format.InstalledOrganization)
        {
            IsInternal = true,
            IndexedBy = [new(SampleFor, organization => organization.SampleFor)],
        };

    /// <summary>The column with the person whose sample organization it is.</summary>
    public const string SampleFor = "sample_for";
}

/// <summary>The organizations of the installation, for workers that serve all of them.</summary>
public static class Organizations
{
    /// <summary>The UUIDs of the organizations.</summary>
    public static async Task<IReadOnlyList<string>> IdsAsync(
        ResourceCatalog catalog, IDocumentReader documents, CancellationToken cancellationToken) =>
        [.. (await InstallationOf(catalog, documents, cancellationToken)
            .ListAsync<InstalledOrganization>(Condition.And())).Select(organization => organization.Id)];

    /// <summary>
    /// UUIDs of organizations created by an earlier version without an entry: those that have a key or a login.
    /// </summary>
    public static async Task<IReadOnlyList<string>> UnlistedAsync(
        ResourceCatalog catalog, IDocumentReader documents, CancellationToken cancellationToken)
    {
        var installation = InstallationOf(catalog, documents, cancellationToken);
        var keys = await installation.ListAsync<AccessKey>(Condition.And());
        var logins = await installation.ListAsync<Login>(Condition.And());
        return
        [
            .. keys.Select(key => key.OrganizationId).Concat(logins.SelectMany(login => login.Organizations))
                .Except(await IdsAsync(catalog, documents, cancellationToken)),
        ];
    }

    private static ResourceReader InstallationOf(
        ResourceCatalog catalog, IDocumentReader documents, CancellationToken cancellationToken) =>
        new(catalog, documents, AccessKeyResource.Installation, cancellationToken);
}
