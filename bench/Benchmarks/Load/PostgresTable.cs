using System.Diagnostics;
using Npgsql;

namespace Tallystick.Benchmarks.Load;

/// <summary>The questions of the benchmark, asked of PostgreSQL with the index that fits them.</summary>
/// <param name="connection">Where it is.</param>
/// <param name="month">The month asked for, as a condition.</param>
internal sealed class PostgresTable(NpgsqlConnection connection, string month) : IAsyncDisposable
{
    /// <summary>Indexes the table that was filled.</summary>
    public static async Task<PostgresTable> IndexAsync(string database, string from, string to)
    {
        var connection = new NpgsqlConnection(database + ";Command Timeout=0");
        await connection.OpenAsync();
        var table = new PostgresTable(connection, $"ts >= '{from}' AND ts < '{to}'");
        await table.RunAsync("CREATE INDEX ON measurement (account, ts) INCLUDE (tokens)");
        await table.RunAsync("VACUUM ANALYZE measurement");
        return table;
    }

    /// <summary>The median time of the sum of one account, in milliseconds; another account each time.</summary>
    public Task<double> TimeOneAsync(int runs) => TimeAsync(
        runs,
        run => $"SELECT sum(tokens) FROM measurement WHERE account = {run * 37 % Workload.Accounts} AND {month}");

    /// <summary>The median time of the sums of all accounts, in milliseconds.</summary>
    public Task<double> TimeAllAsync(int runs) => TimeAsync(
        runs, _ => $"SELECT account, sum(tokens) FROM measurement WHERE {month} GROUP BY account");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<double> TimeAsync(int runs, Func<int, string> question)
    {
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var began = Stopwatch.GetTimestamp();
            await RunAsync(question(run));
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }

    private async Task RunAsync(string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
        }
    }
}
