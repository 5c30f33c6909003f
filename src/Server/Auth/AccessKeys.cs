using Tallystick.Foundation.Resources;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Auth;

/// <summary>Finds access keys and checks their secrets.</summary>
internal sealed class AccessKeys(IDocumentStore store)
{
    // Compared with when the key is unknown, so that an answer takes as long as for a wrong secret.
    private static readonly string Nobody = SecretHash.Of(SecretHash.NewText(48));

    /// <summary>The key with the id and secret; null when there is none or the secret is wrong.</summary>
    internal async ValueTask<AccessKey?> FindAsync(
        string accessKeyId, string secret, CancellationToken cancellationToken)
    {
        var key = await FindAsync(accessKeyId, cancellationToken);
        var isRight = SecretHash.Matches(key?.SecretHash ?? Nobody, secret);
        return isRight ? key : null;
    }

    /// <summary>The key with the id, or null.</summary>
    internal async ValueTask<AccessKey?> FindAsync(string accessKeyId, CancellationToken cancellationToken)
    {
        var found = await new ResourceReader(store, AccessKeyResource.Installation, cancellationToken)
            .ListAsync<AccessKey>(Condition.Equal("access_key_id", accessKeyId));
        return found.Count == 0 ? null : found[0];
    }
}
