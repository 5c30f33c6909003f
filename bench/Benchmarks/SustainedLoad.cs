using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Serving;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>
/// What the server sustains, beside the same server that keeps nothing, the disk alone, and PostgreSQL. In rounds, each
/// on a server of its own, since the machine is not equally quick at all times.
/// </summary>
internal sealed class SustainedLoad(Options options, ServerRun discarding)
{
    private const int MaxRounds = 3;

    private readonly Extent _extent = new(options.SustainedSeconds);

    /// <summary>Runs everything and writes the part of the report.</summary>
    /// <param name="runPostgres">Sends the same to PostgreSQL.</param>
    public async Task RunAsync(Func<Shape, Extent, Task<LoadResult>> runPostgres)
    {
        List<Round> rounds = [];
        var count = options.IsQuick ? 1 : MaxRounds;
        while (rounds.Count < count)
            rounds.Add(await RunRoundAsync());
        Tell("sustained: PostgreSQL");
        var postgres = await runPostgres(Shape.Sustained, _extent);
        var median = rounds.OrderBy(round => round.Share).ElementAt(count / 2);
        var disk = RawDisk.Write(median.Groups, _extent.Seconds);
        WriteRounds(rounds);
        WriteVerdicts(rounds, median, postgres, disk.BytesPerSecond);
    }

    private async Task<Round> RunRoundAsync()
    {
        // Before and after, since the machine may change its speed meanwhile; sorting would slow it.
        var beside = new Extent(options.SustainedSeconds / 3.0);
        using var server = await ServingProcess.StartAsync(isDiscarding: false);
        var run = new ServerRun(server);
        await run.CreateAccountsAsync();
        await run.WarmUpAsync(options.IsQuick ? 2 : 10, isChecked: true);
        await server.AskAsync("sort");
        Tell("sustained: parsing only");
        var before = await discarding.RunAsync(Shape.Sustained, beside);
        Tell("sustained: server");
        var kept = await run.RunAndCheckAsync(Shape.Sustained, _extent);
        await server.AskAsync("sort");
        Tell("sustained: parsing only");
        var after = await discarding.RunAsync(Shape.Sustained, beside);
        return new Round(before, kept, after, await server.ReadGroupsAsync(kept.LogStart));
    }

    private void WriteRounds(List<Round> rounds)
    {
        Write($"""
            ## Sustained: batches of 1,000 over 32 connections for {_extent.Seconds} s, loading included

            | round | | measurements/s | p50 ms | p99 ms | processors of the server | of the generator | peak MB |
            | --- | --- | --- | --- | --- | --- | --- | --- |
            """);
        foreach (var (index, round) in rounds.Index())
        {
            Row([$"{index + 1}", "(a) parsing only, before", Count(round.Before.Load.Rate), .. round.Before.Cells]);
            Row([$"{index + 1}", "**Tallystick**", Count(round.Kept.Load.Rate), .. round.Kept.Cells]);
            Row([$"{index + 1}", "(a) parsing only, after", Count(round.After.Load.Rate), .. round.After.Cells]);
        }
    }

    private static void WriteVerdicts(List<Round> rounds, Round median, LoadResult postgres, double diskBytes)
    {
        var kept = median.Kept;
        var ofPostgres = Median(rounds.Select(round => round.Kept.Load.Rate)) / postgres.Rate;
        var caughtUp = rounds.Max(round => round.Kept.CatchUpSeconds);
        var shares = string.Join(", ", rounds.Select(round => $"{round.Share:P0}"));
        var ofDisk = diskBytes / kept.LogBytes;
        Write($"""

            | | measured | target | met |
            | --- | --- | --- | --- |
            | share of (a) | {shares}; median {median.Share:P0} | ≥ 40 %, aim 60 % | {Verdict(median.Share >= 0.4)} |
            | times (c), median | {ofPostgres:F1} | ≥ 6 | {Verdict(ofPostgres >= 6)} |
            | caught up after, at most | {caughtUp:F1} s | ≤ 5 s | {Verdict(caughtUp <= 5)} |

            (b) The disk alone, by write and fdatasync of the log's groups, would take {Count(ofDisk)} measurements/s.
            (c) PostgreSQL took {Count(postgres.Rate)} a second; its answers came in {Short(postgres.MedianMs)} ms (p50)
            and {Short(postgres.SlowMs)} ms (p99).

            The log takes {kept.LogBytes:F0} bytes a measurement, DuckDB {kept.StoreBytes:F0}; the log was written in
            {Count(median.Groups.Count)} groups of {Count(median.Groups.Average() / 1024)} KB on average.

            What limits the rate, in the median round: of {Environment.ProcessorCount} processors the server kept
            {kept.ServerCores:F2} busy, the generator {kept.GeneratorCores:F2} and other programs {kept.OtherCores:F2};
            the disk alone would take {ofDisk / kept.Load.Rate:F1} times as many measurements.

            """);
    }

    private sealed record Round(
        ServerFigures Before, ServerFigures Kept, ServerFigures After, IReadOnlyList<int> Groups)
    {
        /// <summary>Its rate as a share of that of parsing only.</summary>
        public double Share => Kept.Load.Rate / ((Before.Load.Rate + After.Load.Rate) / 2);
    }
}
