using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>A measurement store that is put to the test, by its ports.</summary>
internal interface IStoreSubject : IAsyncDisposable
{
    ILoadTarget Loads { get; }

    IUsageQueries Usage { get; }

    IIngestLedger Ledger { get; }

    IUidSource Uids { get; }

    IUsageRemoval Removal { get; }

    IStoreMaintenance Maintenance { get; }

    /// <summary>Closes the store and opens it again.</summary>
    Task ReopenAsync();
}

/// <summary>
/// The store as a DuckDB file, in which meters soon get tables of their own and erasures take several steps.
/// </summary>
internal sealed class DuckDbSubject : IStoreSubject
{
    private static readonly DuckDbOptions Options = Ingestion.Small with { SmallMeterRows = 40, ErasedAtOnce = 7 };

    private readonly TempDirectory _directory;
    private DuckDbMeasurementStore _store;

    private DuckDbSubject(TempDirectory directory, DuckDbMeasurementStore store) =>
        (_directory, _store) = (directory, store);

    public ILoadTarget Loads => _store;

    public IUsageQueries Usage => _store;

    public IIngestLedger Ledger => _store;

    public IUidSource Uids => _store;

    public IUsageRemoval Removal => _store;

    public IStoreMaintenance Maintenance => _store;

    public static async Task<IStoreSubject> OpenAsync()
    {
        var directory = new TempDirectory();
        return new DuckDbSubject(directory, await OpenAsync(directory));
    }

    public async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        _store = await OpenAsync(_directory);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    private static Task<DuckDbMeasurementStore> OpenAsync(TempDirectory directory) =>
        DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], Options, TestContext.Current.CancellationToken);
}
