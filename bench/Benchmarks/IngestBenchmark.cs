using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Serving;
using Tallystick.Testing;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>
/// How fast measurements are taken in, beside the same server that keeps nothing, the disk alone, and PostgreSQL.
/// </summary>
internal sealed class IngestBenchmark(
    Options options, ServingProcess keeping, ServingProcess discarding, PostgresCluster cluster)
{
    private const int LoneRounds = 5;

    private static readonly string[] Columns =
    [
        "batch", "connections", "repeated", "measurements/s", "p50 ms", "p99 ms", "processors of the server",
        "of the generator", "peak MB", "log B", "DuckDB B", "caught up s", "(a)/s", "of (a)", "(c)/s", "times (c)",
    ];

    private readonly ServerRun _keeping = new(keeping);
    private readonly ServerRun _discarding = new(discarding);
    private ulong _runs;

    /// <summary>Starts what is compared, runs everything and writes the report.</summary>
    internal static async Task RunAsync(Options options)
    {
        Begin("Ingest", $"bench/ingest {options.Text}".TrimEnd(), options.IsQuick);
        Tell("starting the servers");
        using var keeping = await ServingProcess.StartAsync(isDiscarding: false);
        using var discarding = await ServingProcess.StartAsync(isDiscarding: true);
        using var cluster = await PostgresSender.StartClusterAsync();
        var benchmark = new IngestBenchmark(options, keeping, discarding, cluster);
        await benchmark.RunAsync();
    }

    private async Task RunAsync()
    {
        Write("""
            The server keeps 10,000 accounts and a meter of two measures and a dimension; timestamps lie within the last
            30 days. Beside it, one after another on the same machine: (a) the same server, which parses and then
            discards; (b) the disk alone; (c) PostgreSQL: binary COPY into a staging table and INSERT ... ON CONFLICT
            DO NOTHING, synchronous_commit on. Each time the load generator shares the processors. After every run of
            the server, accepted = stored + duplicate and stored = distinct uids sent were checked.

            """);
        await _keeping.CreateAccountsAsync();
        // First, while there is nothing to be sorted in the background that would also use the disk.
        await keeping.AskAsync("sort");
        await SendLoneAsync();
        await _keeping.WarmUpAsync(options.IsQuick ? 2 : 10, isChecked: true);
        await keeping.AskAsync("sort");
        await _discarding.WarmUpAsync(options.IsQuick ? 2 : 10, isChecked: false);
        await new SustainedLoad(options, _discarding).RunAsync(RunPostgresAsync);
        await TabulateAsync();
        await new AccountEdits(options, keeping, _keeping).RunAsync();
        await new DerivedLoad(options, keeping, _keeping).RunAsync();
        if (options.Uids > 0)
            await LiveUids.RunAsync(options.Uids);
    }

    private async Task SendLoneAsync()
    {
        Tell("lone measurements");
        var shape = new Shape(1, 1, 0);
        var extent = new Extent(options.Seconds / (double)LoneRounds);
        List<double> kept = [], least = [], parsed = [], flushed = [];
        // In turns, since the disk is not equally quick at all times.
        for (var round = 0; round < LoneRounds; round++)
        {
            var figures = await _keeping.RunAndCheckAsync(shape, extent);
            kept.Add(figures.Load.MedianMs);
            var groups = await keeping.ReadGroupsAsync(figures.LogStart);
            least.Add(_discarding.SendAndFlush(shape, extent, groups[0]));
            flushed.Add(RawDisk.Write(groups, extent.Seconds).MedianMs);
            parsed.Add((await _discarding.RunAsync(shape, extent)).Load.MedianMs);
        }
        var (answer, floor) = (Median(kept), Median(least));
        var ratio = answer / floor;
        Write($"""
            ## Lone: batches of 1 over 1 connection, {LoneRounds} rounds in turns

            The floor is the same request to the server that keeps nothing, followed by one write and fdatasync of the
            bytes by the sender, before its next request. Each by itself: {Median(parsed):F3} ms and, back to back,
            {Median(flushed):F3} ms; a disk that rests in between answers more slowly.

            | p50 of the answer | p50 of the floor | ratio | target | met |
            | --- | --- | --- | --- | --- |
            """);
        Row($"{answer:F3} ms", $"{floor:F3} ms", $"{ratio:F2}", "≤ 1.5", Verdict(ratio <= 1.5));
        Write("");
    }

    private async Task TabulateAsync()
    {
        Write($"""
            ## Shapes of load, {options.Seconds} s each

            In between, the server sorts closed days and PostgreSQL's table is dropped, so that none of what they would
            do in the background disturbs the others.

            """);
        Row(Columns);
        Row([.. Columns.Select(_ => "---")]);
        foreach (var shape in Shapes())
        {
            Tell($"{shape}");
            var extent = new Extent(options.Seconds);
            var kept = await _keeping.RunAndCheckAsync(shape, extent);
            await keeping.AskAsync("sort");
            var parsed = (await _discarding.RunAsync(shape, extent)).Load;
            var postgres = await RunPostgresAsync(shape, extent);
            Row(
            [
                Count(shape.Batch), $"{shape.Connections}", $"{shape.RepeatedPercent} %",
                Count(kept.Load.Rate), .. kept.Cells, Count(kept.LogBytes),
                // Where nearly everything is repeated there is nothing to divide by.
                shape.RepeatedPercent == 100 ? "" : Count(kept.StoreBytes), Short(kept.CatchUpSeconds),
                Count(parsed.Rate), $"{kept.Load.Rate / parsed.Rate:P0}",
                Count(postgres.Rate), Short(kept.Load.Rate / postgres.Rate),
            ]);
        }
        Write("");
    }

    private IEnumerable<Shape> Shapes()
    {
        int[] batches = options.IsQuick ? [1, 1000] : [1, 100, 1000];
        int[] connections = options.IsQuick ? [32] : [1, 8, 32, 64];
        int[] repeated = options.IsFull ? [0, 10, 100] : [0];
        var pairs = from batch in batches
                    from count in connections
                    from share in repeated
                    select new Shape(batch, count, share);
        return options.IsFull ? pairs : pairs.Append(new Shape(1000, 32, 10)).Append(new Shape(1000, 32, 100));
    }

    private async Task<LoadResult> RunPostgresAsync(Shape shape, Extent extent)
    {
        var database = await PostgresSender.CreateDatabaseAsync(cluster);
        var workload = Workload.OfLastDays(++_runs);
        var load = LoadGenerator.Run(
            shape, extent, connection => new PostgresSender(database, workload, connection));
        // What it would do in the background must not disturb what runs next.
        await cluster.DropDatabaseAsync(database);
        return load;
    }
}
