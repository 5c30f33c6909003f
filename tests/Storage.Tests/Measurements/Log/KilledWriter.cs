using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Storage.Tests.Measurements.Log;

/// <summary>A process that appends from many sides, tells what was answered for, and gets killed.</summary>
internal static class KilledWriter
{
    internal const string Command = "append-until-killed";

    private const int Senders = 8;

    /// <summary>Small files, so that the kill also meets rotation.</summary>
    internal static LogOptions Options { get; } = new() { FileBytes = 50_000 };

    /// <param name="directory">That of the log.</param>
    /// <param name="first">Numbers of records begin here.</param>
    internal static async Task<int> RunAsync(string directory, long first)
    {
        await using var log = FileMeasurementLog.Open(directory, Options);
        var next = first;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                await log.AppendAsync(number, Random.Shared.Next(8, 6000));
                // In one write each, ended by a mark: a line cut by the kill is none.
                await Console.Out.WriteLineAsync($"{number}.");
            }
        })));
        return 1;
    }
}
