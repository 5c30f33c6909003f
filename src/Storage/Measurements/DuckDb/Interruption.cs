using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Interrupts a connection once a token is cancelled, and repeats it until disposed: a read runs several statements,
/// and an interruption between two of them would be lost.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly DuckDBConnection _connection;
    private readonly Lock _lock = new();
    private readonly CancellationTokenRegistration _registration;
    private Timer? _timer;
    private bool _isDisposed;

    /// <summary>Watches the token.</summary>
    public Interruption(DuckDBConnection connection, CancellationToken cancellationToken)
    {
        _connection = connection;
        _registration = cancellationToken.Register(Begin);
    }

    /// <summary>Stops interrupting the connection.</summary>
    public void Dispose()
    {
        _registration.Dispose();
        lock (_lock)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private void Begin()
    {
        lock (_lock)
        {
            if (!_isDisposed)
                _timer = new Timer(_ => Interrupt(), null, TimeSpan.Zero, Pause);
        }
    }

    private void Interrupt()
    {
        lock (_lock)
        {
            if (!_isDisposed)
                NativeMethods.Startup.DuckDBInterrupt(_connection.NativeConnection);
        }
    }
}
