using System.Collections.Concurrent;
using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The integer keys by which the tables refer to ids and field codes, as committed. Only the writer adds keys; any
/// thread may read.
/// </summary>
internal sealed class KeyMaps
{
    public ConcurrentDictionary<string, int> Organizations { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Keys of meters by organization and id.</summary>
    public ConcurrentDictionary<(int Organization, string Id), int> Meters { get; private init; } = new();

    /// <summary>Keys of accounts by organization and id.</summary>
    public ConcurrentDictionary<(int Organization, string Id), int> Accounts { get; private init; } = new();

    /// <summary>Columns of each meter by the meter's key, in the order of their numbers, which start at 0.</summary>
    public ConcurrentDictionary<int, FieldColumn[]> Columns { get; private init; } = new();

    /// <summary>
    /// Number of field columns in the meter's own table, by the meter's key; no entry for meters without one.
    /// </summary>
    public ConcurrentDictionary<int, int> Own { get; private init; } = new();

    /// <summary>Number of rows in the shared table, by the meter's key.</summary>
    public ConcurrentDictionary<int, long> SharedRows { get; private init; } = new();

    public static KeyMaps Read(DuckDBConnection connection)
    {
        var maps = new KeyMaps();
        using var organizations = connection.Command("SELECT id, key FROM organizations");
        foreach (var (id, key) in organizations.Read(row => (row.GetString(0), row.GetInt32(1))))
            maps.Organizations[id] = key;
        Fill(connection, "SELECT organization, id, key FROM meters", maps.Meters);
        Fill(connection, "SELECT organization, id, key FROM accounts", maps.Accounts);
        using var fields = connection.Command("SELECT meter, code, kind FROM fields ORDER BY meter, number");
        foreach (var meter in fields
            .Read(row => (
                Meter: row.GetInt32(0),
                Column: new FieldColumn(row.GetString(1), (ColumnKind)row.GetInt32(2))))
            .GroupBy(row => row.Meter, row => row.Column))
            maps.Columns[meter.Key] = [.. meter];
        using var own = connection.Command("SELECT meter, columns FROM own_tables");
        foreach (var (meter, columns) in own.Read(row => (row.GetInt32(0), row.GetInt32(1))))
            maps.Own[meter] = columns;
        using var shared = connection.Command($"SELECT meter, count(*) FROM {SharedTable.Name} GROUP BY meter");
        foreach (var (meter, rows) in shared.Read(row => (row.GetInt32(0), row.GetInt64(1))))
            maps.SharedRows[meter] = rows;
        return maps;
    }

    /// <summary>A copy of the current meters and columns; accounts keep being added.</summary>
    public KeyMaps Snapshot() => new()
    {
        Organizations = Organizations,
        Meters = new(Meters),
        Accounts = Accounts,
        // ToArray copies all entries at a single moment; SourceOf relies on it.
        Columns = new(Columns.ToArray()),
        Own = Own,
        SharedRows = new(SharedRows),
    };

    /// <summary>The tables and columns that store the rows of a meter.</summary>
    public UsageSource SourceOf(int meter)
    {
        // Read the fields first: pooled columns are published before the fields that need them.
        var fields = Columns.GetValueOrDefault(meter, []);
        var hasShared = SharedRows.GetValueOrDefault(meter) > 0;
        return new UsageSource(meter, fields, hasShared ? Columns.GetValueOrDefault(SharedTable.Key, []) : null);
    }

    /// <summary>Name of a meter's table.</summary>
    public static string Table(int meter) =>
        meter == SharedTable.Key ? SharedTable.Name : FormattableString.Invariant($"usage_{meter}");

    /// <summary>Name of the column with a number.</summary>
    public static string ColumnName(int number) => FormattableString.Invariant($"c{number}");

    /// <summary>The key of a meter; null if it has never had rows.</summary>
    public int? FindMeter(string organizationId, string meterId) =>
        Organizations.TryGetValue(organizationId, out var organization)
        && Meters.TryGetValue((organization, meterId), out var meter)
            ? meter
            : null;

    /// <summary>The name of the column for uids that are not UUIDs; null if the meter has none.</summary>
    public string? FindUids(int meter) => FindColumn(meter, FieldColumn.Uid.Code, FieldColumn.Uid.Kind);

    /// <summary>The name of the column for ends of usage; null if the meter has none.</summary>
    public string? FindEts(int meter) => FindColumn(meter, FieldColumn.Ets.Code, FieldColumn.Ets.Kind);

    /// <summary>The name of the column in the meter's table; null if there is none.</summary>
    public string? FindColumn(int meter, string code, ColumnKind kind)
    {
        var columns = Columns.GetValueOrDefault(meter, []);
        var number = Array.IndexOf(columns, new FieldColumn(code, kind));
        return number < 0 ? null : ColumnName(number);
    }

    private static void Fill(
        DuckDBConnection connection, string sql, ConcurrentDictionary<(int Organization, string Id), int> map)
    {
        using var command = connection.Command(sql);
        foreach (var (owner, id, key) in command.Read(row => (row.GetInt32(0), row.GetString(1), row.GetInt32(2))))
            map[(owner, id)] = key;
    }
}
