using Tallystick.Foundation.Resources;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Auth;

/// <summary>The organizations of the installation, for workers that serve all of them.</summary>
internal static class Organizations
{
    /// <summary>Their UUIDs: those that somebody has a key to.</summary>
    internal static async Task<IReadOnlyList<string>> IdsAsync(
        IDocumentReader documents, CancellationToken cancellationToken)
    {
        var keys = await new ResourceReader(documents, AccessKeyResource.Installation, cancellationToken)
            .ListAsync<AccessKey>(Condition.And());
        return [.. keys.Select(key => key.OrganizationId).Distinct()];
    }
}
