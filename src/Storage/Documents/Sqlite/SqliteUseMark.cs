using Microsoft.Data.Sqlite;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>
/// Says in the database file itself that the latest changes stand in its write-ahead file. It is set before the first
/// change and taken away at a clean end, when the engine has moved all changes into the database file. A file that has
/// the mark and no write-ahead file beside it has lost changes.
/// </summary>
/// <param name="writer">The connection for writing.</param>
internal sealed class SqliteUseMark(SqlRunner writer)
{
    private bool _isSet;

    /// <summary>Path of the write-ahead file of a database.</summary>
    internal static string LogOf(string path) => path + "-wal";

    /// <summary>Whether the database has the mark.</summary>
    internal static async Task<bool> IsSetAsync(SqlRunner runner, CancellationToken cancellationToken) =>
        (await runner.ReadAsync(
            new SqlText().Append("PRAGMA user_version"), row => row.GetInt64(0), cancellationToken))[0] != 0;

    /// <summary>Sets it, outside of a transaction, unless it is known to stand in the database file.</summary>
    internal async ValueTask SetAsync()
    {
        if (_isSet)
            return;
        await writer.ExecuteAsync("PRAGMA user_version = 1", CancellationToken.None);
        var (pages, moved) = (await writer.ReadAsync(
            new SqlText().Append("PRAGMA wal_checkpoint(PASSIVE)"),
            row => (row.GetInt64(1), row.GetInt64(2)), CancellationToken.None))[0];
        // A reader may keep it from being moved; the next change tries again.
        _isSet = pages == moved;
    }

    /// <summary>Takes it away.</summary>
    /// <returns>False when it could not be; then the write-ahead file must stay.</returns>
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
