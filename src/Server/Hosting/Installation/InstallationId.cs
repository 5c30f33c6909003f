using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// The id shared by the documents and measurements of an installation, to detect parts of different installations.
/// </summary>
internal static class InstallationId
{
    /// <summary>The kind of the single document whose id is the installation id.</summary>
    internal static DocumentKind Kind { get; } = new("installation", [], _ => []);

    /// <summary>The id stored in the documents; null if there is none yet.</summary>
    internal static async Task<string?> FindAsync(IDocumentReader documents, CancellationToken cancellationToken)
    {
        var found = await documents.QueryAsync(
            Kind, AccessKeyResource.Installation, new DocumentQuery { Limit = 1 }, cancellationToken);
        return found.Count == 0 ? null : found[0].Id;
    }

    /// <summary>Stores the id in the documents.</summary>
    internal static Task SetAsync(ResourceService resources, string id, CancellationToken cancellationToken) =>
        resources.ChangeAsync(
            AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            await change.PutDocumentAsync(Kind, id, "{}"u8.ToArray());
            return true;
        });

    /// <summary>True if nothing is configured: no organization is listed, and none of the given ones exists.</summary>
    internal static async Task<bool> IsBlankAsync(
        IDocumentReader documents, IEnumerable<string> organizationIds, CancellationToken cancellationToken)
    {
        if ((await Organizations.IdsAsync(AllKinds.Catalog, documents, cancellationToken)).Count > 0)
            return false;
        foreach (var id in organizationIds)
        {
            if (await new ResourceReader(AllKinds.Catalog, documents, id, cancellationToken)
                .FindAsync<Organization>(id) is not null)
                return false;
        }
        return true;
    }
}
