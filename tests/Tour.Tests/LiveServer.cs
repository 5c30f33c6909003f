using System.Diagnostics;
using Tallystick.Testing;

namespace Tallystick.Tour.Tests;

/// <summary>The built server as its user starts it: a process of its own with a new data directory.</summary>
internal sealed class LiveServer : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly Process _process;

    internal LiveServer()
    {
        var server = Path.Combine(AppContext.BaseDirectory, "Tallystick.Server.dll");
        var start = new ProcessStartInfo("dotnet", [server, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _data.Path,
        };
        start.Environment["TALLYSTICK_DATA"] = _data.Path;
        _process = Process.Start(start)!;
        while (Environment.Count < 4)
        {
            var line = _process.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException("The server did not start.");
            if (line.StartsWith("export ", StringComparison.Ordinal) && line[7..].Split('=', 2) is [var name, var value])
                Environment[name] = value;
        }
    }

    /// <summary>What the server prints for its user to copy.</summary>
    internal Dictionary<string, string> Environment { get; } = [];

    /// <summary>Runs a program as the user would, with what the server printed in its environment.</summary>
    /// <returns>What it printed.</returns>
    internal string Run(string program, string[] arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _data.Path,
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        using var process = StartOrExplain(start);
        var faults = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program}: {faults.Result}");
        return output;
    }

    /// <summary>A file in a directory that is removed with the server.</summary>
    internal string Write(string name, string text)
    {
        File.WriteAllText(_data.File(name), text);
        return _data.File(name);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _data.Dispose();
    }

    private static Process StartOrExplain(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"{start.FileName} is not installed; ./test installs it.", missing);
        }
    }
}
