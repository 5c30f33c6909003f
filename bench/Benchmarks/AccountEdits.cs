using System.Diagnostics;
using Tallystick.Benchmarks.Config;
using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Serving;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>How fast measurements are taken in and loaded while somebody edits accounts of the organization.</summary>
internal sealed class AccountEdits(Options options, ServingProcess server, ServerRun run)
{
    private const int PerSecond = 50;
    private const int MaxRounds = 3;

    private static readonly string[] Columns =
    [
        "round", "edits/s", "measurements/s", "p50 ms", "p99 ms", "processors of the server", "of the generator",
        "peak MB", "caught up s", "edit p50 ms", "of the rate without",
    ];

    /// <summary>Runs with and without edits in turns, and writes the part of the report.</summary>
    public async Task RunAsync()
    {
        Write($"""
            ## {PerSecond} account edits a second: batches of 1,000 over 32 connections, {options.Seconds} s each

            In turns with the same load alone.

            """);
        Row(Columns);
        Row([.. Columns.Select(_ => "---")]);
        for (var round = 1; round <= (options.IsQuick ? 1 : MaxRounds); round++)
        {
            Tell("account edits");
            var (alone, _) = await MeasureAsync(isEditing: false);
            var (edited, edits) = await MeasureAsync(isEditing: true);
            WriteRow(round, alone, [], alone);
            WriteRow(round, edited, edits, alone);
        }
        Write("");
    }

    private static void WriteRow(int round, ServerFigures figures, List<double> edits, ServerFigures alone) => Row(
    [
        $"{round}", Short(edits.Count / figures.Load.Seconds), Count(figures.Load.Rate), .. figures.Cells,
        Short(figures.CatchUpSeconds), edits.Count == 0 ? "" : Short(Median(edits)),
        $"{figures.Load.Rate / alone.Load.Rate:P0}",
    ]);

    private async Task<(ServerFigures Figures, List<double> Edits)> MeasureAsync(bool isEditing)
    {
        using var stop = new CancellationTokenSource();
        var editing = isEditing ? Task.Run(() => Edit(stop.Token)) : Task.FromResult<List<double>>([]);
        var figures = await run.RunAndCheckAsync(Shape.Sustained, new Extent(options.Seconds));
        await stop.CancelAsync();
        var edits = await editing;
        await server.AskAsync("sort");
        return (figures, edits);
    }

    // Milliseconds of each edit. One that is late does not make the next ones come faster.
    private List<double> Edit(CancellationToken stop)
    {
        using var sender = new AccountRequests(server, AccountOperation.Update);
        List<double> times = [];
        while (!stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(1.0 / PerSecond)))
        {
            var begun = Stopwatch.GetTimestamp();
            sender.Send(0, []);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        return times;
    }
}
