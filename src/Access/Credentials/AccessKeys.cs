using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Credentials;

/// <summary>Finds access keys and verifies their secrets. Inactive keys are treated as nonexistent.</summary>
/// <param name="resources">Reads and changes keys.</param>
/// <param name="changes">Publishes changes of keys.</param>
/// <param name="clock">The clock.</param>
/// <param name="onSecretsRefused">Called when requests with an incorrect secret start to be throttled.</param>
/// <param name="maxSources">Maximum number of remembered pairs of key and source.</param>
public sealed class AccessKeys(
    ResourceService resources, ChangeFeed changes, IClock clock, SecretsRefused onSecretsRefused,
    int maxSources = 10_000)
{
    private const int MaxFailures = 300;
    // Used if the key is unknown, so that the response takes as long as for an incorrect secret.
    private static readonly string Nobody = SecretHash.Of(SecretHash.NewText(48));

    // Some clients request a token before every call, so the time of use is written at most once a minute.
    private static readonly Duration BetweenNotes = Duration.FromMinutes(1);
    private static readonly Duration BetweenWarnings = Duration.FromHours(1);
    private readonly ConcurrentDictionary<string, Instant> _noted = new(StringComparer.Ordinal);
    private readonly FailedAttempts _failures =
        new(MaxFailures, Duration.FromSeconds(10), Duration.FromMinutes(10), clock);

    // Sources of correct secrets, which attempts from elsewhere cannot throttle.
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Number of remembered sources of correct secrets.</summary>
    public int KnownSources => _known.Count;

    /// <summary>Incremented with each change of any key.</summary>
    public long Generation =>
        changes.Generation(AccessKeyResource.Installation, AccessKeyResource.Definition.Kind);

    /// <summary>The active key with the id and secret; null if there is none or the secret is incorrect.</summary>
    /// <param name="credentials">
    /// The possible interpretations of id and secret. They count as one attempt, whether or not the id exists.
    /// </param>
    /// <param name="source">Source of the request.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="TooManyRequestsException">There were too many incorrect secrets recently.</exception>
    public async ValueTask<AccessKey?> FindAsync(
        IReadOnlyList<(string Id, string Secret)> credentials, string source, CancellationToken cancellationToken)
    {
        var pair = $"{credentials[^1].Id} {source}";
        var name = _known.ContainsKey(pair) ? pair : credentials[^1].Id;
        if (!_failures.TryBegin(name, out var isNowWaiting))
        {
            var seconds = Math.Max(1, (int)Math.Ceiling(_failures.WaitOf(name).TotalSeconds));
            throw new TooManyRequestsException(
                $"Too many token requests with an incorrect API secret. Try again in {seconds} seconds.", seconds);
        }
        AccessKey? found, opened;
        try
        {
            (found, opened) = await OpenAsync(credentials, cancellationToken);
        }
        catch
        {
            // The store was unavailable or the request was cancelled; the secret may be correct.
            _failures.TakeBack(name);
            throw;
        }
        if (opened is not null)
        {
            _failures.TakeBack(name);
            if (_known.Count < maxSources)
                _known[pair] = true;
        }
        else if (isNowWaiting && found is not null)
        {
            await WarnAsync(found, cancellationToken);
        }
        return opened;
    }

    // The last key found, and the one whose secret matches.
    private async ValueTask<(AccessKey? Found, AccessKey? Opened)> OpenAsync(
        IReadOnlyList<(string Id, string Secret)> credentials, CancellationToken cancellationToken)
    {
        AccessKey? found = null;
        foreach (var (id, secret) in credentials.Distinct())
        {
            found = await ReadAsync(id, cancellationToken);
            var isRight = SecretHash.Matches(found?.SecretHash ?? Nobody, secret);
            if (found is not null && isRight && await IsOpenAsync(found, cancellationToken))
                return (found, found);
        }
        return (found, null);
    }

    // Changes the service user, which raises an event. At most once an hour, because attackers determine the frequency.
    private async ValueTask WarnAsync(AccessKey key, CancellationToken cancellationToken)
    {
        onSecretsRefused(key.AccessKeyId, MaxFailures);
        var now = clock.GetCurrentInstant();
        await resources.ChangeAsync(
            key.OrganizationId, ResourceService.SystemPrincipal, cancellationToken,
            async change =>
            {
                if (await change.Related.FindAsync<ServiceUser>(key.ServiceUserId) is not { } user
                    || now - user.DtSecretsRefused < BetweenWarnings)
                    return false;
                await change.UpdateAsync(ServiceUserResource.Definition, user.Id, user with { DtSecretsRefused = now });
                return true;
            },
            key.OrganizationId);
    }

    /// <summary>The active key with the id, or null.</summary>
    public async ValueTask<AccessKey?> FindAsync(string accessKeyId, CancellationToken cancellationToken) =>
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

    // No event and no new version of the key.
    private async ValueTask NoteUseAsync(AccessKey key, CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        if (now - _noted.GetOrAdd(key.Id, key.DtLastUsed ?? Instant.MinValue) < BetweenNotes)
            return;
        _noted[key.Id] = now;
        try
        {
            await WriteUseAsync(key, now, cancellationToken);
        }
        catch (StoreOutageException)
        {
            // The key is valid nevertheless. Its use is recorded a minute later.
        }
    }

    private Task WriteUseAsync(AccessKey key, Instant now, CancellationToken cancellationToken) =>
        resources.ChangeAsync(
            AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            if (await change.Related.FindAsync<AccessKey>(key.Id) is { } current)
                await change.WriteWithoutEventAsync(
                    AccessKeyResource.Definition, current, current with { DtLastUsed = now });
            return true;
        });
}

/// <summary>Notified when requests with an incorrect secret for a key start to be throttled.</summary>
/// <param name="accessKeyId">The public part of the key.</param>
/// <param name="count">Their number.</param>
public delegate void SecretsRefused(string accessKeyId, int count);
