using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Removes the bytes of erased rows from the file. The engine only marks deleted rows and keeps their bytes, so each
/// table that had such rows is copied without them and dropped (sorted parts: by sorting them again). The blocks of
/// dropped tables are free but keep their content until they are overwritten, which is done last.
/// </summary>
/// <param name="engine">
/// The engine. Nothing else writes meanwhile, because loads must not write to a table that is being replaced.
/// </param>
internal sealed class StoredRewrites(Engine engine)
{
    /// <summary>The table of voided rows.</summary>
    public const string Voided = "voided";

    /// <summary>The table of failures.</summary>
    public const string Failures = "failures";

    private const string FreeBlocks = "free";
    private const string Copy = "rewritten";
    private const string Filler = "filler_";
    private const long FilledAtOnce = 256 * 1024 * 1024;

    private readonly DuckDBConnection _connection = engine.Writer;

    /// <summary>Requests that a table be rewritten, in the transaction that deletes rows of it.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="before">
    /// Wait until the table has no rows before this position in the log: then only rows of open days must be copied.
    /// </param>
    public static void Add(DuckDBConnection connection, string table, long before = 0)
    {
        connection.Execute("DELETE FROM rewrites WHERE name = $1", table);
        connection.Execute("INSERT INTO rewrites VALUES ($1, $2)", table, before);
    }

    /// <summary>Requests that the free blocks be overwritten, once all tables have been rewritten.</summary>
    public static void AddFreeBlocks(DuckDBConnection connection) => Add(connection, FreeBlocks);

    /// <summary>Whether anything was requested.</summary>
    public static bool Any(DuckDBConnection connection)
    {
        using var command = connection.Command("SELECT count(*) FROM rewrites");
        return command.Read(row => row.GetInt64(0))[0] > 0;
    }

    /// <summary>Takes the next step.</summary>
    /// <returns>False if there is nothing to do at the moment.</returns>
    public bool TakeStep()
    {
        using var command = _connection.Command(
            "SELECT name, before FROM rewrites ORDER BY name = $1, name", FreeBlocks);
        var requested = command.Read(row => (Name: row.GetString(0), Before: row.GetInt64(1)));
        foreach (var (name, before) in requested)
        {
            if (name == FreeBlocks || HasRowsBefore(name, before))
                continue;
            Rewrite(name);
            return true;
        }
        // A copy of the file that is being made relies on the blocks that were in use when it began.
        if (requested is not [(FreeBlocks, var left)] || engine.IsHeld)
            return false;
        OverwriteFreeBlocks(left);
        return true;
    }

    private bool HasRowsBefore(string table, long before)
    {
        if (before == 0)
            return false;
        using var command = _connection.Command(FormattableString.Invariant(
            $"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE sequence < {before} LIMIT 1)"));
        return command.Read(row => row.GetInt64(0))[0] > 0;
    }

    private void Rewrite(string table)
    {
        using var transaction = _connection.BeginTransaction();
        _connection.Execute($"CREATE TABLE {Copy} ({ColumnsOf(table)})");
        _connection.Execute($"INSERT INTO {Copy} BY NAME SELECT * FROM {table}");
        _connection.Execute($"DROP TABLE {table}");
        _connection.Execute($"ALTER TABLE {Copy} RENAME TO {table}");
        _connection.Execute("DELETE FROM rewrites WHERE name = $1", table);
        engine.Commits.Commit(transaction);
    }

    private string ColumnsOf(string table) => table switch
    {
        Voided => DuckDbSchema.VoidedColumns,
        Failures => DuckDbSchema.FailureColumns,
        SharedTable.Name => DuckDbSchema.SharedColumns
            + LoadedFields(engine.Keys.Columns.GetValueOrDefault(SharedTable.Key, []), isPresent: null),
        _ => OwnColumns(table),
    };

    private string OwnColumns(string table)
    {
        var (meter, count) = engine.Keys.Own.Single(own => KeyMaps.Table(own.Key) == table);
        var fields = engine.Keys.Columns.GetValueOrDefault(meter, [])[..count];
        return DuckDbSchema.LoadedColumns + LoadedFields(fields, OverflowColumn.Present(fields));
    }

    private static string LoadedFields(FieldColumn[] fields, int[]? isPresent) => string.Concat(
        (isPresent ?? [.. Enumerable.Range(0, fields.Length)]).Select(number =>
            $", {KeyMaps.ColumnName(number)} {fields[number].Kind.LoadedSqlType()}"));

    // Blocks are free only after a checkpoint. The engine then writes over their content if tables take as many blocks;
    // they are dropped together at the end. The number of bytes still to overwrite is kept as the position.
    private void OverwriteFreeBlocks(long left)
    {
        if (left == 0)
        {
            _connection.Execute("CHECKPOINT");
            left = FreeBytes();
        }
        using (var transaction = _connection.BeginTransaction())
        {
            var bytes = Math.Min(left, FilledAtOnce);
            // Hashes cannot be compressed.
            _connection.Execute(FormattableString.Invariant(
                $"""
                CREATE OR REPLACE TABLE {Filler}{left} AS
                SELECT hash(i) AS h FROM range({bytes / sizeof(ulong) + 1}) t(i)
                """));
            left -= bytes;
            Add(_connection, FreeBlocks, left);
            engine.Commits.Commit(transaction);
        }
        if (left == 0)
            End();
    }

    private void End()
    {
        // Writes the rest of the last table.
        _connection.Execute("CHECKPOINT");
        using (var transaction = _connection.BeginTransaction())
        {
            using var fillers = _connection.Command(
                $"SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, '{Filler}')");
            foreach (var filler in fillers.Read(row => row.GetString(0)))
                _connection.Execute($"DROP TABLE {filler}");
            _connection.Execute("DELETE FROM rewrites WHERE name = $1", FreeBlocks);
            engine.Commits.Commit(transaction);
        }
        _connection.Execute("CHECKPOINT");
    }

    private long FreeBytes()
    {
        using var command = _connection.Command(
            "SELECT max(free_blocks * block_size)::BIGINT FROM pragma_database_size()");
        return command.Read(row => row.GetInt64(0))[0];
    }
}
