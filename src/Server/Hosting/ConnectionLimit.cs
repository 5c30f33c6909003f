using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Hosting;

/// <summary>
/// Limits the number of open connections per source and in total, across all addresses that the server listens on. A
/// connection beyond a limit is closed before anything is read from it. A connection that sends nothing in time is
/// closed as well.
/// </summary>
internal sealed class ConnectionLimit(RequestLimits limits, TimeProvider time, ILogger<ConnectionLimit> logger)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly int _perSource = limits.ConnectionsPerSource == 0
        ? limits.Connections
        : Math.Min(limits.ConnectionsPerSource, limits.Connections);

    // Sources without open connections are removed, so the size is at most the number of open connections.
    private readonly Dictionary<string, int> _bySource = new(StringComparer.Ordinal);
    private int _open;
    private long _refusedBySource;
    private long _refusedByTotal;
    private long _notLogged;
    private long? _loggedAt;

    /// <summary>Open connections.</summary>
    internal int Open => Volatile.Read(ref _open);

    /// <summary>Connections refused because their source had too many.</summary>
    internal long RefusedBySource => Volatile.Read(ref _refusedBySource);

    /// <summary>Connections refused because there were too many in total.</summary>
    internal long RefusedByTotal => Volatile.Read(ref _refusedByTotal);

    /// <summary>Sources that have open connections.</summary>
    internal int Sources
    {
        get
        {
            lock (_gate)
                return _bySource.Count;
        }
    }

    /// <summary>The connection middleware.</summary>
    internal ConnectionDelegate Guard(ConnectionDelegate next) => connection => ServeAsync(connection, next);

    /// <summary>Counts a connection unless it is beyond a limit. <see cref="Leave"/> must follow.</summary>
    /// <param name="address">Address of the client; null if it has none, as with a Unix socket.</param>
    internal bool TryEnter(IPAddress? address)
    {
        var source = RequestSource.Of(address);
        lock (_gate)
        {
            if (_open >= limits.Connections)
            {
                _refusedByTotal++;
                return false;
            }
            var ofSource = _bySource.GetValueOrDefault(source);
            if (address is not null && ofSource >= _perSource)
            {
                _refusedBySource++;
                return false;
            }
            _bySource[source] = ofSource + 1;
            _open++;
            return true;
        }
    }

    /// <summary>Releases a connection counted by <see cref="TryEnter"/>.</summary>
    internal void Leave(IPAddress? address)
    {
        var source = RequestSource.Of(address);
        lock (_gate)
        {
            _open--;
            if (--_bySource[source] == 0)
                _bySource.Remove(source);
        }
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (!TryEnter(address))
        {
            LogRefusal(address);
            // The server closes the connection when this method returns.
            return;
        }
        try
        {
            if (await HasBegunAsync(connection))
                await next(connection);
        }
        finally
        {
            Leave(address);
        }
    }

    /// <summary>
    /// Waits for the first bytes without consuming them. Without this, the web server would apply the longer keep-alive
    /// timeout to a new connection.
    /// </summary>
    private async Task<bool> HasBegunAsync(ConnectionContext connection)
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping ?? CancellationToken.None);
        limit.CancelAfter(limits.HeaderTime);
        try
        {
            var input = connection.Transport.Input;
            var read = await input.ReadAsync(limit.Token);
            var hasBytes = !read.Buffer.IsEmpty;
            input.AdvanceTo(read.Buffer.Start);
            return hasBytes;
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    // Logging each refusal would let anybody fill the log.
    private void LogRefusal(IPAddress? address)
    {
        long count;
        lock (_gate)
        {
            _notLogged++;
            if (_loggedAt is { } last && time.GetElapsedTime(last) < LogInterval)
                return;
            _loggedAt = time.GetTimestamp();
            (count, _notLogged) = (_notLogged, 0);
        }
        Log.ConnectionsRefused(logger, count, address, _perSource, limits.Connections);
    }
}
