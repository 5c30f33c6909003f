using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// The id that documents and measurements of one installation share, so that neither is taken for another's.
/// </summary>
internal static class InstallationId
{
    /// <summary>Who changes it.</summary>
    internal const string Principal = "SYSTEM";

    /// <summary>The kind of the one document that holds it, as its id.</summary>
    internal static DocumentKind Kind { get; } = new("installation", [], _ => []);

    /// <summary>The id that the documents have; null where none was given yet.</summary>
    internal static async Task<string?> FindAsync(IDocumentReader documents, CancellationToken cancellationToken)
    {
        var found = await documents.QueryAsync(
            Kind, AccessKeyResource.Installation, new DocumentQuery { Limit = 1 }, cancellationToken);
        return found.Count == 0 ? null : found[0].Id;
    }

    /// <summary>Gives the documents an id.</summary>
    internal static Task SetAsync(ResourceService resources, string id, CancellationToken cancellationToken) =>
        resources.ChangeAsync(AccessKeyResource.Installation, Principal, cancellationToken, async change =>
        {
            await change.PutDocumentAsync(Kind, id, "{}"u8.ToArray());
            return true;
        });

    /// <summary>True where nothing was configured: no access key, and none of some organizations.</summary>
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
