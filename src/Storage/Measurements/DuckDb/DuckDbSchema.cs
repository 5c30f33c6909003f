using DuckDB.NET.Data;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The tables of the store. Besides these there is one table <c>usage_N</c> per meter, N being the meter's key, with
/// the columns of <see cref="UsageColumns"/> and one column <c>cN</c> per line of <c>fields</c>: no text of a user's
/// is ever a name in the database.
/// </summary>
internal static class DuckDbSchema
{
    // A uid that is no UUID stands in a column of its own. Instants are nanoseconds since 1970; the sequence is the
    // position in the log, unique and in the order of receipt.
    private static readonly (string Name, string Type, string Compression)[] Usage =
    [
        ("uuid", "UUID", "uncompressed"), ("account", "INTEGER", "bitpacking"), ("ts", "BIGINT", "bitpacking"),
        ("received_at", "BIGINT", "rle"), ("sequence", "BIGINT", "bitpacking"),
    ];

    /// <summary>Columns that every usage table has.</summary>
    public static readonly string UsageColumns =
        string.Join(", ", Usage.Select(column => $"{column.Name} {column.Type}"));

    /// <summary>
    /// The same where measurements are loaded. How they are compressed is told, since to try every way, as the engine
    /// does else, costs more than to write; sorted parts are written once and for long, and try.
    /// </summary>
    public static readonly string LoadedColumns = string.Join(
        ", ", Usage.Select(column => $"{column.Name} {Compressed(column.Type, column.Compression)}"));

    /// <summary>The names of <see cref="UsageColumns"/>.</summary>
    public static readonly string[] UsageColumnNames = [.. Usage.Select(column => column.Name)];

    private const int Version = 4;

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
        // Each load adds rows: the tally is their sum. The meter is -1 where no meter has the code.
        """
        CREATE TABLE tallies (
            organization INTEGER, meter INTEGER, code VARCHAR, day INTEGER, accepted BIGINT, stored BIGINT,
            duplicate BIGINT, failed BIGINT)
        """,
        """
        CREATE TABLE failures (
            organization INTEGER, sequence BIGINT, type INTEGER, detail VARCHAR, received_at BIGINT, account INTEGER)
        """,
    ];

    /// <summary>Type of a column that is compressed in one way.</summary>
    public static string Compressed(string type, string compression) => $"{type} USING COMPRESSION {compression}";

    /// <summary>Creates the tables of a new file.</summary>
    /// <exception cref="StoreUnavailableException">A newer program wrote the file.</exception>
    public static void Prepare(DuckDBConnection connection)
    {
        using var tables = connection.Command("SELECT table_name FROM duckdb_tables() WHERE table_name = 'state'");
        if (tables.ExecuteScalar() is null)
        {
            using var transaction = connection.BeginTransaction();
            foreach (var table in Tables)
                connection.Execute(table);
            connection.Execute("INSERT INTO state VALUES ($1, 0)", Version);
            transaction.Commit();
        }
        using var state = connection.Command("SELECT version FROM state");
        if (state.ExecuteScalar() is not Version)
        {
            throw new StoreUnavailableException(
                $"The measurement store was written by another version of the program; this one reads {Version}.");
        }
    }
}
