using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Serving;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>How fast measurements are taken in and loaded when two derived fields are computed for each.</summary>
internal sealed class DerivedLoad(Options options, ServingProcess server, ServerRun run)
{
    private const double Target = 0.7;
    private const int MaxRounds = 3;

    private static readonly (string Category, string Code, string Calculation)[] Fields =
    [
        ("MEASURE", "kilobytes", "Math.ceil(bytes / 1024, 2)"),
        ("MEASURE", "cost", "tokens * (tokens > 1000 ? 0.0008 : 0.001) + kilobytes * 0.02"),
    ];

    private static readonly string[] Columns =
    [
        "round", "derived fields", "measurements/s", "p50 ms", "p99 ms", "processors of the server", "of the generator",
        "peak MB", "caught up s", "of the rate without",
    ];

    /// <summary>Runs with and without derived fields in turns, and writes the part of the report.</summary>
    public async Task RunAsync()
    {
        Write($"""
            ## Two derived fields: batches of 1,000 over 32 connections, {options.Seconds} s each

            In turns with the same load without them:
            {string.Join("; ", Fields.Select(field => $"`{field.Calculation}`"))}.

            """);
        Row(Columns);
        Row([.. Columns.Select(_ => "---")]);
        List<double> shares = [];
        for (var round = 1; round <= (options.IsQuick ? 1 : MaxRounds); round++)
        {
            Tell("derived fields");
            var without = await MeasureAsync();
            var with = await MeasureAsync(Fields);
            // What waits in the log when the senders end was accepted and not loaded, so the time counts to its end.
            shares.Add(RateOf(with) / RateOf(without));
            WriteRow(round, 0, without, 1);
            WriteRow(round, Fields.Length, with, shares[^1]);
        }
        Write("");
        Row("", "measured", "target", "met");
        Row("---", "---", "---", "---");
        Row("share, median", $"{Median(shares):P0}", $"≥ {Target:P0}", Verdict(Median(shares) >= Target));
        Write("");
    }

    private static double RateOf(ServerFigures figures) =>
        figures.Load.Rate * figures.Load.Seconds / (figures.Load.Seconds + figures.CatchUpSeconds);

    private static void WriteRow(int round, int fields, ServerFigures figures, double share) => Row(
    [
        $"{round}", $"{fields}", Count(figures.Load.Rate), .. figures.Cells, Short(figures.CatchUpSeconds),
        $"{share:P0}",
    ]);

    private async Task<ServerFigures> MeasureAsync(params (string Category, string Code, string Calculation)[] fields)
    {
        await Setup.DeriveAsync(server, fields);
        var figures = await run.RunAndCheckAsync(Shape.Sustained, new Extent(options.Seconds));
        await server.AskAsync("sort");
        return figures;
    }
}
