using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// Credentials in the environment are used only at the first start. At later starts, a warning is logged for those that
/// differ from the stored ones, so that an operator who has changed them learns why they do not work.
/// </summary>
internal static class LaterCredentials
{
    /// <summary>Logs a warning for each credential that differs.</summary>
    internal static async Task WarnAsync(IDocumentStore store, BootstrapSettings settings, ILogger logger)
    {
        if (settings.OrganizationId is { } organizationId
            && !(await Organizations.IdsAsync(AllKinds.Catalog, store, default))
                .Contains(organizationId, StringComparer.OrdinalIgnoreCase))
            Log.CredentialIgnored(logger, "TALLYSTICK_ORG_ID", "no organization has this id");
        if (settings.AccessKeyId is not { } accessKeyId)
            return;
        var keys = await new ResourceReader(AllKinds.Catalog, store, AccessKeyResource.Installation, default)
            .ListAsync<AccessKey>(Condition.Equal("access_key_id", accessKeyId));
        if (keys.Count == 0)
            Log.CredentialIgnored(logger, "TALLYSTICK_ACCESS_KEY_ID", "no access key has this id");
        else if (settings.ApiSecret is { } secret && !SecretHash.Matches(keys[0].SecretHash, secret))
            Log.CredentialIgnored(
                logger, "TALLYSTICK_API_SECRET",
                "the access key has a different secret, which a setting cannot change");
    }
}
