using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Checks changes of permissions. Changes of one organization run sequentially: access keys are not stored under their
/// organization, so transactions alone would not order a change of a key and a change of a policy.
/// </summary>
public sealed class AccessRules : IAccessRules
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask<IDisposable> TakeTurnAsync(string organizationId, CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(organizationId, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    /// <inheritdoc/>
    public IAccessWatch Watch(
        Func<string, IResourceReader> readerOf, string organizationId, string principal, Instant now) =>
        new AccessGuard(
            readerOf(organizationId), readerOf(AccessKeyResource.Installation), organizationId, principal, now);

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
