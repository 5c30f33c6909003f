using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Documents;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

public sealed class DuckDbMeasurementStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Measurement Row(string uid) => Make.Measurement(uid, "2026-03-02T00:00:00Z", Make.Number("n", 1));

    [Fact]
    public async Task Load_NotAtThePosition_IsRefusedAndChangesNothing()
    {
        await using var usage = await StoredUsage.CreateAsync(Row("u0"), Row("u1"));

        foreach (var from in new[] { 0, 1, 3 })
        {
            await Should.ThrowAsync<InvalidOperationException>(
                usage.Store.LoadAsync(StoredUsage.Load(from, Row("again")), Token).AsTask());
        }
        (await usage.Store.FindPositionAsync(Token)).ShouldBe(new LogPosition(2));
        (await usage.Store.ConservationAsync(Make.Organization, Token)).ShouldBe(new LoadTally(2, 2, 0, 0));
    }

    [Fact]
    public async Task Load_ThatFailsMidway_LeavesNoTrace()
    {
        await using var usage = await StoredUsage.CreateAsync(Row("u0"));
        // A new meter, a new account and a new column come first; then an instant that 64 bits cannot hold.
        var bad = Row("bad") with { Meter = "new", Account = "new", Ts = Instant.FromUtc(3000, 1, 1, 0, 0) };
        await Should.ThrowAsync<OverflowException>(usage.Store.LoadAsync(StoredUsage.Load(1, bad), Token).AsTask());

        (await usage.Store.FindPositionAsync(Token)).ShouldBe(new LogPosition(1));
        await usage.Store.LoadAsync(StoredUsage.Load(1, bad with { Ts = Row("x").Ts }), Token);
        var query = Make.Query(
            Make.Meter("new", "measure.n"), "n", AggregationMethod.Sum, new UsageWindow("id-of-new", Make.March));
        (await usage.ReadAsync(query)).Single().Value.ShouldBe(1);
        (await usage.Store.ConservationAsync(Make.Organization, Token)).ShouldBe(new LoadTally(2, 2, 0, 0));
    }

    [Fact]
    public async Task Store_Reopened_KnowsKeysColumnsAndUids()
    {
        using var directory = new TempDirectory();
        var path = directory["usage.duckdb"];
        await using (var store = await DuckDbMeasurementStore.OpenAsync(path, Ingestion.Small, Token))
            await store.LoadAsync(StoredUsage.Load(0, Row("u0"), Row("u1") with { Meter = "other" }), Token);

        await using var reopened = await DuckDbMeasurementStore.OpenAsync(path, Ingestion.Small, Token);
        await reopened.LoadAsync(
            StoredUsage.Load(2, Row("u2") with { Fields = [Make.Number("n", 0.0000001m), Make.Text("t", "x")] }),
            Token);

        var query = Make.Query(Make.Meter("m", "measure.n"), "n", AggregationMethod.Sum);
        (await reopened.ReadAsync(query, Token)).Single().Value.ShouldBe(1.0000001m);
        var uids = await reopened.ReadUidsAsync(Make.Now, Token).ToListAsync(Token);
        uids.Select(uid => uid.Uid).Order(StringComparer.Ordinal).ShouldBe(["u0", "u1", "u2"]);
        (await reopened.ReadUidsAsync(Make.Now + Duration.Epsilon, Token).ToListAsync(Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Store_OverAFileOfAnotherKind_IsRefused()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory["usage.duckdb"], new string('x', 10_000), Token);

        var fault = await Should.ThrowAsync<StoreUnavailableException>(
            DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], Ingestion.Small, Token));
        fault.Message.ShouldContain(directory["usage.duckdb"]);
    }

    [Fact]
    public async Task Failures_InPages_AreReadInOrder()
    {
        await using var usage = await StoredUsage.CreateAsync(Row("u0"));
        var load = StoredUsage.Load(1) with
        {
            To = new LogPosition(9),
            Failures = [.. Enumerable.Range(0, 5).Select(index => new FailedMeasurement(
                Make.Organization, IngestFailure.MissingField, $"message {index}", Make.Now, "{}"))],
        };
        await usage.Store.LoadAsync(load, Token);

        var first = await usage.Store.ReadFailuresAsync(Make.Organization, -1, 3, Token);
        var second = await usage.Store.ReadFailuresAsync(Make.Organization, first[^1].Sequence, 3, Token);

        first.Concat(second).Select(failure => failure.Failure.Message)
            .ShouldBe(Enumerable.Range(0, 5).Select(index => $"message {index}"));
        (await usage.Store.ReadFailuresAsync("other", -1, 3, Token)).ShouldBeEmpty();
    }
}
