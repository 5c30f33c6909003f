using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Serving;
using Tallystick.Testing;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>How fast usage is read, beside PostgreSQL with an index that fits.</summary>
internal sealed class QueryBenchmark(Options options, PostgresCluster cluster)
{
    private const long TargetSize = 100_000_000;
    private const double OneTargetMs = 10;
    private const double AllTargetMs = 400;
    private const double GroupsTargetMs = 3000;
    private const string Size = "bytes >= 500000 ? 'large' : 'small'";
    private static readonly Shape Filling = new(1000, 8, 0);
    private readonly List<string[]> _groups = [];
    private readonly LocalDate _month = SystemClock.Instance.GetCurrentInstant().InUtc().Date
        .With(DateAdjusters.StartOfMonth).PlusMonths(-1);

    private string From => $"{_month:uuuu-MM-dd}T00:00:00Z";

    private string To => $"{_month.PlusMonths(1):uuuu-MM-dd}T00:00:00Z";

    private Workload Month =>
        new(1, _month, _month.Calendar.GetDaysInMonth(_month.Year, _month.Month));

    /// <summary>Runs everything and writes the report.</summary>
    internal static async Task RunAsync(Options options)
    {
        Begin("Queries", $"bench/query {options.Text}".TrimEnd(), options.IsQuick);
        using var cluster = await PostgresSender.StartClusterAsync();
        await new QueryBenchmark(options, cluster).RunAsync();
    }

    private async Task RunAsync()
    {
        long[] sizes = options switch
        {
            { IsQuick: true } => [200_000],
            { IsFull: true } => [1_000_000, 10_000_000, TargetSize],
            _ => [1_000_000, 10_000_000],
        };
        Write($"""
            Sums of a measure over one month, in which all measurements of 10,000 accounts lie; they came over the API
            in batches of 1,000. Medians, after the server had sorted the closed days. PostgreSQL has the index
            (account, ts) INCLUDE (value), is vacuumed, and queries in parallel on its defaults; it was filled by COPY.
            In process: as a bill is made. HTTP: `POST /usage/query`, grouped by account.
            Targets at 100 million measurements, in process: {OneTargetMs} ms and {AllTargetMs} ms.

            """);
        Row(
            "measurements", "filled at /s", "sorted in s", "DuckDB B each", "one account, in process ms", "HTTP ms",
            "PostgreSQL ms", "all accounts, in process ms", "HTTP ms", "PostgreSQL ms", "targets at 100 million met");
        Row([.. Enumerable.Repeat("---", 11)]);
        foreach (var size in sizes)
            Row([.. await MeasureServerAsync(size)]);
        Write($"""

            ## By two dimensions and day

            The same measurements, summed by `model` (40 values), `size` (derived: `{Size}`) and day by
            `POST /usage/query`; beside it the same GROUP BY in plain DuckDB over a table of as many rows, with as many
            threads, in one process with nothing else.
            Target at 100 million measurements: {GroupsTargetMs} ms.

            """);
        Row("measurements", "HTTP ms", "plain DuckDB ms", "of it", "target at 100 million met");
        Row([.. Enumerable.Repeat("---", 5)]);
        foreach (var row in _groups)
            Row(row);
    }

    private async Task<IEnumerable<string>> MeasureServerAsync(long size)
    {
        var (runs, fewRuns) = options.IsQuick ? (21, 5) : (201, 15);
        using var server = await ServingProcess.StartAsync(isDiscarding: false);
        await Setup.DeriveAsync(server, ("WHAT", "size", Size));
        Tell($"filling the server with {Count(size)}");
        var figures = await new ServerRun(server).RunAndCheckAsync(
            Filling, new Extent(double.PositiveInfinity, size), Month);
        Tell("sorting");
        var began = Stopwatch.GetTimestamp();
        await server.AskAsync("sort");
        var sorted = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var counted = await server.AskAsync($"count {server.OrganizationId} {From} {To}");
        if (counted != $"{figures.Load.Distinct}")
            throw new InvalidOperationException($"{counted} measurements instead of {figures.Load.Distinct}");
        Tell("asking the server");
        var one = await ReadAsync(server, "one", runs);
        var all = await ReadAsync(server, "all", fewRuns);
        var (oneHttp, allHttp) = await TimeHttpAsync(server, runs, fewRuns);
        await MeasureGroupsAsync(server, size, fewRuns);
        var (onePostgres, allPostgres) = await MeasurePostgresAsync(size, runs, fewRuns);
        return
        [
            Count(figures.Load.Distinct), Count(figures.Load.Rate), Short(sorted),
            Count(server.StoreBytes / (double)figures.Load.Distinct), Short(one), oneHttp, Short(onePostgres),
            Short(all), allHttp, Short(allPostgres),
            size < TargetSize ? "" : Verdict(one < OneTargetMs && all < AllTargetMs),
        ];
    }

    private async Task MeasureGroupsAsync(ServingProcess server, long size, int runs)
    {
        var meter = (await server.AskAsync($"ids {server.OrganizationId}")).Split(' ')[0];
        var ours = await TimeAsync(server, runs, _ => ByDimensionsAndDay(meter));
        Tell($"filling plain DuckDB with {Count(size)}");
        using var plain = PlainDuckDb.Fill(size, _month);
        var theirs = plain.TimeGroups(runs);
        _groups.Add(
        [
            Count(size), Short(ours), Short(theirs), $"{ours / theirs:P0}",
            size < TargetSize ? "" : Verdict(ours <= GroupsTargetMs),
        ]);
    }

    private async Task<double> ReadAsync(ServingProcess server, string accounts, int runs) => double.Parse(
        await server.AskAsync($"read {server.OrganizationId} {accounts} {From} {To} {runs}"),
        CultureInfo.InvariantCulture);

    private async Task<(string One, string All)> TimeHttpAsync(ServingProcess server, int runs, int fewRuns)
    {
        var ids = (await server.AskAsync($"ids {server.OrganizationId}")).Split(' ');
        var accounts = ids[1..];
        return (
            Short(await TimeAsync(server, runs, run => Question(ids[0], accounts[run * 37 % accounts.Length]))),
            Short(await TimeAsync(server, fewRuns, _ => Question(ids[0]))));
    }

    private static async Task<double> TimeAsync(ServingProcess server, int runs, Func<int, JsonObject> question)
    {
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var began = Stopwatch.GetTimestamp();
            if (await server.PostAsync("usage/query", question(run)) is null)
                throw new InvalidOperationException("The server does not answer usage queries.");
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return Median(times);
    }

    private JsonObject Question(string meter, params string[] accounts) => new()
    {
        ["startDate"] = From,
        ["endDate"] = To,
        ["meterIds"] = new JsonArray(meter),
        ["accountIds"] = new JsonArray([.. accounts.Select(account => JsonValue.Create(account))]),
        ["aggregations"] = new JsonArray(new JsonObject
        {
            ["meterId"] = meter,
            ["fieldCode"] = "tokens",
            ["fieldType"] = "MEASURE",
            ["function"] = "SUM",
        }),
        ["groups"] = new JsonArray(new JsonObject { ["groupType"] = "ACCOUNT" }),
    };

    private JsonObject ByDimensionsAndDay(string meter)
    {
        var question = Question(meter);
        question["groups"] = new JsonArray(
            Dimension("model"), Dimension("size"),
            new JsonObject { ["groupType"] = "TIME", ["frequency"] = "DAY" });
        return question;

        JsonObject Dimension(string code) =>
            new() { ["groupType"] = "DIMENSION", ["meterId"] = meter, ["fieldCode"] = code };
    }

    private async Task<(double One, double All)> MeasurePostgresAsync(long size, int runs, int fewRuns)
    {
        Tell($"filling PostgreSQL with {Count(size)}");
        var database = await PostgresSender.CreateDatabaseAsync(cluster, key: "");
        LoadGenerator.Run(
            Filling, new Extent(double.PositiveInfinity, size),
            connection => new PostgresCopier(database, Month, connection));
        await using var table = await PostgresTable.IndexAsync(database, From, To);
        Tell("asking PostgreSQL");
        // There it takes half a minute each time.
        return (await table.TimeOneAsync(runs), await table.TimeAllAsync(size < TargetSize ? fewRuns : 3));
    }
}
