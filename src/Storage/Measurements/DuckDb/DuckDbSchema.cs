using DuckDB.NET.Data;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The tables of the store. In addition, each large meter has a table <c>usage_N</c>, where N is the key of the meter,
/// with the columns of <see cref="UsageColumns"/> and one column <c>cN</c> per row of <c>fields</c>: text from users
/// never becomes a name in the database. Small meters share a table (<see cref="SharedTable"/>).
/// </summary>
internal static class DuckDbSchema
{
    // A uid that is not a UUID is stored in a separate column. Instants are nanoseconds since 1970. The sequence is the
    // position in the log: unique and in the order of receipt.
    private static readonly (string Name, string Type, string Compression)[] Usage =
    [
        ("uuid", "UUID", "uncompressed"), ("account", "INTEGER", "bitpacking"), ("ts", "BIGINT", "bitpacking"),
        ("received_at", "BIGINT", "rle"), ("sequence", "BIGINT", "bitpacking"),
    ];

    /// <summary>Columns that every usage table has.</summary>
    public static readonly string UsageColumns =
        string.Join(", ", Usage.Select(column => $"{column.Name} {column.Type}"));

    /// <summary>
    /// The same columns in the tables that loads write to. Their compression is fixed, because trying every method, as
    /// the engine does by default, costs more than writing. Sorted parts are written once and kept for long, so there
    /// the engine tries.
    /// </summary>
    public static readonly string LoadedColumns = string.Join(
        ", ", Usage.Select(column => $"{column.Name} {Compressed(column.Type, column.Compression)}"));

    public static readonly string[] UsageColumnNames = [.. Usage.Select(column => column.Name)];

    /// <summary>Columns of the shared table before those of its fields.</summary>
    public static readonly string SharedColumns = $"meter {Compressed("INTEGER", "bitpacking")}, {LoadedColumns}";

    /// <summary>Columns of the table of failures.</summary>
    public const string FailureColumns =
        "organization INTEGER, sequence BIGINT, type INTEGER, detail VARCHAR, received_at BIGINT, account INTEGER";

    /// <summary>
    /// Columns of the table of voided rows: a row of any meter, with the values of its fields in the form of
    /// <see cref="OverflowColumn"/>, and the id of the request that voided it.
    /// </summary>
    public const string VoidedColumns =
        "meter INTEGER, uuid UUID, uid VARCHAR, account INTEGER, ts BIGINT, ets BIGINT, received_at BIGINT, "
        + "sequence BIGINT, removal VARCHAR, fields VARCHAR";

    // The oldest layout that can be upgraded. New files start with it and run the same steps.
    private const int FirstVersion = 4;

    private static readonly string[] Tables =
    [
        "CREATE TABLE state (version INTEGER, position BIGINT)",
        "CREATE TABLE organizations (key INTEGER, id VARCHAR)",
        "CREATE TABLE meters (key INTEGER, organization INTEGER, id VARCHAR)",
        "CREATE TABLE accounts (key INTEGER, organization INTEGER, id VARCHAR)",
        """
        CREATE TABLE parts (
            meter INTEGER, month INTEGER, number INTEGER, columns INTEGER, sorted BIGINT, rows BIGINT)
        """,
        "CREATE TABLE fields (meter INTEGER, number INTEGER, code VARCHAR, kind INTEGER)",
        // Each load adds rows; the tally is their sum. The meter is -1 if no meter has the code.
        """
        CREATE TABLE tallies (
            organization INTEGER, meter INTEGER, code VARCHAR, day INTEGER, accepted BIGINT, stored BIGINT,
            duplicate BIGINT, failed BIGINT)
        """,
        $"CREATE TABLE failures ({FailureColumns})",
    ];

    // Step n upgrades version FirstVersion + n by one. A released step never changes.
    private static readonly string[][] Steps =
    [
        [
            // At most one row: the installation that the file belongs to.
            "CREATE TABLE installation (id VARCHAR)",
            // Meters with a table of their own, and how many of the meter's field columns, counted from the first, it
            // has.
            "CREATE TABLE own_tables (meter INTEGER, columns INTEGER)",
            """
            INSERT INTO own_tables
            SELECT m.key, count(f.number) FROM meters m LEFT JOIN fields f ON f.meter = m.key GROUP BY m.key
            """,
            $"CREATE TABLE {SharedTable.Name} ({SharedColumns})",
        ],
        // No change of tables, but fields may have a column kind that older versions do not know; see OverflowColumn.
        [],
        [
            "ALTER TABLE tallies ADD COLUMN voided BIGINT DEFAULT 0",
            "ALTER TABLE tallies ADD COLUMN erased BIGINT DEFAULT 0",
            // Requests to void or erase that were handled, so that repeating one changes nothing.
            """
            CREATE TABLE removals (
                organization INTEGER, id VARCHAR, is_done BOOLEAN, removed BIGINT, not_found VARCHAR[])
            """,
            $"CREATE TABLE voided ({VoidedColumns})",
            // Positions of erased measurements that the log still has: their uids stay used.
            "CREATE TABLE erased (organization INTEGER, sequence BIGINT, received_at BIGINT)",
            // Tables that still contain the bytes of erased rows; see StoredRewrites.
            "CREATE TABLE rewrites (name VARCHAR, before BIGINT)",
        ],
    ];

    private static int CurrentVersion => FirstVersion + Steps.Length;

    /// <summary>SQL type of a column with a fixed compression.</summary>
    public static string Compressed(string type, string compression) => $"{type} USING COMPRESSION {compression}";

    /// <summary>Creates the tables of a new file and upgrades those of an older version.</summary>
    /// <exception cref="StoreUnavailableException">The file has a version that cannot be read.</exception>
    public static void Prepare(DuckDBConnection connection)
    {
        if (FindVersion(connection) is not { } version)
        {
            Commit(connection, [.. Tables, $"INSERT INTO state VALUES ({FirstVersion}, 0)"]);
            version = FirstVersion;
        }
        // A step and its version number are committed together, so an interrupted upgrade resumes at the next start.
        for (; version < CurrentVersion; version++)
            Commit(connection, [.. Steps[version - FirstVersion], $"UPDATE state SET version = {version + 1}"]);
    }

    /// <summary>The version of a file; null if nothing was ever stored in it.</summary>
    /// <exception cref="StoreUnavailableException">This program cannot read the version.</exception>
    public static int? FindVersion(DuckDBConnection connection)
    {
        if (!HasTable(connection, "state"))
            return null;
        using var state = connection.Command("SELECT version FROM state");
        var version = state.ExecuteScalar() is int found ? found : 0;
        if (version > CurrentVersion)
        {
            throw new StoreUnavailableException(
                $"The measurement store was written by a newer version of Tallystick (layout {version}; this version "
                + $"reads up to {CurrentVersion}). Start that version, or restore a backup made before the upgrade.");
        }
        if (version < FirstVersion)
        {
            throw new StoreUnavailableException(
                $"The measurement store has layout {version}; this version upgrades layouts from {FirstVersion} on.");
        }
        return version;
    }

    /// <summary>Whether the file has a table; files of older versions lack some tables.</summary>
    public static bool HasTable(DuckDBConnection connection, string name)
    {
        using var tables = connection.Command($"SELECT table_name FROM duckdb_tables() WHERE table_name = '{name}'");
        return tables.ExecuteScalar() is not null;
    }

    private static void Commit(DuckDBConnection connection, string[] statements)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var statement in statements)
            connection.Execute(statement);
        transaction.Commit();
    }
}
