using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Foundation.Resources;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Auth;

/// <summary>Finds access keys and checks their secrets. A key that is not active is as good as none.</summary>
internal sealed class AccessKeys(IDocumentStore store, ResourceService resources, ChangeFeed changes, IClock clock)
{
    // Compared with when the key is unknown, so that an answer takes as long as for a wrong secret.
    private static readonly string Nobody = SecretHash.Of(SecretHash.NewText(48));

    // Some clients get a token before every call: the time of use is written once a minute.
    private static readonly Duration BetweenNotes = Duration.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Instant> _noted = new(StringComparer.Ordinal);

    /// <summary>Grows with each change of any key.</summary>
    internal long Generation =>
        changes.Generation(AccessKeyResource.Installation, AccessKeyResource.Definition.Kind);

    /// <summary>The active key with the id and secret; null when there is none or the secret is wrong.</summary>
    internal async ValueTask<AccessKey?> FindAsync(
        string accessKeyId, string secret, CancellationToken cancellationToken)
    {
        var key = await ReadAsync(accessKeyId, cancellationToken);
        var isRight = SecretHash.Matches(key?.SecretHash ?? Nobody, secret);
        return key is not null && isRight && await IsOpenAsync(key, cancellationToken) ? key : null;
    }

    /// <summary>The active key with the id, or null.</summary>
    internal async ValueTask<AccessKey?> FindAsync(string accessKeyId, CancellationToken cancellationToken) =>
        await ReadAsync(accessKeyId, cancellationToken) is { } key && await IsOpenAsync(key, cancellationToken)
            ? key : null;

    private async ValueTask<AccessKey?> ReadAsync(string accessKeyId, CancellationToken cancellationToken)
    {
        var found = await resources.Reader(AccessKeyResource.Installation, cancellationToken)
            .ListAsync<AccessKey>(Condition.Equal("access_key_id", accessKeyId));
        return found.Count == 0 ? null : found[0];
    }

    private async ValueTask<bool> IsOpenAsync(AccessKey key, CancellationToken cancellationToken)
    {
        var isOpen = key.Status == AccessKeyStatus.Active && await resources
            .Reader(key.OrganizationId, cancellationToken).FindAsync<ServiceUser>(key.ServiceUserId) is not null;
        if (isOpen)
            await NoteUseAsync(key, cancellationToken);
        return isOpen;
    }

    // Not a change that anybody must hear of, nor one of the key's version.
    private async ValueTask NoteUseAsync(AccessKey key, CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        if (now - _noted.GetOrAdd(key.Id, key.DtLastUsed ?? Instant.MinValue) < BetweenNotes)
            return;
        _noted[key.Id] = now;
        await store.TransactAsync(
            AccessKeyResource.Installation,
            async transaction =>
            {
                var definition = AccessKeyResource.Definition;
                var related = new ResourceReader(transaction, AccessKeyResource.Installation, cancellationToken);
                if (await related.FindAsync<AccessKey>(key.Id) is not { } current)
                    return false;
                var used = current with { DtLastUsed = now };
                return await transaction.UpdateAsync(
                    ResourceCatalog.KindOf(definition), AccessKeyResource.Installation, current.Version,
                    new DocumentWrite(used.Id, used.Version, definition.Write(used), definition.ReadColumns(used)),
                    cancellationToken);
            },
            cancellationToken);
    }
}
