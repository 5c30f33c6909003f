using System.Diagnostics;
using System.Globalization;

namespace Tallystick.Storage.Tests;

/// <summary>This executable started again, to be killed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    internal ChildProcess(params string[] arguments)
        : this(new ProcessStartInfo("dotnet", arguments.Prepend(typeof(ChildProcess).Assembly.Location)))
    {
    }

    private ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
    }

    /// <summary>A child whose writes fail where a file would exceed a size, as those of a limited user do.</summary>
    internal static ChildProcess WithFilesOfAtMost(int kibibytes, params string[] arguments)
    {
        // The signal is ignored, so that the write fails instead.
        var script = string.Create(
            CultureInfo.InvariantCulture, $"trap '' XFSZ; ulimit -f {kibibytes}; exec dotnet \"$@\"");
        var start = new ProcessStartInfo(
            "bash", ["-c", script, "bash", typeof(ChildProcess).Assembly.Location, .. arguments]);
        // The runtime's own memory file would be larger.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return new ChildProcess(start);
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
