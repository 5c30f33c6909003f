using System.Globalization;
using System.Text;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>Makes random loads, and knows what those that were applied add up to.</summary>
internal sealed class StoreLoads(Random random)
{
    public static readonly string[] Organizations = ["org-1", "org-2"];

    private static readonly string[] Kinds = ["a", "b", "c"];

    private readonly List<StoredOne> _newRows = [];
    private MeasurementLoad _load = new();
    private Instant _now = Make.Now;
    private int _uids;
    private int _requests;

    /// <summary>Up to where loads were applied.</summary>
    public LogPosition Position { get; private set; }

    /// <summary>The load that was applied last.</summary>
    public MeasurementLoad? Last { get; private set; }

    /// <summary>The oldest position that the log keeps.</summary>
    public long LogStart { get; private set; }

    public List<StoredOne> Rows { get; } = [];

    public List<StoredOne> Voided { get; } = [];

    public List<StoredOne> Erased { get; } = [];

    public List<FailedMeasurement> Failures { get; } = [];

    /// <summary>All that ever failed, also those that the log no longer has.</summary>
    public List<FailedMeasurement> AllFailures { get; } = [];

    public static string Account(Random random) => "id-of-a" + random.Next(3);

    /// <summary>A load that holds nothing.</summary>
    public static MeasurementLoad Empty(long from, long to)
    {
        var load = new MeasurementLoad();
        load.Begin(0, new LogPosition(from));
        load.ExtendTo(new LogPosition(to));
        return load;
    }

    /// <summary>The next load.</summary>
    public MeasurementLoad Next()
    {
        _now += Duration.FromHours(random.Next(1, 30));
        _newRows.Clear();
        var position = Position.Value;
        _load = Empty(position, position);
        for (var count = random.Next(1, 40); count > 0; count--)
        {
            position += random.Next(1, 4);
            if (random.Next(8) == 0)
                AddFailure(new LogPosition(position));
            else
                _newRows.Add(Row(position));
        }
        foreach (var rows in _newRows.GroupBy(row => (row.OrganizationId, row.MeterId)))
            _load.Add(Columns(rows.Key.OrganizationId, rows.Key.MeterId, rows));
        _load.ExtendTo(new LogPosition(position + 1));
        return _load;
    }

    /// <summary>The load was applied.</summary>
    public void Applied()
    {
        Rows.AddRange(_newRows);
        Failures.AddRange(_load.Failures);
        AllFailures.AddRange(_load.Failures);
        (Position, Last) = (_load.To, _load);
    }

    /// <summary>A request to void some uids, known and unknown, used and voided.</summary>
    public UsageVoid NextVoid()
    {
        var known = Rows.Concat(Voided).Concat(Erased).ToList();
        var uids = Enumerable.Range(0, random.Next(1, 6))
            .Select(_ => known.Count == 0 || random.Next(5) == 0
                ? $"unknown-{random.Next(100)}"
                : known[random.Next(known.Count)].Uid)
            .Distinct().ToList();
        return new UsageVoid(Organizations[random.Next(2)], $"request-{_requests++}", uids, Before());
    }

    /// <summary>A request to erase the usage of an account.</summary>
    public UsageErasure NextErasure() => new(
        Organizations[random.Next(2)], $"request-{_requests++}", random.Next(4) == 0 ? null : Account(random), Before(),
        new LogPosition(LogStart));

    /// <summary>The positions of some failures.</summary>
    public IReadOnlyList<LogPosition> SomeFailures() =>
        [.. Failures.Where(_ => random.Next(4) == 0).Select(failure => failure.Position)];

    /// <summary>The measurements were voided.</summary>
    public void Void(IReadOnlyList<StoredOne> rows)
    {
        Rows.RemoveAll(rows.Contains);
        Voided.AddRange(rows);
    }

    /// <summary>The measurements were erased.</summary>
    public void Erase(UsageErasure request, IReadOnlyList<StoredOne> rows)
    {
        Rows.RemoveAll(rows.Contains);
        Voided.RemoveAll(rows.Contains);
        Erased.AddRange(rows);
        Failures.RemoveAll(failure => failure.OrganizationId == request.OrganizationId
            && (request.AccountId is null || failure.AccountId == request.AccountId)
            && failure.Position < request.Before);
    }

    // Mostly all that was loaded.
    private LogPosition Before() => random.Next(3) == 0 ? new LogPosition(Position.Value / 2) : Position;

    /// <summary>The log has been trimmed.</summary>
    public void ForgetFailures(long before)
    {
        LogStart = Math.Max(LogStart, before);
        Failures.RemoveAll(failure => failure.Position.Value < LogStart);
    }

    private void AddFailure(LogPosition position)
    {
        var organization = Organizations[random.Next(2)];
        var isDuplicate = random.Next(2) == 0;
        _load.Add(new FailedMeasurement(
            organization, isDuplicate ? IngestFailure.DuplicateUid : IngestFailure.UndefinedMeter,
            random.Next(2) == 0 ? null : "a detail", _now, position, isDuplicate ? Account(random) : null));
        _load.Add(new MeterDay(
            organization, isDuplicate ? "m" : "x", isDuplicate ? "meter-m" : null, _now.InUtc().Date,
            isDuplicate ? new LoadTally(1, 0, 1, 0) : new LoadTally(1, 0, 0, 1)));
    }

    private StoredOne Row(long position)
    {
        // Some uids are UUIDs, and several measurements have one timestamp.
        var uid = random.Next(2) == 0
            ? $"u{_uids++}"
            : string.Create(CultureInfo.InvariantCulture, $"80f1e2d3-0000-4abc-8def-{_uids++:x12}");
        return new StoredOne(
            Organizations[random.Next(2)], random.Next(2) == 0 ? "meter-m" : "meter-k", Account(random), uid,
            Make.March.Start + Duration.FromHours(random.Next(0, 24 * 40)), _now, position, Number(),
            Kinds[random.Next(Kinds.Length)]);
    }

    private decimal Number() => random.Next(4) switch
    {
        0 => random.Next(4),
        1 => random.Next(-1_000_000, 1_000_000) / 1_000m,
        2 => random.Next(1_000) + 0.0002777777777777778m,
        _ => 12_345m + random.Next(100) / 100m,
    };

    private MeterRows Columns(string organization, string meter, IEnumerable<StoredOne> rows)
    {
        var columns = new MeterRows(
            organization, meter, [new FieldColumnValues("n", true), new FieldColumnValues("kind", false)]);
        foreach (var row in rows)
        {
            columns.Uids.Add(Encoding.UTF8.GetBytes(row.Uid));
            columns.Accounts.Add(_load.Add(new LoadedAccount(organization, row.AccountId)));
            columns.Ts.Add(Nanoseconds.Of(row.Ts));
            columns.Ets.Add(MeterRows.NoEts);
            columns.ReceivedAt.Add(Nanoseconds.Of(row.ReceivedAt));
            columns.Positions.Add(row.Position);
            columns.Fields[0].Numbers.Add(row.Number);
            columns.Fields[1].Texts.Add(Encoding.UTF8.GetBytes(row.Kind));
        }
        _load.Add(new MeterDay(
            organization, meter["meter-".Length..], meter, _now.InUtc().Date,
            new LoadTally(columns.Count, columns.Count, 0, 0)));
        return columns;
    }
}
