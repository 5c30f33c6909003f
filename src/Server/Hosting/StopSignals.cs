using System.Runtime.InteropServices;

namespace Tallystick.Server.Hosting;

/// <summary>
/// Handles stop signals during the start. Before the host exists, the process exits immediately, as if killed but with
/// exit code 0; every start can recover from that.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private IHostApplicationLifetime? _host;

    internal StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
    ];

    /// <summary>From now on, a signal stops the host, which also aborts its start.</summary>
    internal void HandTo(IHostApplicationLifetime host) => Volatile.Write(ref _host, host);

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Volatile.Read(ref _host) is { } host)
            host.StopApplication();
        else
            Environment.Exit(0);
    }
}
