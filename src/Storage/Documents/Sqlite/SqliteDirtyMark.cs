using Microsoft.Data.Sqlite;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>
/// A mark in the database file that says that its latest changes are in the write-ahead file. It is set before the
/// first change and cleared at a clean shutdown, after the engine has moved all changes into the database file. A
/// marked file without a write-ahead file has lost changes.
/// </summary>
/// <param name="writer">The connection for writing.</param>
internal sealed class SqliteDirtyMark(SqlRunner writer)
{
    private bool _isSet;

    /// <summary>Path of the write-ahead file of a database.</summary>
    internal static string LogOf(string path) => path + "-wal";

    /// <summary>Whether the database has the mark.</summary>
    internal static async Task<bool> IsSetAsync(SqlRunner runner, CancellationToken cancellationToken) =>
        (await runner.ReadAsync(
            new SqlText().Append("PRAGMA user_version"), row => row.GetInt64(0), cancellationToken))[0] != 0;

    /// <summary>Sets the mark, outside of a transaction, unless it is known to be in the database file.</summary>
    internal async ValueTask SetAsync()
    {
        if (_isSet)
            return;
        await writer.ExecuteAsync("PRAGMA user_version = 1", CancellationToken.None);
        var (pages, moved) = (await writer.ReadAsync(
            new SqlText().Append("PRAGMA wal_checkpoint(PASSIVE)"),
            row => (row.GetInt64(1), row.GetInt64(2)), CancellationToken.None))[0];
        // A reader may prevent the move; the next change retries.
        _isSet = pages == moved;
    }

    /// <summary>Clears the mark.</summary>
    /// <returns>False if it could not be cleared; then the write-ahead file must stay.</returns>
    internal async ValueTask<bool> TryClearAsync()
    {
        try
        {
            if (await IsSetAsync(writer, CancellationToken.None))
                await writer.ExecuteAsync("PRAGMA user_version = 0", CancellationToken.None);
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }
}
