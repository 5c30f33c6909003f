using System.Text;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>
/// What every measurement store must do: random loads, faults, repeats, housekeeping and reopening, after each of which
/// all that it says is compared with what the oracle says.
/// </summary>
internal sealed class StoreSuite
{
    private static readonly AggregationMethod[] Methods =
    [
        AggregationMethod.Sum, AggregationMethod.Min, AggregationMethod.Max, AggregationMethod.Count,
        AggregationMethod.Latest, AggregationMethod.Mean, AggregationMethod.Unique,
    ];

    private static readonly Meter[] Meters =
        [Make.Meter("m", "measure.n", "what.kind"), Make.Meter("k", "measure.n", "what.kind")];

    private static readonly string[] Segments = ["a", SegmentMatching.AnyValue, "b"];

    private readonly IStoreSubject _subject;
    private readonly Random _random;
    private readonly StoreLoads _loads;
    private readonly StoreOracle _oracle;

    private StoreSuite(IStoreSubject subject, int seed)
    {
        (_subject, _random, _loads) = (subject, new Random(seed), new StoreLoads(new Random(seed)));
        _oracle = new StoreOracle(_loads);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Does some steps and checks after each.</summary>
    public static async Task RunAsync(Func<Task<IStoreSubject>> make, int runs, int steps)
    {
        for (var seed = 0; seed < runs; seed++)
        {
            await using var subject = await make();
            var suite = new StoreSuite(subject, seed);
            for (var step = 0; step < steps; step++)
            {
                await suite.StepAsync();
                await suite.CheckAsync();
            }
        }
    }

    private async Task StepAsync()
    {
        switch (_random.Next(12))
        {
            case 0:
                await _subject.ReopenAsync();
                break;
            case 1:
                await MaintainAsync();
                break;
            case 2:
                await RepeatAsync();
                break;
            case 3:
                await FailAsync();
                break;
            case 4:
            case 5:
                await VoidAsync();
                break;
            case 6:
                await EraseAsync();
                break;
            case 7:
                await DeleteFailuresAsync();
                break;
            default:
                (await _subject.Loads.ApplyAsync(_loads.Next(), Token)).ShouldBe(LoadOutcome.Applied);
                _loads.Applied();
                break;
        }
    }

    private async Task MaintainAsync()
    {
        _loads.ForgetFailures(_random.Next(4) == 0 ? _random.Next((int)_loads.Position.Value + 1) : 0);
        while (await _subject.Maintenance.RunStepAsync(
            Make.At("2026-05-01T00:00:00Z"), new LogPosition(_loads.LogStart), Token))
            Token.ThrowIfCancellationRequested();
    }

    // A request that is repeated, also after the store was closed, says the same and changes nothing.
    private async Task VoidAsync()
    {
        var request = _loads.NextVoid();
        var (rows, expected) = _oracle.Void(request);
        for (var time = 0; time < 2; time++)
        {
            var outcome = await _subject.Removal.VoidAsync(request, Token);
            outcome.Voided.ShouldBe(expected.Voided);
            outcome.NotFound.ShouldBe(expected.NotFound);
            if (_random.Next(4) == 0)
                await _subject.ReopenAsync();
        }
        _loads.Void(rows);
    }

    private async Task EraseAsync()
    {
        var request = _loads.NextErasure();
        (await _subject.Removal.FindUnfinishedAsync([request.Id], Token)).ShouldBe([request.Id]);
        var rows = _oracle.Erase(request);
        var progress = default(ErasureProgress);
        while (!progress.IsDone)
        {
            progress = await _subject.Removal.EraseAsync(request, Token);
            progress.Erased.ShouldBeLessThanOrEqualTo(rows.Count);
            if (_random.Next(4) == 0)
                await _subject.ReopenAsync();
        }
        progress.Erased.ShouldBe(rows.Count);
        (await _subject.Removal.EraseAsync(request, Token)).ShouldBe(progress);
        // Nothing is kept for organizations that the store does not know.
        if (_subject.Ledger.OrganizationIds.Contains(request.OrganizationId))
            (await _subject.Removal.FindUnfinishedAsync([request.Id, "another"], Token)).ShouldBe(["another"]);
        _loads.Erase(request, rows);
    }

    private async Task DeleteFailuresAsync()
    {
        var positions = _loads.SomeFailures();
        var organization = StoreLoads.Organizations[_random.Next(2)];
        await _subject.Removal.DeleteFailuresAsync(organization, positions, Token);
        _loads.Failures.RemoveAll(failure =>
            failure.OrganizationId == organization && positions.Contains(failure.Position));
    }

    // A load that was applied, and loads that do not fit.
    private async Task RepeatAsync()
    {
        if (_loads.Last is not { } last)
            return;
        (await _subject.Loads.ApplyAsync(last, Token)).ShouldBe(LoadOutcome.AlreadyApplied);
        foreach (var from in new[] { _loads.Position.Value + 1, last.From.Value })
        {
            var odd = StoreLoads.Empty(from, _loads.Position.Value + 5);
            await Should.ThrowAsync<InvalidOperationException>(_subject.Loads.ApplyAsync(odd, Token).AsTask());
        }
    }

    // The store goes away before it keeps a load, or before it says so: then the same load is applied again.
    private async Task FailAsync()
    {
        var isKept = _random.Next(2) == 0;
        var faulty = new FaultyStore(_subject.Loads, isKept ? 0 : 1, isKept ? 1 : 0);
        var load = _loads.Next();
        await Should.ThrowAsync<IOException>(faulty.ApplyAsync(load, Token).AsTask());
        (await _subject.Loads.ApplyAsync(load, Token))
            .ShouldBe(isKept ? LoadOutcome.AlreadyApplied : LoadOutcome.Applied);
        _loads.Applied();
    }

    private async Task CheckAsync()
    {
        (await _subject.Loads.FindPositionAsync(0, Token)).ShouldBe(_loads.Position);
        _subject.Ledger.OrganizationIds
            .ShouldBe(StoreLoads.Organizations.Where(one => _oracle.TalliesOf(one).Count > 0), ignoreOrder: true);
        foreach (var organization in StoreLoads.Organizations)
        {
            await CheckAccountsAsync(organization);
            await CheckFailuresAsync(organization);
            await CheckUsageAsync(organization);
            await CheckExplorerAsync(organization);
        }
        await CheckUidsAsync();
    }

    private async Task CheckAccountsAsync(string organization)
    {
        var tallies = _oracle.TalliesOf(organization);
        var (position, days) = await _subject.Ledger.ReadTalliesAsync(organization, Token);
        position.ShouldBe(_loads.Position);
        days.ShouldBe(tallies, ignoreOrder: true);
        var since = Since();
        var counted = await _subject.Ledger.CountRowsAsync(organization, since, Token);
        counted.Tallies.ShouldBe(tallies, ignoreOrder: true);
        counted.Rows.ShouldBe(_oracle.CountRows(organization, since), ignoreOrder: true);
    }

    private async Task CheckFailuresAsync(string organization)
    {
        var before = new LogPosition(_random.Next((int)_loads.Position.Value + 2));
        var (since, limit) = (Since(), _random.Next(1, 8));
        var found = await _subject.Ledger.ReadFailuresAsync(organization, before, since, limit, Token);
        found.ShouldBe(_oracle.FailuresOf(organization, before, since, limit));
    }

    private async Task CheckUidsAsync()
    {
        var (since, found) = (Since(), new List<(string, string, long)>());
        await _subject.Uids.VisitUidsAsync(
            0, since,
            (organization, uid, position) => found.Add(
                (Encoding.UTF8.GetString(organization), Encoding.UTF8.GetString(uid), position.Value)),
            Token);
        found.ShouldBe(_oracle.Uids(since), ignoreOrder: true);
        var erased = new List<ErasedMeasurement>();
        for (IReadOnlyList<ErasedMeasurement> page = [default]; page.Count > 0; erased.AddRange(page))
        {
            LogPosition? after = erased.Count == 0 ? null : erased[^1].Position;
            page = await _subject.Uids.ReadErasedAsync(0, since, after, 3, Token);
        }
        // Those that the log no longer has may be forgotten at any time.
        erased.Where(one => one.Position.Value >= _loads.LogStart)
            .ShouldBe(_oracle.Erased(since).OrderBy(one => one.Position.Value));
    }

    private async Task CheckUsageAsync(string organization)
    {
        var query = new UsageQuery
        {
            OrganizationId = organization,
            Meter = Meters[_random.Next(Meters.Length)],
            Field = "n",
            Method = Methods[_random.Next(Methods.Length)],
            Windows =
            [
                .. Enumerable.Range(0, _random.Next(1, 5))
                    .Select(_ => new UsageWindow(StoreLoads.Account(_random), Window())),
            ],
        };
        if (_random.Next(2) == 0)
        {
            query = query with
            {
                SegmentedFields = ["kind"],
                Segments = [.. Segments.Take(_random.Next(1, 4))
                    .Select(value => new Dictionary<string, string> { ["kind"] = value })],
            };
        }
        if (_random.Next(2) == 0)
            query = query with { WindowSets = [WindowSet(), WindowSet()] };
        if (_random.Next(2) == 0)
            query = query with { Filters = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Filter())] };
        await CheckAsync(query);
        await CheckAsync(query with
        {
            Field = "kind",
            Method = _random.Next(2) == 0 ? AggregationMethod.Count : AggregationMethod.Unique,
        });
    }

    private IReadOnlyList<UsageWindow> WindowSet() =>
    [
        .. Enumerable.Range(0, _random.Next(2, 6)).Select(_ => StoreLoads.Account(_random)).Distinct()
            .Select(account => new UsageWindow(account, Window())),
    ];

    // Of the text, of the number, which is no text, or of no field.
    private FieldFilter Filter() => new(
        _random.Next(8) switch { 0 => "n", 1 => "planet", _ => "kind" },
        Segments[_random.Next(2) * 2],
        _random.Next(2) == 0);

    private async Task CheckAsync(UsageQuery query)
    {
        var found = await _subject.Usage.ReadAsync(query, Token);
        found.ShouldBe(_oracle.Read(query), ignoreOrder: true, $"{query.Method} of {query.Field}");
    }

    private async Task CheckExplorerAsync(string organization)
    {
        var query = new UsageExploration
        {
            OrganizationId = organization,
            Window = Window(),
            Zone = DateTimeZone.Utc,
            Meters = _random.Next(2) == 0 ? Meters : [Meters[0]],
            AccountIds = _random.Next(2) == 0 ? null : [StoreLoads.Account(_random)],
            Limit = _random.Next(1, 30),
        };
        var expected = _oracle.Find(query);
        var found = await _subject.Usage.ExploreAsync(query, Token);
        found.HasMore.ShouldBe(expected.Count > query.Limit);
        found.Measurements.Select(one => new StoredOne(
                organization, one.Meter.Id, one.AccountId, one.Uid, one.Ts, one.ReceivedAt, one.Position.Value,
                one.Fields[0].Number!.Value, one.Fields[1].Text!))
            .ShouldBe(expected.Take(query.Limit));
        await CheckGroupsAsync(query);
    }

    private async Task CheckGroupsAsync(UsageExploration query)
    {
        query = query with
        {
            Aggregations =
            [
                .. query.Meters.Select(meter => new ExplorerAggregation(
                    meter, "n", Methods[_random.Next(Methods.Length)])),
            ],
            Groups = _random.Next(4) switch
            {
                0 => [new ExplorerGroup.ByAccount()],
                1 => [new ExplorerGroup.ByTime(DataExplorerUsageDataFrequency.Day)],
                2 => [new ExplorerGroup.ByDimension("kind", new HashSet<string> { Meters[0].Id })],
                _ => [new ExplorerGroup.ByAccount(), new ExplorerGroup.ByDimension(
                    "kind", Meters.Select(meter => meter.Id).ToHashSet())],
            },
        };
        var expected = _oracle.Group(query);
        var found = await _subject.Usage.ExploreAsync(query, Token);
        found.HasMore.ShouldBe(expected.Count > query.Limit);
        found.Groups.Select(Text).ShouldBe(expected.Take(query.Limit).Select(Text));
    }

    private static string Text(ExplorerGroupRow row) => FormattableString.Invariant(
        $"{string.Join('/', row.Keys)}: {string.Join('/', row.Values.Select(value => value?.ToString("G29", null)))}");

    private Instant Since() => _random.Next(3) == 0 || _loads.Rows.Count == 0
        ? Instant.MinValue
        : _loads.Rows[_random.Next(_loads.Rows.Count)].ReceivedAt;

    // Often begins or ends where a measurement is.
    private Window Window()
    {
        if (_loads.Rows.Count == 0 || _random.Next(3) == 0)
            return Make.March;
        var first = _loads.Rows[_random.Next(_loads.Rows.Count)].Ts;
        var second = _loads.Rows[_random.Next(_loads.Rows.Count)].Ts;
        return new Window(Instant.Min(first, second), Instant.Max(first, second) + Duration.FromNanoseconds(
            first == second ? 1 : 0));
    }
}
