using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Serving;
using Tallystick.Testing;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks.Config;

/// <summary>
/// How fast configuration is written and read over HTTP, on both engines, beside bare ADO.NET on the same engine and
/// beside a request that asks for nothing.
/// </summary>
internal sealed class ConfigBenchmark(Options options, PostgresCluster cluster)
{
    private const double WriteTarget = 0.7;
    private const double ReadTarget = 0.6;
    private const int PageRows = 100;
    private const int Rounds = 5;
    private static readonly int[] Connections = [1, 8];

    private int Accounts => options.IsQuick ? 5_000 : 100_000;

    private Extent Extent => new(options.Seconds / 4.0);

    /// <summary>Runs everything and writes the report.</summary>
    internal static async Task RunAsync(Options options)
    {
        Begin("Configuration", $"bench/config {options.Text}".TrimEnd(), options.IsQuick);
        using var cluster = await PostgresSender.StartClusterAsync();
        await new ConfigBenchmark(options, cluster).RunAsync();
    }

    private async Task RunAsync()
    {
        Write($"""
            Accounts over HTTP, durable before the answer, with the event that tells of each change; medians of
            {Rounds} rounds of {Extent.Seconds} s, in turns with what they are compared with. Beside them, bare ADO.NET:
            prepared statements that write the same document and an event of its size in one transaction, or read the
            same rows; on SQLite with WAL and synchronous = FULL, one change at a time, on PostgreSQL with
            synchronous_commit on. And a request that is authenticated and asks for nothing. Each time the load
            generator shares the processors. PostgreSQL was vacuumed once its accounts were made.
            One connection shows how long a change takes. There the bare loop flushes back to back, which a disk and a
            processor answer faster than after a pause; beside it is the floor of a lone request: the empty request
            and then the bare change by its sender, in turns.
            Targets: creates and updates at least {WriteTarget:P0} of bare ADO.NET over as many connections, reads
            {ReadTarget:P0} of the empty request.

            """);
        Row(
            "engine", "operation", "connections", "requests/s", "p50 ms", "p99 ms", "bare ADO.NET/s", "of it",
            "floor/s", "of it", "empty request/s", "of it", "target met");
        Row([.. Enumerable.Repeat("---", 13)]);
        using var file = new TemporaryDirectory();
        var sqlite = $"{new SqliteConnectionStringBuilder { DataSource = file.File("bare.db"), Pooling = false }}";
        var onSqlite = await MeasureAsync("SQLite", null, () => OpenSqlite(sqlite), new Lock());
        var (product, bare) = (await cluster.CreateDatabaseAsync(), await cluster.CreateDatabaseAsync());
        var onPostgres = await MeasureAsync("PostgreSQL", product, () => OpenPostgres(bare), turn: null);
        Write($"""

            ## Listing {Count(Accounts)} accounts, {PageRows} a page, from first to last

            | engine | created at /s | first tenth of the pages, median ms | last tenth, median ms | ratio |
            | --- | --- | --- | --- | --- |
            """);
        Row(onSqlite);
        Row(onPostgres);
    }

    private static DbConnection OpenSqlite(string database)
    {
        var connection = new SqliteConnection(database);
        connection.Open();
        using var settings = connection.CreateCommand();
        settings.CommandText = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
        settings.ExecuteNonQuery();
        return connection;
    }

    private static DbConnection OpenPostgres(string database)
    {
        var connection = new NpgsqlConnection(database);
        connection.Open();
        return connection;
    }

    // So many new rows would be vacuumed in the background, while others are measured.
    private static void Settle(string database)
    {
        using var connection = OpenPostgres(database);
        foreach (var statement in new[] { "VACUUM ANALYZE", "CHECKPOINT" })
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    // Writes the rows of an engine, and returns the row on its pages.
    private async Task<string[]> MeasureAsync(string engine, string? postgres, Func<DbConnection> open, Lock? turn)
    {
        Tell($"{engine}: starting");
        using var server = await ServingProcess.StartAsync(isDiscarding: false, postgres);
        using (var connection = open())
            BareAccounts.CreateTables(connection);
        var document = AccountRequests.Document(server);
        var created = Run(8, new Extent(double.PositiveInfinity, Accounts), server, AccountOperation.Create);
        if (postgres is not null)
            Settle(postgres);
        foreach (var connections in Connections)
        {
            foreach (var operation in Enum.GetValues<AccountOperation>().Except([AccountOperation.Nothing]))
            {
                Tell($"{engine}: {operation}, {connections}");
                var isLone = connections == 1 && IsChange(operation);
                BareAccounts Bare() => new(operation, document, open(), turn);
                var (ours, bare, floor, nothing) = (Runs(), Runs(), Runs(), Runs());
                for (var round = 0; round < Rounds; round++)
                {
                    nothing.Add(Run(connections, Extent, server, AccountOperation.Nothing));
                    ours.Add(Run(connections, Extent, server, operation));
                    bare.Add(Run(connections, Bare));
                    if (isLone)
                        floor.Add(Run(1, () => new InTurns(new(server, AccountOperation.Nothing), Bare())));
                }
                var (rate, ofNothing, ofBare) = (Rate(ours), Rate(ours) / Rate(nothing), Rate(ours) / Rate(bare));
                var ofFloor = isLone ? rate / Rate(floor) : (double?)null;
                var isMet = IsChange(operation) ? ofBare >= WriteTarget : ofNothing >= ReadTarget;
                Row(
                    engine, $"{operation}".ToLowerInvariant(), $"{connections}", Count(rate),
                    Short(Median(ours.Select(run => run.MedianMs))), Short(Median(ours.Select(run => run.SlowMs))),
                    Count(Rate(bare)), $"{ofBare:P0}", isLone ? Count(Rate(floor)) : "", $"{ofFloor:P0}",
                    Count(Rate(nothing)), $"{ofNothing:P0}",
                    operation == AccountOperation.List ? "" : Verdict(isMet));
            }
        }
        Tell($"{engine}: pages");
        var times = TimePages(server);
        var (first, last) = (Median(times[..(times.Count / 10)]), Median(times[(times.Count * 9 / 10)..]));
        return [engine, Count(created.Rate), Short(first), Short(last), Short(last / first)];
    }

    private static LoadResult Run(int connections, Extent extent, ServingProcess server, AccountOperation operation) =>
        LoadGenerator.Run(new Shape(1, connections, 0), extent, _ => new AccountRequests(server, operation));

    private LoadResult Run(int connections, Func<IBatchSender> sender) =>
        LoadGenerator.Run(new Shape(1, connections, 0), Extent, _ => sender());

    private static List<LoadResult> Runs() => [];

    private static double Rate(List<LoadResult> runs) => Median(runs.Select(run => run.Rate));

    private static bool IsChange(AccountOperation operation) =>
        operation is AccountOperation.Create or AccountOperation.Update;

    /// <summary>Sends with one and then with the other, as one request.</summary>
    private sealed class InTurns(AccountRequests first, BareAccounts second) : IBatchSender
    {
        public void Send(int template, long[] numbers)
        {
            first.Send(template, numbers);
            second.Send(template, numbers);
        }

        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }

    private static List<double> TimePages(ServingProcess server)
    {
        using var requests = new AccountRequests(server, AccountOperation.List);
        var times = new List<double>();
        string? token = null;
        do
        {
            var began = Stopwatch.GetTimestamp();
            token = requests.ReadPage(token);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        while (token is not null);
        return times;
    }
}
