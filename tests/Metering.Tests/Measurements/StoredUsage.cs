using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>A store with measurements of one meter, loaded without the way through the log.</summary>
internal sealed class StoredUsage : IAsyncDisposable
{
    private readonly TempDirectory _directory;

    private StoredUsage(TempDirectory directory, DuckDbMeasurementStore store)
    {
        _directory = directory;
        Store = store;
    }

    public DuckDbMeasurementStore Store { get; }

    public static async Task<StoredUsage> CreateAsync(params Measurement[] measurements)
    {
        var directory = new TempDirectory();
        var store = await DuckDbMeasurementStore.OpenAsync(
            directory["usage.duckdb"], Ingestion.Small, TestContext.Current.CancellationToken);
        await store.LoadAsync(Load(0, measurements), TestContext.Current.CancellationToken);
        return new StoredUsage(directory, store);
    }

    /// <summary>The load from a position, as many positions long as it has measurements.</summary>
    public static MeasurementLoad Load(long from, params Measurement[] measurements) => new()
    {
        From = new LogPosition(from),
        To = new LogPosition(from + measurements.Length),
        Measurements = [.. measurements.Select(measurement => new EnrichedMeasurement
        {
            OrganizationId = Make.Organization,
            MeterId = "meter-" + measurement.Meter,
            AccountId = "id-of-" + measurement.Account,
            ReceivedAt = Make.Now,
            Measurement = measurement,
            Fields = measurement.Fields,
        })],
        Failures = [],
        Accepted = new Dictionary<string, long> { [Make.Organization] = measurements.Length },
    };

    public Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query) =>
        Store.ReadAsync(query, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _directory.Dispose();
    }
}
