using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Assigns new keys within one transaction. Others see them only after <see cref="Publish"/>, which follows the commit;
/// a failed transaction leaves no trace.
/// </summary>
internal sealed class KeyAllocator(DuckDBConnection connection, KeyMaps committed)
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
        // Loads may have thousands of new meters, so Flush writes them together.
        return _meters[(organization, id)] = committed.Meters.Count + _meters.Count;
    }

    public int Account(int organization, string id)
    {
        if (committed.Accounts.TryGetValue((organization, id), out var key)
            || _accounts.TryGetValue((organization, id), out key))
            return key;
        // Loads may have thousands of new accounts, so Flush writes them together.
        return _accounts[(organization, id)] = committed.Accounts.Count + _accounts.Count;
    }

    /// <summary>The columns of a meter, with the missing ones added.</summary>
    public FieldColumn[] Columns(int meter, IEnumerable<FieldColumn> needed)
    {
        var columns = _columns.GetValueOrDefault(meter) ?? committed.Columns.GetValueOrDefault(meter, []);
        // The shared table has as many columns as its meters need.
        var all = meter == SharedTable.Key ? [.. columns.Union(needed)] : OverflowColumn.Add(columns, needed);
        return all.Length == columns.Length ? columns : _columns[meter] = all;
    }

    /// <summary>Adds all columns of the meter to its own table, creating the table if missing.</summary>
    /// <returns>The columns of the table.</returns>
    public FieldColumn[] WidenOwn(int meter)
    {
        var columns = Columns(meter, []);
        if (_own.TryGetValue(meter, out var present) || committed.Own.TryGetValue(meter, out present))
        {
            AddColumns(meter, columns, OverflowColumn.Present(columns).SkipWhile(number => number < present));
            if (present < columns.Length)
                connection.Execute("UPDATE own_tables SET columns = $1 WHERE meter = $2", columns.Length, meter);
        }
        else
        {
            var fields = OverflowColumn.Present(columns).Select(number =>
                $"{KeyMaps.ColumnName(number)} {columns[number].Kind.LoadedSqlType()}");
            connection.Execute(
                $"CREATE TABLE {KeyMaps.Table(meter)} ("
                + string.Join(", ", fields.Prepend(DuckDbSchema.LoadedColumns)) + ")");
            connection.Execute("INSERT INTO own_tables VALUES ($1, $2)", meter, columns.Length);
        }
        _own[meter] = columns.Length;
        return columns;
    }

    /// <summary>Adds the pooled columns that some meters need to the shared table.</summary>
    /// <returns>The columns of the table.</returns>
    public FieldColumn[] WidenShared(IEnumerable<int> meters)
    {
        var present = Columns(SharedTable.Key, []).Length;
        var columns = Columns(
            SharedTable.Key, meters.SelectMany(meter => SharedTable.Pooled(Columns(meter, []))).Distinct());
        AddColumns(SharedTable.Key, columns, Enumerable.Range(present, columns.Length - present));
        return columns;
    }

    /// <summary>Records that rows of a meter were added to the shared table.</summary>
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

    /// <summary>Publishes the new keys, after the commit.</summary>
    public void Publish()
    {
        foreach (var (id, key) in _organizations)
            committed.Organizations[id] = key;
        foreach (var (id, key) in _meters)
            committed.Meters[id] = key;
        foreach (var (id, key) in _accounts)
            committed.Accounts[id] = key;
        // Publish the shared table first, so that the pooled columns for a meter's columns are always known.
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
