using NodaTime;
using Tallystick.Billing.Ingest;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Ingest.CloudEvents;
using Tallystick.Metering.Ingest.Otlp;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Removal;
using Tallystick.Metering.Uploads;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Api.Usage;
using Tallystick.Server.Jobs;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.DuckDb.CustomSql;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Server.Hosting;

/// <summary>The measurement log, the measurement store and the uid index in the data directory.</summary>
internal sealed class MeasurementEngines : IAsyncDisposable
{
    private UidIndex? _uids;

    private MeasurementEngines(FileMeasurementLog log, DuckDbMeasurementStore store) => (Log, Store) = (log, store);

    /// <summary>The log, for status reports.</summary>
    internal FileMeasurementLog Log { get; }

    /// <summary>The store, to identify its installation.</summary>
    internal DuckDbMeasurementStore Store { get; }

    /// <summary>Opens them after it has been verified that they belong together.</summary>
    /// <param name="found">The file of the store.</param>
    /// <param name="log">The log, and the position from which to continue loading.</param>
    internal static async Task<MeasurementEngines> OpenAsync(
        UnopenedStore found, (FileMeasurementLog Log, LogPosition ResumeAt) log)
    {
        DuckDbMeasurementStore? store = null;
        try
        {
            store = found.OpenStore();
            if (log.ResumeAt != found.Position)
                await store.MoveToAsync(log.ResumeAt, CancellationToken.None);
            return new MeasurementEngines(log.Log, store);
        }
        catch
        {
            if (store is not null)
                await store.DisposeAsync();
            await log.Log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the uid index, once the secret of the installation is known.</summary>
    internal void OpenUids(UidIndexOptions options) => _uids = new UidIndex(options);

    /// <summary>Registers the services that accept, load and query measurements.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="wrapLog">Wraps the measurement log; only for benchmarks.</param>
    internal void AddTo(IServiceCollection services, IClock clock, Func<ILogPartition, ILogPartition>? wrapLog)
    {
        var uids = _uids ?? throw new InvalidOperationException("The uid index is not open.");
        ILogPartition log = Log;
        log = wrapLog?.Invoke(log) ?? log;
        var options = new IngestOptions();
        var logs = new MeasurementLogs(log);
        services.AddSingleton(log);
        services.AddSingleton<IMeasurementLogs>(logs);
        services.AddSingleton<ILoadTarget>(Store);
        services.AddSingleton<IUsageQueries>(Store);
        services.AddSingleton<IIngestLedger>(Store);
        services.AddSingleton<IUidSource>(Store);
        services.AddSingleton<IUsageRemoval>(Store);
        services.AddSingleton<IStoreMaintenance>(Store);
        services.AddSingleton<IUidIndex>(uids);
        services.AddSingleton<PublishedLookups>();
        services.AddSingleton(provider => new MeteringCatalog(
            provider.GetRequiredService<ResourceService>(), provider.GetRequiredService<IngestCodes>(),
            provider.GetRequiredService<PublishedLookups>(),
            new AutomaticAccounts(provider.GetRequiredService<RequestLimits>().AutomaticAccounts, clock)));
        services.AddSingleton(provider => new MeasurementIntake(
            log, clock, options, provider.GetRequiredService<MeasurementLoader>()));
        services.AddSingleton(provider => new CloudEventIntake(
            provider.GetRequiredService<MeasurementIntake>(), provider.GetRequiredService<MeteringCatalog>(), clock));
        services.AddSingleton(provider => new OtlpIntake(
            provider.GetRequiredService<MeasurementIntake>(), provider.GetRequiredService<OtlpRules>()));
        services.AddSingleton(provider => new MeasurementLoader(
            log, Store, Store, uids, provider.GetRequiredService<MeteringCatalog>(),
            provider.GetRequiredService<MeteringCatalog>(), clock, options));
        services.AddSingleton<ICustomSqlEngine>(provider => new CustomSqlEngine(
            Store, provider.GetRequiredService<RequestLimits>().CustomSql));
        services.AddSingleton(provider => new UsageReader(
            logs, [provider.GetRequiredService<MeasurementLoader>()], Store,
            provider.GetRequiredService<ICustomSqlEngine>()));
        services.AddSingleton(provider => QuerySlots.Of(provider.GetRequiredService<RequestLimits>()));
        services.AddSingleton(new FailedMeasurements(Store, log));
        services.AddSingleton(new MeasurementConservation(Store, log));
        AddUploads(services, log, clock, options);
        var (begin, endAtBegin) = (clock.GetCurrentInstant(), log.End);
        services.AddSingleton(provider => new LoadedLog(
            log, provider.GetRequiredService<MeasurementLoader>(), begin, endAtBegin));
        services.AddHostedService<LoaderService>();
        services.AddHostedService<MaintenanceService>();
    }

    private static void AddUploads(
        IServiceCollection services, ILogPartition log, IClock clock, IngestOptions options)
    {
        services.AddSingleton(provider => new MeasurementUploads(
            provider.GetRequiredService<ResourceService>(), provider.GetRequiredService<ArrivingUploads>(),
            provider.GetRequiredService<MeteringCatalog>(), log, clock));
        services.AddSingleton<IUploadTarget>(provider => provider.GetRequiredService<MeasurementUploads>());
        services.AddSingleton<IJobHandler>(provider => new MeasurementUploadHandler(
            provider.GetRequiredService<ResourceService>(), provider.GetRequiredService<IFileStore>(),
            provider.GetRequiredService<MeasurementIntake>(), provider.GetRequiredService<MeteringCatalog>(), log,
            options, clock));
    }

    /// <summary>Closes them. Call after the services that use them have stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Log.DisposeAsync();
        _uids?.Dispose();
    }
}
