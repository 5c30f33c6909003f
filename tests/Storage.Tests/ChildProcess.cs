using System.Diagnostics;

namespace Tallystick.Storage.Tests;

/// <summary>This executable started again, to be killed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    internal ChildProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments.Prepend(typeof(ChildProcess).Assembly.Location))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
    }

    internal int Id => _process.Id;

    /// <summary>The next line that the child writes; null when it has ended.</summary>
    internal ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        _process.StandardOutput.ReadLineAsync(cancellationToken);

    /// <summary>Kills the child as <c>kill -9</c> does, and waits until it is gone.</summary>
    internal async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
