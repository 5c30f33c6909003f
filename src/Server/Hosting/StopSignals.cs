using System.Runtime.InteropServices;

namespace Tallystick.Server.Hosting;

/// <summary>
/// Hears that the process is told to stop while it starts. Until there is a host, nothing can be stopped in the midst:
/// the process ends as by a kill, which every start must bear, but says that all is well.
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

    /// <summary>From now on the host stops, which ends its start.</summary>
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
