using System.Collections.Concurrent;

namespace Tallystick.Server.Permissions;

/// <summary>
/// Lets changes of who may do what in one organization happen one after the other. Access keys are kept apart from
/// their organization, so that a transaction of the store alone would not order a change of a key and one of a policy.
/// </summary>
internal sealed class AccessTurns
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn; disposing of the answer ends it.</summary>
    internal async ValueTask<IDisposable> TakeAsync(string organizationId, CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(organizationId, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken);
        return new Taken(turn);
    }

    private sealed class Taken(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
