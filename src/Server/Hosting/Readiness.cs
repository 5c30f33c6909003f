using Tallystick.Access.Organizations;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Hosting;

/// <summary>
/// Whether the server has started and can reach its database. The database is probed at most once per second;
/// concurrent callers share a probe.
/// </summary>
internal sealed class Readiness(IDocumentStore store, TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxProbe = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Task _probe = Task.CompletedTask;
    private long? _probed;
    private volatile bool _hasStarted;

    /// <summary>Whether the first credentials exist and the managed policies are those of this version.</summary>
    internal bool HasStarted => _hasStarted;

    /// <summary>Records that the start is complete.</summary>
    internal void Start() => _hasStarted = true;

    /// <summary>Whether the database responds within two seconds.</summary>
    internal async Task<bool> IsDatabaseReachedAsync()
    {
        try
        {
            await Probe().WaitAsync(MaxProbe, time);
            return true;
        }
        catch (Exception failure) when (failure is StoreOutageException or TimeoutException or ObjectDisposedException)
        {
            return false;
        }
    }

    // All callers wait for a probe in progress, so that a probe that hangs is not started again.
    private Task Probe()
    {
        lock (_gate)
        {
            if (!_probe.IsCompleted || (_probed is { } probed && time.GetElapsedTime(probed) < GoodFor))
                return _probe;
            _probed = time.GetTimestamp();
            // List queries are never answered from the cache.
            return _probe = Task.Run(() => Organizations.IdsAsync(AllKinds.Catalog, store, CancellationToken.None));
        }
    }
}
