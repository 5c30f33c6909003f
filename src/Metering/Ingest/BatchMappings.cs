using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>The state of the current batch: its meters, accounts and rows, and the outcomes of the rows.</summary>
internal sealed class BatchMappings
{
    private readonly List<IngestMeter?> _meters = [];
    private readonly Dictionary<(int Meter, int List), ShapeMapping> _mappings = [];
    private BatchReader _batch = new();
    private Func<IngestMeter, MeterRows> _rowsOf = _ => throw new InvalidOperationException();

    public string OrganizationId { get; private set; } = "";

    /// <summary>Maps the batch's account numbers to those of <see cref="OrganizationAccounts"/>.</summary>
    public int[] Accounts { get; private set; } = [];

    /// <summary>Outcomes of the rows, by meter number. <see cref="LoadTally.Accepted"/> is not counted here.</summary>
    public LoadTally[] Outcomes { get; private set; } = [];

    /// <summary>The rows, in the order sent.</summary>
    public List<PreparedRow> Rows { get; } = [];

    public void Begin(BatchReader batch, Func<IngestMeter, MeterRows> rowsOf, string organizationId)
    {
        _batch = batch;
        _rowsOf = rowsOf;
        OrganizationId = organizationId;
        _meters.Clear();
        _mappings.Clear();
        Rows.Clear();
        if (Accounts.Length < batch.Accounts)
            Accounts = new int[batch.Accounts];
        Outcomes = Cleared(Outcomes, batch.Meters);
    }

    /// <summary>Sets the meter of a number. Must be called in ascending order of numbers.</summary>
    public void SetMeter(int number, IngestMeter? meter) => _meters.Insert(number, meter);

    public string? MeterId(int number) => _meters[number]?.Meter.Id;

    /// <summary>
    /// Finds the known accounts. All look-ups run in one loop, so that the processor can overlap their cache misses.
    /// </summary>
    public void FindAccounts(OrganizationAccounts known)
    {
        for (var account = 0; account < _batch.Accounts; account++)
            Accounts[account] = known.Find(_batch.Account(account));
    }

    /// <summary>Reads the rows and computes the fingerprints of their uids.</summary>
    public void ReadRows(IUidIndex uids)
    {
        ShapeMapping? mapping = null;
        var (meter, list) = (-1, -1);
        while (_batch.TryRead(out var row))
        {
            if (mapping is null || row.Meter != meter || row.List != list)
                mapping = MappingFor(meter = row.Meter, list = row.List);
            _batch.Advance(row, mapping.Measure(_batch.Values(row)));
            var fingerprint = uids.Fingerprint(_batch.OrganizationId, _batch.Uid(row));
            Rows.Add(new PreparedRow(row, mapping, fingerprint));
        }
    }

    private ShapeMapping MappingFor(int meter, int list)
    {
        if (!_mappings.TryGetValue((meter, list), out var mapping))
        {
            mapping = ShapeMapping.For(_batch.Fields(list), _meters[meter], _rowsOf);
            _mappings[(meter, list)] = mapping;
        }
        return mapping;
    }

    private static T[] Cleared<T>(T[] values, int count)
    {
        if (values.Length < count)
            return new T[count];
        Array.Clear(values);
        return values;
    }
}

/// <summary>A row that has been read.</summary>
/// <param name="Row">The fixed part of the row.</param>
/// <param name="Mapping">What to do with rows of its shape.</param>
/// <param name="Fingerprint">The fingerprint of its uid.</param>
internal readonly record struct PreparedRow(BatchRow Row, ShapeMapping Mapping, ulong Fingerprint);
