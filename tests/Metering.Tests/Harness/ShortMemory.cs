using DuckDB.NET.Data;

namespace Tallystick.Metering.Tests.Harness;

/// <summary>Makes memory short in the engine of a store that is open.</summary>
internal static class ShortMemory
{
    private const int Block = 256;

    /// <summary>
    /// Leaves the engine at most one block more than it uses at the moment, until its file is opened anew: a connection
    /// of this process shares the engine with the store.
    /// </summary>
    public static async Task BeginAsync(string path)
    {
        await using var connection = new DuckDBConnection($"Data Source={path}");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        for (var kilobytes = Block; ; kilobytes += Block)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SET memory_limit = '{kilobytes}KB'";
            try
            {
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
                return;
            }
            catch (DuckDBException)
            {
                // So much is in use.
            }
        }
    }
}
