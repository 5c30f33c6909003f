using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Decides into which tables a load goes. The engine needs memory for each table that a transaction writes, however few
/// rows it gets, so the number of tables is limited: the meters with the most rows go to tables of their own, all
/// others to the shared table.
/// </summary>
internal sealed class LoadTables
{
    /// <summary>Maximum number of meters of one load that go to tables of their own.</summary>
    public const int MaxOwnTables = 64;

    // A meter with this many rows in one load gets a table of its own at once.
    private const int LargeRows = 2048;

    private readonly KeyMaps _keys;
    private readonly Dictionary<(string, string), FieldColumn[]> _columns = [];

    private LoadTables(KeyMaps keys) => _keys = keys;

    /// <summary>The rows that go to tables of their own.</summary>
    public List<AssignedRows> Own { get; } = [];

    /// <summary>The rows that go to the shared table.</summary>
    public List<AssignedRows> Shared { get; } = [];

    /// <summary>
    /// True if the load creates tables, or adds columns to tables or known meters, which must not happen while their
    /// rows are being moved.
    /// </summary>
    public bool AltersTables { get; private set; }

    /// <param name="load">The load.</param>
    /// <param name="keys">The committed keys.</param>
    /// <param name="smallMeterRows">
    /// Number of rows in the shared table from which a meter gets a table of its own.
    /// </param>
    /// <param name="maxOwnTables">Maximum number of meters that go to tables of their own.</param>
    public static LoadTables Make(MeasurementLoad load, KeyMaps keys, int smallMeterRows, int maxOwnTables)
    {
        var tables = new LoadTables(keys);
        var left = maxOwnTables;
        foreach (var rows in load.Meters.OrderByDescending(rows => rows.Count))
        {
            var needed = UsageRowsWriter.ColumnsOf(rows);
            var columns = tables.Widen(rows, needed);
            var meter = keys.FindMeter(rows.OrganizationId, rows.MeterId);
            var isLarge = rows.Count >= LargeRows
                || (meter is { } known && keys.Own.ContainsKey(known))
                || keys.SharedRows.GetValueOrDefault(meter ?? SharedTable.Key) >= smallMeterRows;
            if (isLarge && left > 0)
            {
                left--;
                tables.Own.Add(new AssignedRows(rows, needed));
                tables.AltersTables |= meter is null || keys.Own.GetValueOrDefault(meter.Value, -1) < columns.Length;
            }
            else
            {
                tables.Shared.Add(new AssignedRows(rows, needed));
                // Even if the table has the column already: rows are moved with the columns that their meter had
                // before.
                tables.AltersTables |= (meter is { } shared
                        && keys.Columns.GetValueOrDefault(shared, []).Length < columns.Length)
                    || SharedTable.Pooled(columns).Except(keys.Columns.GetValueOrDefault(SharedTable.Key, [])).Any();
            }
        }
        return tables;
    }

    // A meter may occur twice in a load, with different columns.
    private FieldColumn[] Widen(MeterRows rows, FieldColumn[] needed)
    {
        var columns = _columns.GetValueOrDefault((rows.OrganizationId, rows.MeterId))
            ?? (_keys.FindMeter(rows.OrganizationId, rows.MeterId) is { } meter
                ? _keys.Columns.GetValueOrDefault(meter, [])
                : []);
        return _columns[(rows.OrganizationId, rows.MeterId)] = OverflowColumn.Add(columns, needed);
    }
}

/// <summary>Rows of a meter in a load.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Needed">The columns that their values need.</param>
internal sealed record AssignedRows(MeterRows Rows, FieldColumn[] Needed);
