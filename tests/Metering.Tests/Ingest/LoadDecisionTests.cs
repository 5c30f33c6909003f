using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>A load is decided first and applied then, as often as it takes.</summary>
public sealed class LoadDecisionTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeCatalog _catalog = new();

    public LoadDecisionTests() => _catalog.Add(Make.Organization, Make.Meter("m", "measure.n"));

    public void Dispose() => _directory.Dispose();

    [Theory(Timeout = 60_000)] // a load that is never applied would be waited for without end
    [InlineData(true)]
    [InlineData(false)]
    public async Task Load_WhoseApplicationFailed_IsAppliedAsItWasDecided(bool isKept)
    {
        // What the configuration says meanwhile is too late for it.
        await using var ingestion = await Ingestion.StartAsync(
            _directory, _catalog, wrap: store => new FailingOnce(store, isKept, _catalog.Meters.Clear));
        await ingestion.SubmitAsync(Make.Json("u0", n: 2), Make.Json("u1", n: 3), Make.Json("u1", n: 3));

        await ingestion.Loader.WaitForAsync(ingestion.Log.End, TestContext.Current.CancellationToken);

        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(3, 2, 1, 0));
        ingestion.Loader.Total.ShouldBe(new LoadTally(3, 2, 1, 0));
        ingestion.Loader.Fault.ShouldBeNull();
        var sum = await ingestion.ReadAsync(
            Make.Query(Make.Meter("m", "measure.n"), "n", AggregationMethod.Sum));
        sum.Single().Value.ShouldBe(5);
        // The uids of a load that was applied at the second attempt are known.
        _catalog.Add(Make.Organization, Make.Meter("m", "measure.n"));
        await ingestion.SubmitAsync(Make.Json("u0", n: 2));
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(4, 2, 2, 0));
    }

    [Fact(Timeout = 60_000)]
    public async Task Account_OfALoadThatIsNotApplied_IsCreatedAllTheSame()
    {
        await using var ingestion = await Ingestion.StartAsync(
            _directory, _catalog, wrap: store => new FaultyStore(store, int.MaxValue, 0));
        await ingestion.SubmitAsync(Make.Json("u0"), Make.Json("u1", "\"account\":\"other\",\"measure\":{}"));

        while (ingestion.Loader.Fault is null)
            await Task.Yield();

        // The decision needs it; that of the measurement without its value does not.
        _catalog.Accounts.Keys.Select(account => account.Code).ShouldBe(["acme"]);
        (await ingestion.DuckDb.FindPositionAsync(0, TestContext.Current.CancellationToken)).ShouldBe(default);
    }

    /// <summary>A store whose first load fails, before or after it is kept.</summary>
    private sealed class FailingOnce(ILoadTarget inner, bool isKept, Action meanwhile) : ILoadTarget
    {
        private bool _hasFailed;

        public int PreferredLoadSize => inner.PreferredLoadSize;

        public ValueTask<LogPosition> FindPositionAsync(int partition, CancellationToken cancellationToken) =>
            inner.FindPositionAsync(partition, cancellationToken);

        public async ValueTask<LoadOutcome> ApplyAsync(MeasurementLoad load, CancellationToken cancellationToken)
        {
            if (_hasFailed)
            {
                var outcome = await inner.ApplyAsync(load, cancellationToken);
                outcome.ShouldBe(isKept && load.From == default ? LoadOutcome.AlreadyApplied : LoadOutcome.Applied);
                return outcome;
            }
            _hasFailed = true;
            meanwhile();
            if (isKept)
                await inner.ApplyAsync(load, cancellationToken);
            throw new IOException("The store is away.");
        }
    }
}
