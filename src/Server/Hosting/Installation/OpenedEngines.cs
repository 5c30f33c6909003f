using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Statements;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Events;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting.Backups;
using Tallystick.Storage;
using Tallystick.Storage.Documents.Caching;
using Tallystick.Storage.Documents.PostgreSql;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>The storage engines of an installation, opened together.</summary>
/// <param name="Documents">The document store, with configuration and bills.</param>
/// <param name="Sqlite">The underlying SQLite store; null if the documents are in PostgreSQL.</param>
/// <param name="Measurements">The measurement store, its log and the uid index.</param>
internal sealed record OpenedEngines(
    IDocumentStore Documents, SqliteDocumentStore? Sqlite, MeasurementEngines Measurements) : IAsyncDisposable
{
    /// <summary>How long a start waits for a former process to release the database.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The sources of a backup.</summary>
    internal BackupSources BackupSources => new(Measurements.Store, Measurements.Log, Sqlite);

    /// <summary>The kinds of documents of an organization that are not resources.</summary>
    internal static IReadOnlyList<DocumentKind> InternalKinds { get; } =
    [
        .. BillDocuments.Kinds, StatementBasis.Kind, ActionedEvents.Kind, ChangeEvents.Kind, Subscriptions.Kind,
    ];

    private static IReadOnlyList<DocumentKind> Kinds =>
        [.. AllKinds.Catalog.DocumentKinds, .. InternalKinds, InstallationId.Kind, InstallationKeys.Kind];

    /// <summary>
    /// Opens documents and measurements in parallel, to start faster. Neither is changed before it is verified that
    /// they belong together, so that a refused start leaves the data unchanged.
    /// </summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="data">The data directory.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="acceptsLoss">Whether the operator has accepted the loss of missing data.</param>
    /// <param name="require">A further check of the documents.</param>
    /// <exception cref="StoreUnavailableException">
    /// A store is damaged or of a newer version, or the stores do not belong together.
    /// </exception>
    internal static async Task<OpenedEngines> OpenAsync(
        IConfiguration configuration, DataDirectory data, IClock clock, bool acceptsLoss,
        Func<IDocumentReader, Task> require)
    {
        var memory = MeasurementMemory.From(configuration);
        var check = new InstallationCheck(DocumentPlace(configuration, data), data.Path, acceptsLoss);
        var finding = Task.Run(() => UnopenedStore.Open(
            Path.Combine(data.Path, InstallationFiles.Measurements), memory.Store));
        Task<MeasurementEngines>? opening = null;
        IDocumentStore? store = null;
        try
        {
            (store, var sqlite) = await OpenDocumentsAsync(configuration, data, acceptsLoss, async documents =>
            {
                var found = await finding;
                await check.RequireOneAsync(documents, found, CancellationToken.None);
                await require(documents);
                var log = await new LogCheck(
                    Path.Combine(data.Path, InstallationFiles.MeasurementLog), found.Position, acceptsLoss).OpenAsync(
                        end => check.RequireWholeAsync(documents, found, end, CancellationToken.None));
                opening = Task.Run(() => MeasurementEngines.OpenAsync(found, log));
            });
            var measurements = await opening!;
            var resources = Machinery.NewService(store, clock);
            await InstallationCheck.CompleteAsync(store, resources, measurements.Store, CancellationToken.None);
            measurements.OpenUids(memory.Uids(
                Path.Combine(data.Path, InstallationFiles.Uids),
                await InstallationSecret.ProvideAsync(resources, CancellationToken.None)));
            return new OpenedEngines(store, sqlite, measurements);
        }
        catch
        {
            if (store is not null)
                await store.DisposeAsync();
            await CloseAsync(finding, opening);
            throw;
        }
    }

    /// <summary>Closes them. Call after the services that use them have stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await Measurements.DisposeAsync();
        await Documents.DisposeAsync();
    }

    // Ignores failures here, because the original exception is rethrown.
    private static async Task CloseAsync(Task<UnopenedStore> finding, Task<MeasurementEngines>? opening)
    {
        if (opening is not null)
        {
            await opening.ContinueWith(_ => { }, TaskScheduler.Default);
            if (opening.IsCompletedSuccessfully)
                await opening.Result.DisposeAsync();
        }
        await finding.ContinueWith(_ => { }, TaskScheduler.Default);
        if (finding.IsCompletedSuccessfully)
            finding.Result.Dispose();
    }

    // The connection is shown without its password.
    private static string DocumentPlace(IConfiguration configuration, DataDirectory data) =>
        configuration["TALLYSTICK_POSTGRES"] is { Length: > 0 } connection
            ? PostgresDocumentStore.PlaceOf(connection)
            : Path.Combine(data.Path, InstallationFiles.Documents);

    private static async Task<(IDocumentStore Store, SqliteDocumentStore? Sqlite)> OpenDocumentsAsync(
        IConfiguration configuration, DataDirectory data, bool acceptsLoss, Func<IDocumentReader, Task> check)
    {
        if (configuration["TALLYSTICK_POSTGRES"] is { Length: > 0 } connection)
            return (await OpenPostgresAsync(connection, check), null);
        var sqlite = await SqliteDocumentStore.OpenAsync(
            Path.Combine(data.Path, InstallationFiles.Documents), Kinds, CancellationToken.None, acceptsLoss, check);
        return (new CachedDocumentStore(sqlite, new AssumedExclusiveUse()), sqlite);
    }

    private static async Task<IDocumentStore> OpenPostgresAsync(string connection, Func<IDocumentReader, Task> check)
    {
        var exclusiveUse = await PostgresExclusiveUse.TakeAsync(connection, Patience, CancellationToken.None);
        try
        {
            var store = await PostgresDocumentStore.OpenAsync(connection, Kinds, CancellationToken.None, check);
            return new CachedDocumentStore(store, exclusiveUse);
        }
        catch
        {
            await exclusiveUse.DisposeAsync();
            throw;
        }
    }
}
