using System.Globalization;
using DuckDB.NET.Data;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Detects a truncated file. The engine opens such a file without error and fails only when it reads what is missing.
/// </summary>
internal static class TruncationCheck
{
    // The headers before the first block.
    private const int HeaderBytes = 3 * 4096;

    private const int TablesAtOnce = 100;

    /// <summary>Checks that no used block lies beyond the end of the file.</summary>
    /// <exception cref="StoreUnavailableException">A used block lies beyond the end of the file.</exception>
    public static void Require(DuckDBConnection connection, string path)
    {
        using var command = connection.Command("SELECT block_size, total_blocks FROM pragma_database_size()");
        var (blockBytes, blocks) = command.Read(row => (row.GetInt64(0), row.GetInt64(1)))[0];
        var bytes = new FileInfo(path).Length;
        var whole = (bytes - HeaderBytes) / blockBytes;
        // The engine returns free blocks at the end of the file to the system but still counts them.
        if (whole >= blocks || LastUsed(connection) is not { } last || last < whole)
            return;
        throw new StoreUnavailableException(string.Create(
            CultureInfo.InvariantCulture,
            $"The measurement store {path} is truncated: it has {bytes} bytes, expected at least "
            + $"{HeaderBytes + (last + 1) * blockBytes}. Restore the data directory from a backup. If the measurement "
            + $"log is complete, move {path} and {path}.wal away instead: the store is then rebuilt."));
    }

    private static long? LastUsed(DuckDBConnection connection)
    {
        using var tables = connection.Command("SELECT table_name FROM duckdb_tables()");
        // Table names contain only our own words and numbers, never text from users.
        return tables.Read(row => row.GetString(0)).Chunk(TablesAtOnce)
            .Select(names => string.Join(" UNION ALL ", names.Select(
                name => $"SELECT block_id FROM pragma_storage_info('{name}') WHERE persistent")))
            .Prepend("SELECT block_id FROM pragma_metadata_info()")
            .Select(blocks => Greatest(connection, blocks))
            .Max();
    }

    private static long? Greatest(DuckDBConnection connection, string blocks)
    {
        using var command = connection.Command($"SELECT max(block_id) FROM ({blocks})");
        return command.ExecuteScalar() is long greatest ? greatest : null;
    }
}
