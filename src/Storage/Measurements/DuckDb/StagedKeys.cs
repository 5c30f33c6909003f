using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Gives new keys within one transaction. They are seen by others only once <see cref="Publish"/> is called, after
/// the commit; a transaction that fails leaves no trace.
/// </summary>
internal sealed class StagedKeys(DuckDBConnection connection, KeyMaps committed)
{
    private readonly Dictionary<string, int> _organizations = new(StringComparer.Ordinal);
    private readonly Dictionary<(int, string), int> _meters = [];
    private readonly Dictionary<(int, string), int> _accounts = [];
    private readonly Dictionary<int, FieldColumn[]> _columns = [];

    public int Organization(string id)
    {
        if (committed.Organizations.TryGetValue(id, out var key) || _organizations.TryGetValue(id, out key))
            return key;
        key = committed.Organizations.Count + _organizations.Count;
        connection.Execute("INSERT INTO organizations VALUES ($1, $2)", key, id);
        return _organizations[id] = key;
    }

    public int Meter(int organization, string id)
    {
        if (committed.Meters.TryGetValue((organization, id), out var key)
            || _meters.TryGetValue((organization, id), out key))
            return key;
        key = committed.Meters.Count + _meters.Count;
        connection.Execute("INSERT INTO meters VALUES ($1, $2, $3)", key, organization, id);
        connection.Execute($"CREATE TABLE {KeyMaps.Table(key)} ({DuckDbSchema.LoadedColumns})");
        return _meters[(organization, id)] = key;
    }

    public int Account(int organization, string id)
    {
        if (committed.Accounts.TryGetValue((organization, id), out var key)
            || _accounts.TryGetValue((organization, id), out key))
            return key;
        // New accounts come in thousands at a time: they are written together, by Flush.
        return _accounts[(organization, id)] = committed.Accounts.Count + _accounts.Count;
    }

    /// <summary>The columns of a meter's table, after those still missing were added.</summary>
    public FieldColumn[] Columns(int meter, IEnumerable<FieldColumn> needed)
    {
        var columns = _columns.GetValueOrDefault(meter) ?? committed.Columns.GetValueOrDefault(meter, []);
        foreach (var column in needed.Except(columns).ToArray())
        {
            var number = columns.Length;
            connection.Execute(
                $"ALTER TABLE {KeyMaps.Table(meter)} ADD COLUMN {KeyMaps.ColumnName(number)} "
                + column.Kind.LoadedSqlType());
            connection.Execute(
                "INSERT INTO fields VALUES ($1, $2, $3, $4)", meter, number, column.Code, (int)column.Kind);
            columns = [.. columns, column];
        }
        return _columns[meter] = columns;
    }

    /// <summary>Writes the new accounts, still within the transaction.</summary>
    public void Flush()
    {
        using var appender = connection.CreateAppender("accounts");
        foreach (var ((organization, id), key) in _accounts)
            appender.CreateRow().AppendValue(key).AppendValue(organization).AppendValue(id).EndRow();
    }

    /// <summary>Makes the new keys known, after the commit.</summary>
    public void Publish()
    {
        foreach (var (id, key) in _organizations)
            committed.Organizations[id] = key;
        foreach (var (id, key) in _meters)
            committed.Meters[id] = key;
        foreach (var (id, key) in _accounts)
            committed.Accounts[id] = key;
        foreach (var (meter, columns) in _columns)
            committed.Columns[meter] = columns;
    }
}
