using System.Text;
using NodaTime.Testing;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Conformance;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb.CustomSql;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>A question about usage waits for every partition of the log.</summary>
public sealed class UsageReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Read_WithAPartitionThatIsBehind_WaitsForItsLoader(int behind)
    {
        MemoryLog[] partitions = [new(number: 0), new(number: 1)];
        var loaders = partitions.Select(LoaderOf).ToList();
        foreach (var partition in partitions)
            await new MeasurementIntake(partition, new FakeClock(Make.Now), Ingestion.Options).AcceptAsync(
                Make.Organization,
                Encoding.UTF8.GetBytes(
                    """{"measurements":[{"uid":"u","meter":"m","account":"a","ts":"2026-03-15T00:00:00Z"}]}"""),
                Token);
        await using var stored = await StoredUsage.CreateAsync();
        var reader = new UsageReader(
            new MeasurementLogs([.. partitions]), loaders, new MemoryStore(),
            new CustomSqlEngine(stored.Store, new CustomSqlOptions()));
        using var stop = new CancellationTokenSource();
        var running = loaders[1 - behind].RunAsync(stop.Token);
        await loaders[1 - behind].WaitForAsync(partitions[1 - behind].End, Token);

        var answer = reader.ReadAsync(
            Make.Query(Make.Meter("m", "measure.n"), "n", AggregationMethod.Sum), Token);

        answer.IsCompleted.ShouldBeFalse();
        var catchingUp = loaders[behind].RunAsync(stop.Token);
        (await answer).ShouldBeEmpty();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(Task.WhenAll(running, catchingUp));
    }

    [Fact]
    public void Logs_WithAPartitionMissingOrMisplaced_AreRefused()
    {
        Should.Throw<ArgumentException>(() => new MeasurementLogs());
        Should.Throw<ArgumentException>(() => new MeasurementLogs(new MemoryLog(number: 1)));
        Should.Throw<ArgumentException>(() => new MeasurementLogs(new MemoryLog(number: 1), new MemoryLog(number: 0)));
        new MeasurementLogs(new MemoryLog(number: 0), new MemoryLog(number: 1))[1].Number.ShouldBe(1);
    }

    private static MeasurementLoader LoaderOf(MemoryLog log)
    {
        var (store, catalog) = (new MemoryStore(), new FakeCatalog());
        return new MeasurementLoader(
            log, store, store, new UidIndex(), catalog, catalog, new FakeClock(Make.Now), Ingestion.Options);
    }
}
