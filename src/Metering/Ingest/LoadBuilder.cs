using System.Runtime.InteropServices;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Builds a load from a range of the log by deciding whether each measurement is stored, duplicate or failed. Adds the
/// load's uids to the index; <see cref="Undo"/> removes them if the load must be built again. The builder and its
/// memory are reused for later loads.
/// </summary>
internal sealed class LoadBuilder(
    IMeteringCatalog catalog, AccountCache accounts, IUidIndex uids, UidDeduplication loadUids)
{
    private const int NoAccount = -1;

    private readonly BatchReader _batch = new();
    private readonly Dictionary<IngestMeter, MeterRows> _rows = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string Organization, string Meter, string? MeterId, int Day), LoadTally> _tallies = [];
    private readonly List<UidEntry> _taken = [];
    private readonly BatchMappings _mappings = new();

    // Maps the account numbers of the current batch to indices in the load.
    private int[] _accounts = [];

    public MeasurementLoad Load { get; } = new();

    /// <summary>The number of measurements read into the load, whatever their outcome.</summary>
    public int Count { get; private set; }

    /// <summary>When the last record of the load was received, in nanoseconds since 1970.</summary>
    public long LastReceivedAt { get; private set; }

    /// <summary>When a record of the log was received.</summary>
    public static Instant ReceiptOf(LogRecord record)
    {
        var reader = new BatchReader();
        reader.OpenHead(record.Bytes);
        return Nanoseconds.ToInstant(reader.ReceivedAt);
    }

    public void Begin(int partition, LogPosition from)
    {
        Load.Begin(partition, from);
        foreach (var (meter, rows) in _rows)
        {
            if (rows.Count == 0)
                _rows.Remove(meter); // no longer in use, or replaced by a changed meter: release the memory
            else
                rows.Clear();
        }
        _tallies.Clear();
        loadUids.Clear();
        _taken.Clear();
        Count = 0;
    }

    public async ValueTask AddAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        foreach (var record in entry.Records)
            Decide(record, await PrepareAsync(record, cancellationToken));
        Load.ExtendTo(entry.Next);
    }

    /// <summary>Completes the load: adds its uids to the index and removes rows with duplicate uids.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var failed = Load.Failures.Count;
        FailRepeated(await loadUids.TakeAsync(_taken));
        foreach (var (meter, rows) in _rows)
        {
            if (rows.Count == 0)
                continue;
            // Computed after duplicates are removed, so that no work is wasted on them.
            meter.Derived?.Compute(rows, Load, cancellationToken);
            Load.Add(rows);
        }
        // Earlier failures are already in log order; duplicates and calculation errors are not.
        if (Load.Failures.Count > failed)
            Load.SortFailures();
        foreach (var ((organization, meter, meterId, day), tally) in _tallies)
            Load.Add(new MeterDay(organization, meter, meterId, Nanoseconds.ToDate(day), tally));
    }

    /// <summary>Removes the load's uids from the index.</summary>
    public void Undo() => loadUids.Undo(_taken);

    // Reads a record and does all look-ups for its decision. Creates missing accounts in a separate change, which
    // persists even if the load fails.
    private async ValueTask<OrganizationAccounts> PrepareAsync(LogRecord record, CancellationToken cancellationToken)
    {
        _batch.Open(record.Bytes);
        var organization = BatchReader.Text(_batch.OrganizationId);
        var known = accounts.Of(organization);
        _mappings.Begin(_batch, RowsOf, organization);
        for (var meter = 0; meter < _batch.Meters; meter++)
        {
            _mappings.SetMeter(meter, await catalog.FindMeterAsync(
                organization, BatchReader.Text(_batch.Meter(meter)), cancellationToken));
        }
        _mappings.FindAccounts(known);
        _mappings.ReadRows(uids);
        await ProvideAccountsAsync(known, cancellationToken);
        return known;
    }

    // Uses only the results of PrepareAsync; does no look-ups.
    private void Decide(in LogRecord record, OrganizationAccounts known)
    {
        AddRows(record, known);
        CountRows();
        LastReceivedAt = _batch.ReceivedAt;
    }

    private MeterRows RowsOf(IngestMeter meter)
    {
        ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, meter, out _);
        return rows ??= new MeterRows(_mappings.OrganizationId, meter.Meter.Id, meter.Columns());
    }

    // Rows with an invalid meter or invalid fields must not create accounts, so they are left out here.
    private async ValueTask ProvideAccountsAsync(OrganizationAccounts known, CancellationToken cancellationToken)
    {
        if (!_mappings.Accounts.AsSpan(0, _batch.Accounts).Contains(OrganizationAccounts.Unknown))
            return;
        int[] unknown =
        [
            .. _mappings.Rows.Where(prepared => prepared.Mapping.Failure is null
                    && _mappings.Accounts[prepared.Row.Account] == OrganizationAccounts.Unknown)
                .Select(prepared => prepared.Row.Account).Distinct(),
        ];
        if (unknown.Length == 0)
            return;
        string[] codes = [.. unknown.Select(account => BatchReader.Text(_batch.Account(account)))];
        foreach (var (index, number) in (await known.ProvideAsync(codes, cancellationToken)).Index())
            _mappings.Accounts[unknown[index]] = number;
    }

    private void AddRows(in LogRecord record, OrganizationAccounts known)
    {
        IndexAccounts(known);
        foreach (ref readonly var prepared in CollectionsMarshal.AsSpan(_mappings.Rows))
        {
            var position = record.PositionOf(prepared.Row.Start);
            if (prepared.Mapping.Failure is { } failure)
                Fail(failure, position, prepared.Row.Meter, null);
            else
                Add(prepared, position, known);
        }
    }

    // One loop over all accounts lets the processor overlap cache misses; a look-up per row would wait for each.
    private void IndexAccounts(OrganizationAccounts known)
    {
        if (_accounts.Length < _batch.Accounts)
            _accounts = new int[_batch.Accounts];
        for (var account = 0; account < _batch.Accounts; account++)
        {
            var number = _mappings.Accounts[account];
            _accounts[account] = number == OrganizationAccounts.Unknown || known[number].Match.AccountId is null
                ? NoAccount
                : known[number].IndexIn(Load);
        }
    }

    private void Add(in PreparedRow prepared, LogPosition position, OrganizationAccounts known)
    {
        var row = prepared.Row;
        var account = _accounts[row.Account];
        if (account == NoAccount)
        {
            var near = known[_mappings.Accounts[row.Account]].Match.NearMatchCode;
            Fail(new Failure(IngestFailure.InvalidAccountCode, near), position, row.Meter, null);
            return;
        }
        var rows = prepared.Mapping.Rows!;
        rows.Uids.Add(_batch.Uid(row));
        rows.Accounts.Add(account);
        rows.Ts.Add(row.Ts);
        rows.Ets.Add(row.Ets);
        rows.ReceivedAt.Add(_batch.ReceivedAt);
        rows.Positions.Add(position.Value);
        prepared.Mapping.AddValues(_batch.Values(row));
        loadUids.Note(prepared.Fingerprint, position, row.ContentHash, rows);
        _mappings.Outcomes[row.Meter] += new LoadTally(0, 1, 0, 0);
    }

    private void FailRepeated(List<RepeatedRow> repeated)
    {
        if (repeated.Count == 0)
            return;
        repeated.Sort(static (left, right) => left.Row.CompareTo(right.Row));
        var byMeter = repeated.ToLookup(row => row.Rows);
        foreach (var (meter, rows) in _rows)
        {
            foreach (var row in byMeter[rows])
                FailRepeated(meter.Meter, row);
            rows.Remove([.. byMeter[rows].Select(row => row.Row)]);
        }
    }

    private void FailRepeated(Meter meter, RepeatedRow repeated)
    {
        var (rows, row, differs) = repeated;
        var receivedAt = rows.ReceivedAt[row];
        Load.Add(new FailedMeasurement(
            rows.OrganizationId, IngestFailure.DuplicateUid, differs ? MeasurementChecks.Differs : null,
            Nanoseconds.ToInstant(receivedAt), new LogPosition(rows.Positions[row]),
            Load.Accounts[rows.Accounts[row]].AccountId));
        Tally(rows.OrganizationId, meter.Code, meter.Id, receivedAt) += new LoadTally(0, -1, 1, 0);
    }

    private ref LoadTally Tally(string organizationId, string meterCode, string? meterId, long receivedAt) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(
            _tallies, (organizationId, meterCode, meterId, Nanoseconds.DayOf(receivedAt)), out _);

    private void Fail(Failure failure, LogPosition position, int meter, string? accountId)
    {
        Load.Add(new FailedMeasurement(
            _mappings.OrganizationId, failure.Type, failure.Detail, Nanoseconds.ToInstant(_batch.ReceivedAt), position,
            accountId));
        _mappings.Outcomes[meter] += new LoadTally(0, 0, 0, 1);
    }

    // Accepted is the row count from the batch header rather than the sum of outcomes, so that the tally reveals any
    // difference between the two.
    private void CountRows()
    {
        for (var meter = 0; meter < _batch.Meters; meter++)
        {
            ref var tally = ref Tally(
                _mappings.OrganizationId, BatchReader.Text(_batch.Meter(meter)), _mappings.MeterId(meter),
                _batch.ReceivedAt);
            tally += _mappings.Outcomes[meter] + new LoadTally(_batch.RowsOf(meter), 0, 0, 0);
        }
        Count += _batch.Count;
    }
}
