using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Writes the rows of many meters to the shared table, one meter after the other.</summary>
internal sealed class SharedRowsWriter : IRowSource
{
    private readonly FieldColumn[] _shared;
    private readonly List<(UsageRowsWriter Writer, int First)> _meters = [];
    private int _at;

    /// <param name="shared">The columns of the shared table.</param>
    public SharedRowsWriter(FieldColumn[] shared)
    {
        _shared = shared;
        Types = [ColumnType.Int32, .. UsageRowsWriter.TypesOf(shared)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ColumnType> Types { get; }

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Adds the rows of a meter.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="accounts">Keys of the load's accounts.</param>
    /// <param name="columns">The columns of the meter.</param>
    /// <param name="meter">Key of the meter.</param>
    public void Add(MeterRows rows, int[] accounts, FieldColumn[] columns, int meter)
    {
        var pooled = SharedTable.Pooled(columns);
        var writer = new UsageRowsWriter(rows, accounts, columns)
        {
            Meter = meter,
            Targets = [.. pooled.Select(column => Array.IndexOf(_shared, column))],
        };
        writer.RequireValues();
        _meters.Add((writer, Count));
        Count += rows.Count;
    }

    /// <inheritdoc/>
    public void Write(ChunkWriter chunk, int first, int count)
    {
        UsageRowsWriter.ClearPresence(chunk, shift: 1, _shared.Length);
        var end = first + count;
        // The engine requests the rows in order.
        for (var row = first; row < end;)
        {
            while (_at + 1 < _meters.Count && _meters[_at + 1].First <= row)
                _at++;
            var (writer, start) = _meters[_at];
            // Values that are copied together must be in the same chunk of their column.
            var chunkEnd = ((row - start) / Column<long>.ChunkRows + 1) * Column<long>.ChunkRows;
            var taken = Math.Min(Math.Min(end - row, writer.Count - (row - start)), chunkEnd - (row - start));
            writer.WriteAt(chunk, row - first, row - start, taken);
            row += taken;
        }
    }
}
