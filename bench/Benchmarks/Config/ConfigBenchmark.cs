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
    private static readonly int[] Connections = [1, 8];

    private int Accounts => options.IsQuick ? 5_000 : 100_000;

    private Extent Extent => new(options.Seconds);

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
            Accounts over HTTP, {options.Seconds} s each, durable before the answer, with the event that tells of each
            change. Beside them, bare ADO.NET: prepared statements that write the same document and an event of its
            size in one transaction, or read the same rows; on SQLite with WAL and synchronous = FULL, one change at a
            time, on PostgreSQL with synchronous_commit on. And a request that is authenticated and asks for nothing.
            Each time the load generator shares the processors.
            Targets: creates and updates at least {WriteTarget:P0} of bare ADO.NET, reads {ReadTarget:P0} of the empty
            request.

            """);
        Row(
            "engine", "operation", "connections", "requests/s", "p50 ms", "p99 ms", "bare ADO.NET/s", "of it",
            "empty request/s", "of it", "target met");
        Row([.. Enumerable.Repeat("---", 11)]);
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

    // Writes the rows of an engine, and returns the row on its pages.
    private async Task<string[]> MeasureAsync(string engine, string? postgres, Func<DbConnection> open, Lock? turn)
    {
        Tell($"{engine}: starting");
        using var server = await ServingProcess.StartAsync(isDiscarding: false, postgres);
        using (var connection = open())
            BareAccounts.CreateTables(connection);
        var document = AccountRequests.Document(server);
        var created = Run(8, new Extent(double.PositiveInfinity, Accounts), server, AccountOperation.Create);
        foreach (var connections in Connections)
        {
            var nothing = Run(connections, Extent, server, AccountOperation.Nothing).Rate;
            foreach (var operation in Enum.GetValues<AccountOperation>().Except([AccountOperation.Nothing]))
            {
                Tell($"{engine}: {operation}, {connections}");
                var ours = Run(connections, Extent, server, operation);
                var bare = LoadGenerator.Run(
                    new Shape(1, connections, 0), Extent,
                    _ => new BareAccounts(operation, document, open(), turn)).Rate;
                Row(
                    engine, $"{operation}".ToLowerInvariant(), $"{connections}", Count(ours.Rate),
                    Short(ours.MedianMs), Short(ours.SlowMs), Count(bare), $"{ours.Rate / bare:P0}", Count(nothing),
                    $"{ours.Rate / nothing:P0}", VerdictOf(operation, ours.Rate / bare, ours.Rate / nothing));
            }
        }
        Tell($"{engine}: pages");
        var times = TimePages(server);
        var (first, last) = (Median(times[..(times.Count / 10)]), Median(times[(times.Count * 9 / 10)..]));
        return [engine, Count(created.Rate), Short(first), Short(last), Short(last / first)];
    }

    private static LoadResult Run(int connections, Extent extent, ServingProcess server, AccountOperation operation) =>
        LoadGenerator.Run(new Shape(1, connections, 0), extent, _ => new AccountRequests(server, operation));

    private static string VerdictOf(AccountOperation operation, double ofBare, double ofNothing) => operation switch
    {
        AccountOperation.Create or AccountOperation.Update => Verdict(ofBare >= WriteTarget),
        AccountOperation.Read => Verdict(ofNothing >= ReadTarget),
        _ => "",
    };

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
