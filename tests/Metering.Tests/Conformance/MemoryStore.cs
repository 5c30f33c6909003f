using System.Text;
using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;
using static Tallystick.Metering.Tests.Conformance.StoreMutation;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>
/// The store as lists: what the contracts say and nothing else, or with one of the faults that the suite must find.
/// </summary>
internal sealed class MemoryStore(StoreMutation mutation = None)
    : IStoreSubject, ILoadTarget, IUsageQueries, IIngestLedger, IUidSource, IUsageRemoval, IStoreMaintenance
{
    private readonly StoreMutation _mutation = mutation;
    private readonly List<StoredOne> _rows = [];
    private readonly List<MeterDay> _tallies = [];
    private readonly List<FailedMeasurement> _failures = [];
    private readonly List<StoredOne> _voided = [];
    private readonly List<ErasedRow> _erased = [];
    private readonly Dictionary<string, VoidOutcome> _voids = [];
    private readonly Dictionary<string, ErasureProgress> _erasures = [];
    private LogPosition _position;
    private int _lastRows;

    public ILoadTarget Loads => this;

    public IUsageQueries Usage => this;

    public IIngestLedger Ledger => this;

    public IUidSource Uids => this;

    public IUsageRemoval Removal => this;

    public IStoreMaintenance Maintenance => this;

    public int PreferredLoadSize => 1;

    public IReadOnlyCollection<string> OrganizationIds => _tallies.Select(tally => tally.OrganizationId).ToHashSet();

    public Task ReopenAsync()
    {
        if (_mutation == LosesTheLastRowsWhenReopened)
            _rows.RemoveRange(_rows.Count - _lastRows, _lastRows);
        _lastRows = 0;
        return Task.CompletedTask;
    }

    public ValueTask<LogPosition> FindPositionAsync(int partition, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_position);

    public async ValueTask<LoadOutcome> ApplyAsync(MeasurementLoad load, CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        if (load.From != _position && _mutation != AddsARepeat)
        {
            if (load.To <= _position && _mutation != RefusesARepeat)
                return _mutation == CallsARepeatNew ? LoadOutcome.Applied : LoadOutcome.AlreadyApplied;
            if (_mutation != TakesWhatDoesNotFit)
                throw new InvalidOperationException("The load does not begin at the position");
        }
        _lastRows = load.Meters.Sum(meter => meter.Count);
        foreach (var meter in load.Meters)
            _rows.AddRange(Enumerable.Range(0, meter.Count).Select(row => Row(load, meter, row)));
        if (_mutation != LosesTallies)
            _tallies.AddRange(load.Tallies);
        if (_mutation != LosesFailures)
            _failures.AddRange(load.Failures);
        _position = _mutation == ForgetsThePosition ? load.From : load.To;
        return LoadOutcome.Applied;
    }

    public Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        var changed = query with
        {
            Method = _mutation switch
            {
                SaysMaxForMin when query.Method == AggregationMethod.Min => AggregationMethod.Max,
                CountsAllAsUnique when query.Method == AggregationMethod.Unique => AggregationMethod.Count,
                _ => query.Method,
            },
            Windows = _mutation == TakesTheEndOfAWindow
                ? [.. query.Windows.Select(window => window with
                {
                    Window = window.Window with { End = window.Window.End + Duration.Epsilon },
                })]
                : query.Windows,
            Segments = _mutation == ReversesSegments ? [.. query.Segments.Reverse()] : query.Segments,
        };
        IEnumerable<StoredOne> rows = _mutation switch
        {
            MixesOrganizations => _rows.Select(row => row with { OrganizationId = query.OrganizationId }),
            MixesMeters => _rows.Select(row => row with { MeterId = query.Meter.Id }),
            MixesAccounts => _rows.Select(row => row with { AccountId = query.Windows[0].AccountId }),
            TakesTheFirstOfTheLatest => _rows.Select(row => row with { Position = -row.Position }),
            TakesTheLastReceivedForTheLatest when query.Method == AggregationMethod.Latest =>
                _rows.OrderBy(row => row.Position).GroupBy(row => row with
                {
                    Uid = "",
                    Ts = default,
                    ReceivedAt = default,
                    Position = 0,
                    Number = 0,
                    Kind = "",
                }).Select(group => group.Last()),
            CountsInBinary => _rows.Select(row => row with { Number = (decimal)(double)row.Number }),
            _ => _rows,
        };
        return Task.FromResult(MemoryUsage.Read(rows, changed));
    }

    public Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken)
    {
        if (_mutation == ExploresOtherAccounts)
            query = query with { AccountIds = null };
        var limit = _mutation == IgnoresTheLimit ? int.MaxValue : query.Limit;
        if (query.Aggregations.Count > 0)
        {
            var groups = MemoryUsage.Group(_rows, query);
            if (_mutation == GroupsTheOldestFirst)
                groups = [.. groups.Reverse()];
            return Task.FromResult(new ExplorerRows([], [.. groups.Take(limit)], groups.Count > limit));
        }
        var found = MemoryUsage.Find(_rows, query).ToList();
        if (_mutation == ExploresTheOldestFirst)
            found.Reverse();
        return Task.FromResult(new ExplorerRows(
            [.. found.Take(limit).Select(row => new ExplorerMeasurement(
                query.Meters.Single(meter => meter.Id == row.MeterId), new LogPosition(row.Position), row.Uid,
                row.AccountId, row.Ts, null, row.ReceivedAt, [new(null, row.Number), new(row.Kind)]))],
            [], _mutation != NeverHasMore && found.Count > limit));
    }

    public Task<LoadedDays> ReadTalliesAsync(string organizationId, CancellationToken cancellationToken) =>
        Task.FromResult(new LoadedDays(_position, TalliesOf(organizationId)));

    public Task<CountedDays> CountRowsAsync(
        string organizationId, Instant receivedSince, CancellationToken cancellationToken) =>
        Task.FromResult(new CountedDays(
            TalliesOf(organizationId),
            [.. _rows.Select(row => (Row: row, Stored: 1, Voided: 0))
                .Concat(_voided.Select(row => (Row: row, Stored: 0, Voided: _mutation == LosesVoidedRows ? 0 : 1)))
                .Where(one => one.Row.OrganizationId == organizationId
                    && (one.Row.ReceivedAt >= receivedSince || _mutation == CountsOldRows))
                .GroupBy(one => (one.Row.MeterId, one.Row.Day))
                .Select(group => new StoredRows(
                    group.Key.MeterId, group.Key.Day, group.Sum(one => one.Stored), group.Sum(one => one.Voided)))]));

    public Task<IReadOnlyList<FailedMeasurement>> ReadFailuresAsync(
        string organizationId, LogPosition before, Instant receivedSince, int limit,
        CancellationToken cancellationToken)
    {
        var found = _failures
            .Where(failure => failure.OrganizationId == organizationId || _mutation == MixesFailures)
            .Where(failure => failure.Position < before || _mutation == ReadsFailuresFromTheEnd)
            .Where(failure => failure.ReceivedAt >= receivedSince || _mutation == ReadsOldFailures);
        found = _mutation == ReadsTheOldestFailuresFirst
            ? found.OrderBy(failure => failure.Position)
            : found.OrderByDescending(failure => failure.Position);
        return Task.FromResult<IReadOnlyList<FailedMeasurement>>([.. found.Take(limit)]);
    }

    public Task VisitUidsAsync(
        int partition, Instant receivedSince, UidVisitor visit, CancellationToken cancellationToken)
    {
        foreach (var row in (_mutation == FreesVoidedUids ? _rows : _rows.Concat(_voided))
            .Where(row => row.ReceivedAt >= receivedSince || _mutation == VisitsOldUids))
        {
            visit(
                Encoding.UTF8.GetBytes(_mutation == VisitsUidsOfOneOrganization ? "org-1" : row.OrganizationId),
                Encoding.UTF8.GetBytes(row.Uid), new LogPosition(row.Position));
        }
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ErasedMeasurement>> ReadErasedAsync(
        int partition, Instant receivedSince, LogPosition? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ErasedMeasurement>>(
        [
            .. _erased.Where(row => row.ReceivedAt >= receivedSince
                    && (after is null || row.Measurement.Position > after) && _mutation != FreesErasedUids)
                .Select(row => row.Measurement).OrderBy(one => one.Position).Take(limit),
        ]);

    public bool HasAccount(string organizationId, string accountId) => true;

    public Task<VoidOutcome> VoidAsync(UsageVoid request, CancellationToken cancellationToken)
    {
        if (_mutation != VoidsAgain && _voids.TryGetValue(request.Id, out var before))
            return Task.FromResult(before);
        var rows = _rows.FindAll(row => request.Uids.Contains(row.Uid)
            && (row.OrganizationId == request.OrganizationId || _mutation == VoidsForAll)
            && (row.Position < request.Before.Value || _mutation == VoidsNewer));
        if (_mutation != KeepsVoided)
            _rows.RemoveAll(rows.Contains);
        _voided.AddRange(rows);
        Tally(rows, new LoadTally(0, -1, 0, 0, 1));
        var found = rows.Select(row => row.Uid).ToHashSet();
        return Task.FromResult(_voids[request.Id] = new VoidOutcome(
            rows.Count, [.. request.Uids.Where(uid => !found.Contains(uid))]));
    }

    public Task<ErasureProgress> EraseAsync(UsageErasure request, CancellationToken cancellationToken)
    {
        if (_erasures.TryGetValue(request.Id, out var before))
            return Task.FromResult(before);
        var (rows, voided) = (_rows.FindAll(IsMeant), _voided.FindAll(IsMeant));
        _rows.RemoveAll(rows.Contains);
        if (_mutation == ErasesUsageOnly)
            voided.Clear();
        _voided.RemoveAll(voided.Contains);
        if (_mutation != KeepsFailuresOfErased)
        {
            _failures.RemoveAll(failure => failure.OrganizationId == request.OrganizationId
                && IsOf(failure.AccountId) && failure.Position < request.Before
                && !(_mutation == KeepsFailuresOfNobody && failure.AccountId is null));
        }
        Tally(rows, new LoadTally(0, -1, 0, 0, 0, _mutation == ForgetsErased ? 0 : 1));
        Tally(voided, new LoadTally(0, 0, 0, 0, -1, 1));
        _erased.AddRange(rows.Concat(voided).Select(row => new ErasedRow(
            new ErasedMeasurement(row.OrganizationId, new LogPosition(row.Position)), row.ReceivedAt)));
        return Task.FromResult(_erasures[request.Id] = new ErasureProgress(rows.Count + voided.Count, true));

        bool IsMeant(StoredOne row) => row.OrganizationId == request.OrganizationId
            && IsOf(row.AccountId) && row.Position < request.Before.Value;

        bool IsOf(string? account) => request.AccountId is null || account == request.AccountId;
    }

    public Task<IReadOnlyCollection<string>> FindUnfinishedAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<string>>(
        [
            .. ids.Where(id => _mutation == ForgetsRequests || (!_voids.ContainsKey(id) && !_erasures.ContainsKey(id))),
        ]);

    public Task DeleteFailuresAsync(
        string organizationId, IReadOnlyList<LogPosition> positions, CancellationToken cancellationToken)
    {
        _failures.RemoveAll(failure => positions.Contains(failure.Position)
            && (failure.OrganizationId == organizationId || _mutation == DeletesFailuresOfAll));
        return Task.CompletedTask;
    }

    public Task<bool> RunStepAsync(Instant closedBefore, LogPosition logStart, CancellationToken cancellationToken)
    {
        if (_mutation == ForgetsTalliesWithTheirLog)
            _tallies.Clear();
        var oldest = _mutation == ForgetsFailuresOfTheLog ? new LogPosition(long.MaxValue) : logStart;
        return Task.FromResult(_failures.RemoveAll(failure => failure.Position < oldest) > 0);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private List<MeterDay> TalliesOf(string organizationId) =>
    [
        .. _tallies.Where(tally => tally.OrganizationId == organizationId)
            .GroupBy(tally => tally with { Tally = default })
            .Select(group => group.Key with
            {
                Tally = group.Aggregate(default(LoadTally), (sum, tally) => sum + tally.Tally),
            }),
    ];

    private void Tally(List<StoredOne> rows, LoadTally change) => _tallies.AddRange(rows.Select(row => new MeterDay(
        row.OrganizationId, row.MeterId["meter-".Length..], row.MeterId, row.Day, change)));

    private sealed record ErasedRow(ErasedMeasurement Measurement, Instant ReceivedAt);

    private static StoredOne Row(MeasurementLoad load, MeterRows meter, int row) => new(
        meter.OrganizationId, meter.MeterId, load.Accounts[meter.Accounts[row]].AccountId,
        Encoding.UTF8.GetString(meter.Uids[row]), Nanoseconds.ToInstant(meter.Ts[row]),
        Nanoseconds.ToInstant(meter.ReceivedAt[row]), meter.Positions[row], meter.Fields[0].Numbers[row],
        Encoding.UTF8.GetString(meter.Fields[1].Texts[row]));
}

/// <summary>What a store may do wrong.</summary>
internal enum StoreMutation
{
    None,
    AddsARepeat,
    RefusesARepeat,
    CallsARepeatNew,
    TakesWhatDoesNotFit,
    ForgetsThePosition,
    LosesTheLastRowsWhenReopened,
    LosesTallies,
    LosesFailures,
    TakesTheEndOfAWindow,
    SaysMaxForMin,
    CountsAllAsUnique,
    CountsInBinary,
    TakesTheFirstOfTheLatest,
    TakesTheLastReceivedForTheLatest,
    ReversesSegments,
    MixesOrganizations,
    MixesMeters,
    MixesAccounts,
    ExploresOtherAccounts,
    ExploresTheOldestFirst,
    GroupsTheOldestFirst,
    IgnoresTheLimit,
    NeverHasMore,
    CountsOldRows,
    MixesFailures,
    ReadsFailuresFromTheEnd,
    ReadsOldFailures,
    ReadsTheOldestFailuresFirst,
    ForgetsFailuresOfTheLog,
    ForgetsTalliesWithTheirLog,
    VisitsOldUids,
    VisitsUidsOfOneOrganization,
    KeepsVoided,
    VoidsAgain,
    VoidsForAll,
    VoidsNewer,
    LosesVoidedRows,
    FreesVoidedUids,
    ErasesUsageOnly,
    ForgetsErased,
    FreesErasedUids,
    KeepsFailuresOfErased,
    KeepsFailuresOfNobody,
    DeletesFailuresOfAll,
    ForgetsRequests,
}
