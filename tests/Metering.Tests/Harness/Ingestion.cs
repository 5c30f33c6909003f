using System.Text;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.DuckDb.CustomSql;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Metering.Tests.Harness;

/// <summary>The whole way from a request body to usage, over real files.</summary>
internal sealed class Ingestion : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private Ingestion(
        FileMeasurementLog log, DuckDbMeasurementStore duckDb, ILoadTarget store, FakeCatalog catalog,
        IClock clock, IngestOptions options, IUidIndex uids)
    {
        Log = log;
        DuckDb = duckDb;
        Intake = new MeasurementIntake(log, clock, options);
        Loader = new MeasurementLoader(log, store, duckDb, uids, catalog, catalog, clock, options);
        Failures = new FailedMeasurements(duckDb, log);
        Reader = new UsageReader(
            new MeasurementLogs(log), [Loader], duckDb, new CustomSqlEngine(duckDb, new CustomSqlOptions()));
        _running = Loader.RunAsync(_stop.Token);
    }

    public static IngestOptions Options { get; } = new() { RetryDelay = Duration.FromMilliseconds(1) };

    public FileMeasurementLog Log { get; }

    public DuckDbMeasurementStore DuckDb { get; }

    public MeasurementIntake Intake { get; }

    public MeasurementLoader Loader { get; }

    public UsageReader Reader { get; }

    public FailedMeasurements Failures { get; }

    /// <param name="directory">Where log and store are.</param>
    /// <param name="catalog">The configuration.</param>
    /// <param name="clock">The clock; noon of 15 March 2026 when left out.</param>
    /// <param name="wrap">Puts another target of loads before the real store.</param>
    /// <param name="logOptions">Settings of the log.</param>
    /// <param name="options">Settings of ingest.</param>
    /// <param name="uids">The index of uids; the real one when left out.</param>
    public static async Task<Ingestion> StartAsync(
        TempDirectory directory, FakeCatalog catalog, IClock? clock = null,
        Func<ILoadTarget, ILoadTarget>? wrap = null, LogOptions? logOptions = null,
        IngestOptions? options = null, IUidIndex? uids = null)
    {
        var log = FileMeasurementLog.Open(directory["log"], logOptions);
        var store = await DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], Small);
        return new Ingestion(
            log, store, wrap?.Invoke(store) ?? store, catalog, clock ?? new FakeClock(Make.Now), options ?? Options,
            uids ?? new UidIndex());
    }

    public static DuckDbOptions Small { get; } = new() { MemoryMegabytes = 256, Threads = 1 };

    /// <summary>Submits measurements, each the JSON of one.</summary>
    public ValueTask SubmitAsync(params string[] measurements) => Intake.AcceptAsync(
        Make.Organization,
        Encoding.UTF8.GetBytes($$"""{"measurements":[{{string.Join(',', measurements)}}]}"""),
        TestContext.Current.CancellationToken);

    public Task LoadedAsync() => Loader.WaitForAsync(Log.End, TestContext.Current.CancellationToken);

    public Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query) =>
        Reader.ReadAsync(query, TestContext.Current.CancellationToken);

    /// <summary>The failures, in the order received.</summary>
    public async Task<FailureReport[]> FailureReportsAsync()
    {
        await LoadedAsync();
        var failures = await Failures.ReadAsync(
            Make.Organization, new LogPosition(long.MaxValue), Instant.MinValue, 1000,
            TestContext.Current.CancellationToken);
        return [.. failures.Reverse()];
    }

    /// <summary>The types of the failures, in the order received.</summary>
    public async Task<IngestFailure[]> FailuresAsync() =>
        [.. (await FailureReportsAsync()).Select(report => report.Failure.Type)];

    /// <summary>What became of all measurements of the organization.</summary>
    public async Task<LoadTally> TallyAsync()
    {
        await LoadedAsync();
        return await TotalAsync(DuckDb);
    }

    public static async Task<LoadTally> TotalAsync(IIngestLedger store)
    {
        var loaded = await store.ReadTalliesAsync(Make.Organization, TestContext.Current.CancellationToken);
        return loaded.Days.Aggregate(default(LoadTally), (total, day) => total + day.Tally);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        await Log.DisposeAsync();
        await DuckDb.DisposeAsync();
        _stop.Dispose();
    }
}
