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
    private readonly Dictionary<int, int> _own = [];
    private readonly Dictionary<int, long> _sharedRows = [];

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
        // New meters come in thousands at a time: they are written together, by Flush.
        return _meters[(organization, id)] = committed.Meters.Count + _meters.Count;
    }

    public int Account(int organization, string id)
    {
        if (committed.Accounts.TryGetValue((organization, id), out var key)
            || _accounts.TryGetValue((organization, id), out key))
            return key;
        // New accounts come in thousands at a time: they are written together, by Flush.
        return _accounts[(organization, id)] = committed.Accounts.Count + _accounts.Count;
    }

    /// <summary>The columns of a meter, after those still missing were added.</summary>
    public FieldColumn[] Columns(int meter, IEnumerable<FieldColumn> needed)
    {
        var columns = _columns.GetValueOrDefault(meter) ?? committed.Columns.GetValueOrDefault(meter, []);
        // Those of the shared table are as many as its meters need.
        var all = meter == SharedTable.Key ? [.. columns.Union(needed)] : RestColumn.Add(columns, needed);
        return all.Length == columns.Length ? columns : _columns[meter] = all;
    }

    /// <summary>Makes a meter's own table have all columns of the meter; it is created where it is missing.</summary>
    /// <returns>The columns.</returns>
    public FieldColumn[] WidenOwn(int meter)
    {
        var columns = Columns(meter, []);
        if (_own.TryGetValue(meter, out var present) || committed.Own.TryGetValue(meter, out present))
        {
            AddColumns(meter, columns, RestColumn.Present(columns).SkipWhile(number => number < present));
            if (present < columns.Length)
                connection.Execute("UPDATE own_tables SET columns = $1 WHERE meter = $2", columns.Length, meter);
        }
        else
        {
            var fields = RestColumn.Present(columns).Select(number =>
                $"{KeyMaps.ColumnName(number)} {columns[number].Kind.LoadedSqlType()}");
            connection.Execute(
                $"CREATE TABLE {KeyMaps.Table(meter)} ("
                + string.Join(", ", fields.Prepend(DuckDbSchema.LoadedColumns)) + ")");
            connection.Execute("INSERT INTO own_tables VALUES ($1, $2)", meter, columns.Length);
        }
        _own[meter] = columns.Length;
        return columns;
    }

    /// <summary>Makes the shared table have the pooled columns that the columns of some meters need.</summary>
    /// <returns>Its columns.</returns>
    public FieldColumn[] WidenShared(IEnumerable<int> meters)
    {
        var present = Columns(SharedTable.Key, []).Length;
        var columns = Columns(
            SharedTable.Key, meters.SelectMany(meter => SharedTable.Pooled(Columns(meter, []))).Distinct());
        AddColumns(SharedTable.Key, columns, Enumerable.Range(present, columns.Length - present));
        return columns;
    }

    /// <summary>Rows of a meter were added to the shared table.</summary>
    public void AddShared(int meter, int rows) =>
        _sharedRows[meter] = _sharedRows.GetValueOrDefault(meter) + rows;

    /// <summary>Writes the new meters, columns and accounts, still within the transaction.</summary>
    public void Flush()
    {
        using (var meters = connection.CreateAppender("meters"))
        {
            foreach (var ((organization, id), key) in _meters)
                meters.CreateRow().AppendValue(key).AppendValue(organization).AppendValue(id).EndRow();
        }
        using (var fields = connection.CreateAppender("fields"))
        {
            foreach (var (meter, columns) in _columns)
            {
                var known = committed.Columns.GetValueOrDefault(meter, []).Length;
                for (var number = known; number < columns.Length; number++)
                {
                    fields.CreateRow().AppendValue(meter).AppendValue(number).AppendValue(columns[number].Code)
                        .AppendValue((int)columns[number].Kind).EndRow();
                }
            }
        }
        using var accounts = connection.CreateAppender("accounts");
        foreach (var ((organization, id), key) in _accounts)
            accounts.CreateRow().AppendValue(key).AppendValue(organization).AppendValue(id).EndRow();
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
        // The shared table first: who knows a meter's columns can rely on the pooled ones.
        foreach (var (meter, columns) in _columns.OrderBy(meter => meter.Key))
            committed.Columns[meter] = columns;
        foreach (var (meter, columns) in _own)
            committed.Own[meter] = columns;
        foreach (var (meter, rows) in _sharedRows)
            committed.SharedRows.AddOrUpdate(meter, rows, (_, before) => before + rows);
    }

    private void AddColumns(int meter, FieldColumn[] columns, IEnumerable<int> missing)
    {
        foreach (var number in missing)
        {
            connection.Execute(
                $"ALTER TABLE {KeyMaps.Table(meter)} ADD COLUMN {KeyMaps.ColumnName(number)} "
                + columns[number].Kind.LoadedSqlType());
        }
    }
}
