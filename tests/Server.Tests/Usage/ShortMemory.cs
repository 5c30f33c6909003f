using DuckDB.NET.Data;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Makes memory short in the measurement store of a server of this process, which shares the engine.</summary>
/// <param name="dataPath">The server's data directory.</param>
internal sealed class ShortMemory(string dataPath)
{
    private const int Step = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Leaves the engine next to nothing beyond what it uses at the moment, until <see cref="EndAsync"/> or until a
    /// load has opened its file anew.
    /// </summary>
    internal async Task BeginAsync()
    {
        await using var connection = await ConnectAsync();
        for (var kilobytes = Step; !await TrySetAsync(connection, kilobytes); kilobytes += Step)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Gives the engine its memory back, with retries: where next to nothing is left, the statement that raises the
    /// limit can itself lack memory until another thread has released some.
    /// </summary>
    internal async Task EndAsync()
    {
        await using var connection = await ConnectAsync();
        while (!await TrySetAsync(connection, 320_000))
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
    }

    private async Task<DuckDBConnection> ConnectAsync()
    {
        var connection = new DuckDBConnection($"Data Source={Path.Combine(dataPath, "measurements.duckdb")}");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task<bool> TrySetAsync(DuckDBConnection connection, int kilobytes)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SET memory_limit = '{kilobytes}KB'";
        try
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            return true;
        }
        catch (DuckDBException)
        {
            // So much is in use.
            return false;
        }
    }
}
