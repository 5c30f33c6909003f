using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Resources;
using Tallystick.Server.Users;

namespace Tallystick.Server.Auth;

/// <summary>That there is an organization in the installation. Its id is that of the organization.</summary>
internal sealed record InstalledOrganization : Resource;

/// <summary>Organizations are listed under the installation, so that they do not depend on anybody's key.</summary>
internal static class InstalledOrganizationResource
{
    internal static ResourceDefinition<InstalledOrganization> Definition { get; } =
        new("InstalledOrganization", "installedorganizations", () => AuthJson.Format.InstalledOrganization)
        {
            IsInternal = true,
        };
}

/// <summary>The organizations of the installation, for workers that serve all of them.</summary>
internal static class Organizations
{
    /// <summary>Their UUIDs.</summary>
    internal static async Task<IReadOnlyList<string>> IdsAsync(
        IDocumentReader documents, CancellationToken cancellationToken) =>
        [.. (await InstallationOf(documents, cancellationToken)
            .ListAsync<InstalledOrganization>(Condition.And())).Select(organization => organization.Id)];

    /// <summary>
    /// UUIDs of organizations that an earlier version made and did not list: those that somebody has a key to, or a
    /// login.
    /// </summary>
    internal static async Task<IReadOnlyList<string>> UnlistedAsync(
        IDocumentReader documents, CancellationToken cancellationToken)
    {
        var installation = InstallationOf(documents, cancellationToken);
        var keys = await installation.ListAsync<AccessKey>(Condition.And());
        var logins = await installation.ListAsync<Login>(Condition.And());
        return
        [
            .. keys.Select(key => key.OrganizationId).Concat(logins.SelectMany(login => login.Organizations))
                .Except(await IdsAsync(documents, cancellationToken)),
        ];
    }

    private static ResourceReader InstallationOf(IDocumentReader documents, CancellationToken cancellationToken) =>
        new(AllKinds.Catalog, documents, AccessKeyResource.Installation, cancellationToken);
}
