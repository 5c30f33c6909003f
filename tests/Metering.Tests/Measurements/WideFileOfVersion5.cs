using System.Globalization;
using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>
/// A measurement file as version 5 of its layout had it, written by the statements of that version: each field of a
/// meter had a column, however many there were.
/// </summary>
internal static class WideFileOfVersion5
{
    private const string Usage = "uuid UUID, account INTEGER, ts BIGINT, received_at BIGINT, sequence BIGINT";
    private const int TextKind = 0;

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
        """
        CREATE TABLE tallies (
            organization INTEGER, meter INTEGER, code VARCHAR, day INTEGER, accepted BIGINT, stored BIGINT,
            duplicate BIGINT, failed BIGINT)
        """,
        """
        CREATE TABLE failures (
            organization INTEGER, sequence BIGINT, type INTEGER, detail VARCHAR, received_at BIGINT, account INTEGER)
        """,
        "CREATE TABLE installation (id VARCHAR)",
        "CREATE TABLE own_tables (meter INTEGER, columns INTEGER)",
        $"CREATE TABLE usage_shared (meter INTEGER, {Usage})",
        $"INSERT INTO organizations VALUES (0, '{Make.Organization}')",
        "INSERT INTO meters VALUES (0, 0, 'meter-m')",
        "INSERT INTO accounts VALUES (0, 0, 'id-of-acme')",
    ];

    /// <summary>Columns that the fields of so many rows had.</summary>
    internal static int ColumnsOf(int rows) => Shared.Length + rows * 3;

    // The field that all rows have, in each tier.
    private static (string Code, int Kind)[] Shared => [("all", 1), ("all", 2), ("all", 3), ("all", 6)];

    /// <summary>
    /// Writes rows that have fields of their own: a number, a text and an empty text. Half of them are in a sorted
    /// part.
    /// </summary>
    internal static void Write(string path, int rows, Func<int, decimal> number, Func<int, string> text)
    {
        using var file = Open(path);
        foreach (var statement in Tables)
            Execute(file, statement);
        (string Code, int Kind)[] columns =
        [
            .. Shared,
            .. Enumerable.Range(0, rows).SelectMany(row => new[]
            {
                ($"n{row}", KindOf(row)), ($"t{row}", TextKind), ($"e{row}", TextKind),
            }),
        ];
        foreach (var (column, at) in columns.Select((column, at) => (column, at)))
            Execute(file, $"INSERT INTO fields VALUES (0, {at}, '{column.Code}', {column.Kind})");
        var half = rows / 2;
        Create(file, "part_0", columns[..ColumnsOf(half)]);
        Create(file, "usage_0", columns);
        for (var row = 0; row < rows; row++)
            Add(file, row < half ? "part_0" : "usage_0", row, number(row), text(row));
        Execute(file, $"INSERT INTO parts VALUES (0, {2026 * 12 + 2}, 0, {ColumnsOf(half)}, {half}, {half})");
        Execute(file, $"INSERT INTO own_tables VALUES (0, {columns.Length})");
        Execute(file, $"INSERT INTO state VALUES (5, {rows})");
    }

    /// <summary>The version of a file.</summary>
    internal static int Version(string path) => Read(path, "SELECT version FROM state");

    /// <summary>Columns of fields that the meter's own table has.</summary>
    internal static int FieldColumns(string path) => Read(
        path,
        """
        SELECT count(*)::INTEGER FROM duckdb_columns()
        WHERE table_name = 'usage_0' AND column_name SIMILAR TO 'c[0-9]+'
        """);

    // The tiers that WideMeterTests goes through, in their order.
    private static int KindOf(int row) => Shared[row % 4].Kind;

    private static string SqlType(int kind) => kind switch
    {
        1 => "DECIMAL(18,6)",
        2 => "DECIMAL(38,18)",
        3 => "DECIMAL(38,9)",
        6 => "DECIMAL(38,28)",
        _ => "VARCHAR",
    };

    private static void Create(DuckDBConnection file, string table, (string Code, int Kind)[] columns)
    {
        var fields = columns.Select((column, at) => $"c{at} {SqlType(column.Kind)}");
        Execute(file, $"CREATE TABLE {table} ({string.Join(", ", fields.Prepend(Usage))})");
    }

    private static void Add(DuckDBConnection file, string table, int row, decimal number, string text)
    {
        var (first, value) = (Shared.Length + row * 3, number.ToString(CultureInfo.InvariantCulture));
        var (at, received) = (
            Nanoseconds.Of(Instant.FromUtc(2026, 3, 2, 0, 0)), Nanoseconds.Of(Make.Now));
        Execute(
            file,
            $"INSERT INTO {table} (uuid, account, ts, received_at, sequence, c{row % 4}, c{first}, c{first + 1}, "
            + $"c{first + 2}) VALUES (uuid(), 0, {at}, {received}, {row}, {value}, {value}, "
            + $"'{text.Replace("'", "''", StringComparison.Ordinal)}', '')");
    }

    private static DuckDBConnection Open(string path)
    {
        var file = new DuckDBConnection($"Data Source={path}");
        file.Open();
        return file;
    }

    private static void Execute(DuckDBConnection file, string sql)
    {
        using var command = file.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static int Read(string path, string sql)
    {
        using var file = Open(path);
        using var command = file.CreateCommand();
        command.CommandText = sql;
        return (int)command.ExecuteScalar()!;
    }
}
