using Tallystick.Benchmarks.Serving;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>
/// How much memory the server needs while so many uids are live, and how long it takes to start with them; on a server
/// of its own, so that there are as many as asked for, whatever the rates before were.
/// </summary>
internal static class LiveUids
{
    // What there is a target for: the memory of the server, and the index with its restart.
    private const long OfServer = 50_000_000;
    private const long OfIndex = 100_000_000;

    private static readonly string[] Columns =
    [
        "live uids", "their index MB", "measurements/s", "p50 ms", "p99 ms", "processors of the server",
        "of the generator", "peak MB", "caught up s",
    ];

    /// <summary>Fills a server, restarts it and writes the part of the report.</summary>
    internal static async Task RunAsync(long uids)
    {
        Write("""

            ## Memory with live uids

            While the last fifth of them came, after closed days had been sorted.

            """);
        Row(Columns);
        Row([.. Columns.Select(_ => "---")]);
        using var server = await ServingProcess.StartAsync(isDiscarding: false);
        var run = new ServerRun(server);
        await run.CreateAccountsAsync();
        long[] counts = uids > OfServer ? [OfServer, uids] : [uids];
        List<string> verdicts = [];
        foreach (var count in counts)
        {
            Tell($"filling a new server with {Count(count)} uids");
            var held = (await server.ReadOutcomeAsync()).Stored;
            await run.FillAsync((count / 5 * 4) - held);
            await server.AskAsync("sort");
            var figures = await run.FillAsync(count / 5);
            var live = (await server.ReadOutcomeAsync()).Stored;
            var index = await server.ReadUidMegabytesAsync();
            Row([Count(live), Count(index), Count(figures.Load.Rate), .. figures.Cells, Short(figures.CatchUpSeconds)]);
            if (count is >= OfServer and < OfIndex)
                verdicts.Add($"less than 1,536 MB with 50 million: {Verdict(figures.PeakMegabytes < 1536)}");
            if (count >= OfIndex)
                verdicts.Add($"an index of at most 2,048 MB with 100 million: {Verdict(index <= 2048)}");
        }
        Tell("restarting");
        var restored = await server.RestartAsync();
        if (counts[^1] >= OfIndex)
            verdicts.Add($"restored in less than 60 s with 100 million: {Verdict(restored < 60)}");
        Write($"\nAfter a restart their index was restored from the store in {Short(restored)} s.");
        if (verdicts.Count > 0)
            Write($"\nTargets: {string.Join("; ", verdicts)}.");
    }
}
