using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;
using Tallystick.Server.Installation;
using Tallystick.Server.Usage;
using Tallystick.Storage;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Server.Ingest;

/// <summary>The log, the store and the uid index of measurements, in the data directory.</summary>
internal sealed class MeasurementEngines : IAsyncDisposable
{
    private readonly UidIndex _uids;

    private MeasurementEngines(FileMeasurementLog log, DuckDbMeasurementStore store, UidIndex uids) =>
        (Log, Store, _uids) = (log, store, uids);

    /// <summary>The log, to tell of its condition.</summary>
    internal FileMeasurementLog Log { get; }

    /// <summary>The store, to tell whose it is.</summary>
    internal DuckDbMeasurementStore Store { get; }

    /// <summary>Opens them.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="memory">How much memory they may take.</param>
    /// <param name="acceptsLoss">Whether the operator has said to go on without what is missing.</param>
    /// <exception cref="StoreUnavailableException">One is damaged, or they do not belong together.</exception>
    internal static async Task<MeasurementEngines> OpenAsync(
        DataDirectory data, MeasurementMemory memory, bool acceptsLoss)
    {
        var store = await DuckDbMeasurementStore.OpenAsync(
            Path.Combine(data.Path, "measurements.duckdb"), memory.Store, CancellationToken.None);
        try
        {
            var log = await new LogCheck(Path.Combine(data.Path, "measurement-log"), store, acceptsLoss)
                .OpenLogAsync(CancellationToken.None);
            return new MeasurementEngines(log, store, new UidIndex(memory.Uids(Path.Combine(data.Path, "uids"))));
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds what takes measurements in and reads them.</summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="clock">The time, which tests control.</param>
    /// <param name="wrapLog">Puts another log before the real one; only benchmarks do.</param>
    internal void AddTo(IServiceCollection services, IClock clock, Func<IMeasurementLog, IMeasurementLog>? wrapLog)
    {
        var log = wrapLog?.Invoke(Log) ?? Log;
        var options = new IngestOptions();
        services.AddSingleton(Log);
        services.AddSingleton(log);
        services.AddSingleton<IMeasurementStore>(Store);
        services.AddSingleton<IUidIndex>(_uids);
        services.AddSingleton<IMeteringCatalogue>(provider => new MeteringCatalogue(
            provider.GetRequiredService<ResourceService>(), provider.GetRequiredService<IngestCodes>(),
            new AutomaticAccounts(provider.GetRequiredService<RequestLimits>().AutomaticAccounts, clock)));
        services.AddSingleton(provider => new MeasurementIntake(
            log, clock, options, provider.GetRequiredService<MeasurementLoader>()));
        services.AddSingleton(provider => new MeasurementLoader(
            log, Store, _uids, provider.GetRequiredService<IMeteringCatalogue>(), clock, options));
        services.AddSingleton(
            provider => new UsageReader(log, provider.GetRequiredService<MeasurementLoader>(), Store));
        services.AddSingleton(provider => QuerySlots.Of(provider.GetRequiredService<RequestLimits>()));
        services.AddSingleton(new FailedMeasurements(Store, log));
        services.AddSingleton(new MeasurementConservation(Store, log));
        services.AddHostedService<LoaderService>();
        services.AddHostedService<SortingService>();
    }

    /// <summary>Closes them, after what uses them has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Log.DisposeAsync();
        _uids.Dispose();
    }
}
