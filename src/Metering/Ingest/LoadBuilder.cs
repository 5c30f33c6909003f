using System.Runtime.InteropServices;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Decides about a stretch of the log: makes a load of it. What it takes into the uid index is given back by
/// <see cref="Undo"/> when the load must be decided anew. Its memory serves one load after another.
/// </summary>
internal sealed class LoadBuilder(
    IMeteringCatalog catalog, AccountCache accounts, IUidIndex uids, LoadUids loadUids)
{
    private const int NoAccount = -1;

    private readonly BatchReader _batch = new();
    private readonly Dictionary<IngestMeter, MeterRows> _rows = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string Organization, string Meter, string? MeterId, int Day), LoadTally> _tallies = [];
    private readonly List<UidEntry> _taken = [];
    private readonly BatchPlans _plans = new();

    // The indices in the load of the accounts of the batch at hand.
    private int[] _accounts = [];

    public MeasurementLoad Load { get; } = new();

    /// <summary>Measurements taken in.</summary>
    public int Count { get; private set; }

    /// <summary>The latest receipt in the load, in nanoseconds since 1970.</summary>
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
                _rows.Remove(meter); // nobody sends to it, or it was changed: its memory is wanted elsewhere
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

    /// <summary>Ends the load: takes its uids into the index and drops the rows that repeat one.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var failed = Load.Failures.Count;
        FailRepeated(await loadUids.TakeAsync(_taken));
        foreach (var (meter, rows) in _rows)
        {
            if (rows.Count == 0)
                continue;
            // Only now: of what repeats a uid, nothing is computed.
            meter.Derived?.Compute(rows, Load, cancellationToken);
            Load.Add(rows);
        }
        // Those found in the order of the log are in order.
        if (Load.Failures.Count > failed)
            Load.SortFailures();
        foreach (var ((organization, meter, meterId, day), tally) in _tallies)
            Load.Add(new MeterDay(organization, meter, meterId, Nanoseconds.ToDate(day), tally));
    }

    /// <summary>Gives the uids back that the load has taken.</summary>
    public void Undo() => loadUids.Undo(_taken);

    // Reads a record and finds out all that a decision about it needs. Accounts that are missing are created here, in a
    // change of their own that stays whatever becomes of the load.
    private async ValueTask<OrganizationAccounts> PrepareAsync(LogRecord record, CancellationToken cancellationToken)
    {
        _batch.Open(record.Bytes);
        var organization = BatchReader.Text(_batch.OrganizationId);
        var known = accounts.Of(organization);
        _plans.Begin(_batch, RowsOf, organization);
        for (var meter = 0; meter < _batch.Meters; meter++)
        {
            _plans.SetMeter(meter, await catalog.FindMeterAsync(
                organization, BatchReader.Text(_batch.Meter(meter)), cancellationToken));
        }
        _plans.FindAccounts(known);
        _plans.ReadRows(uids);
        await ProvideAccountsAsync(known, cancellationToken);
        return known;
    }

    // Looks nothing up: what was found out decides.
    private void Decide(in LogRecord record, OrganizationAccounts known)
    {
        AddRows(record, known);
        CountRows();
        LastReceivedAt = _batch.ReceivedAt;
    }

    private MeterRows RowsOf(IngestMeter meter)
    {
        ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, meter, out _);
        return rows ??= new MeterRows(_plans.OrganizationId, meter.Meter.Id, meter.Columns());
    }

    // Only now, and not for what cannot be stored: that must not create an account.
    private async ValueTask ProvideAccountsAsync(OrganizationAccounts known, CancellationToken cancellationToken)
    {
        if (!_plans.Accounts.AsSpan(0, _batch.Accounts).Contains(OrganizationAccounts.Unknown))
            return;
        int[] unknown =
        [
            .. _plans.Rows.Where(prepared => prepared.Plan.Failure is null
                    && _plans.Accounts[prepared.Row.Account] == OrganizationAccounts.Unknown)
                .Select(prepared => prepared.Row.Account).Distinct(),
        ];
        if (unknown.Length == 0)
            return;
        string[] codes = [.. unknown.Select(account => BatchReader.Text(_batch.Account(account)))];
        foreach (var (index, number) in (await known.ProvideAsync(codes, cancellationToken)).Index())
            _plans.Accounts[unknown[index]] = number;
    }

    private void AddRows(in LogRecord record, OrganizationAccounts known)
    {
        IndexAccounts(known);
        foreach (ref readonly var prepared in CollectionsMarshal.AsSpan(_plans.Rows))
        {
            var position = record.PositionOf(prepared.Row.Start);
            if (prepared.Plan.Failure is { } failure)
                Fail(failure, position, prepared.Row.Meter, null);
            else
                Add(prepared, position, known);
        }
    }

    // All at once: row by row, the processor would wait for memory each time.
    private void IndexAccounts(OrganizationAccounts known)
    {
        if (_accounts.Length < _batch.Accounts)
            _accounts = new int[_batch.Accounts];
        for (var account = 0; account < _batch.Accounts; account++)
        {
            var number = _plans.Accounts[account];
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
            var near = known[_plans.Accounts[row.Account]].Match.NearMatchCode;
            Fail(new Failure(IngestFailure.InvalidAccountCode, near), position, row.Meter, null);
            return;
        }
        var rows = prepared.Plan.Rows!;
        rows.Uids.Add(_batch.Uid(row));
        rows.Accounts.Add(account);
        rows.Ts.Add(row.Ts);
        rows.Ets.Add(row.Ets);
        rows.ReceivedAt.Add(_batch.ReceivedAt);
        rows.Positions.Add(position.Value);
        prepared.Plan.AddValues(_batch.Values(row));
        loadUids.Note(prepared.Fingerprint, position, row.ContentHash, rows);
        _plans.Outcomes[row.Meter] += new LoadTally(0, 1, 0, 0);
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
            _plans.OrganizationId, failure.Type, failure.Detail, Nanoseconds.ToInstant(_batch.ReceivedAt), position,
            accountId));
        _plans.Outcomes[meter] += new LoadTally(0, 0, 0, 1);
    }

    // Accepted is what the batch says it holds, not what came of its rows: the tally is there to find a difference.
    private void CountRows()
    {
        for (var meter = 0; meter < _batch.Meters; meter++)
        {
            ref var tally = ref Tally(
                _plans.OrganizationId, BatchReader.Text(_batch.Meter(meter)), _plans.MeterId(meter), _batch.ReceivedAt);
            tally += _plans.Outcomes[meter] + new LoadTally(_batch.RowsOf(meter), 0, 0, 0);
        }
        Count += _batch.Count;
    }
}
