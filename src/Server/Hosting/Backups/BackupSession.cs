using System.Globalization;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Server.Hosting.Backups;

/// <summary>The sources of a backup.</summary>
/// <param name="Store">The measurement store.</param>
/// <param name="Log">The measurement log.</param>
/// <param name="Documents">The document store; null if the documents are in PostgreSQL.</param>
internal sealed record BackupSources(
    DuckDbMeasurementStore Store, FileMeasurementLog Log, SqliteDocumentStore? Documents);

/// <summary>
/// The server's side of one backup: keeps files unchanged while the command copies them. The command copies the
/// measurements before the documents, so that the documents contain every account and meter of the measurements. It
/// copies the log last, up to its end at the time of the documents, so that the log never ends before the measurements.
/// </summary>
internal sealed class BackupSession(BackupSources sources) : IAsyncDisposable
{
    /// <summary>Request: keep the measurement file unchanged, and do not delete log files.</summary>
    internal const string Hold = "hold";

    /// <summary>
    /// Request: copy the documents to the path that follows. The response has the end of the log at the time of the
    /// copy, and <see cref="Sqlite"/> or <see cref="Elsewhere"/>.
    /// </summary>
    internal const string Documents = "documents";

    /// <summary>Heartbeat of the command; has no response.</summary>
    internal const string Alive = "alive";

    /// <summary>Request: confirm that the measurement file was unchanged throughout.</summary>
    internal const string End = "end";

    /// <summary>Response: the request succeeded.</summary>
    internal const string Done = "done";

    /// <summary>Response: the documents were copied.</summary>
    internal const string Sqlite = "sqlite";

    /// <summary>Response: the documents are in PostgreSQL and were not copied.</summary>
    internal const string Elsewhere = "postgresql";

    private CheckpointHold? _hold;

    /// <summary>Answers a request.</summary>
    internal async Task<string> AnswerAsync(string request, CancellationToken cancellationToken) =>
        request.Split(' ', 2) switch
        {
            [Hold] => await HoldAsync(cancellationToken),
            [Documents, var path] => await CopyDocumentsAsync(path, cancellationToken),
            [End] => RequireHeld(),
            _ => throw new InvalidOperationException("The command and the server have different versions."),
        };

    public async ValueTask DisposeAsync()
    {
        sources.Log.SuspendTrimming(false);
        if (_hold is not null)
            await _hold.DisposeAsync();
    }

    private async Task<string> HoldAsync(CancellationToken cancellationToken)
    {
        sources.Log.SuspendTrimming(true);
        _hold ??= await sources.Store.HoldCheckpointsAsync(cancellationToken);
        return Done;
    }

    private string RequireHeld()
    {
        _hold?.RequireHeld();
        return Done;
    }

    private async Task<string> CopyDocumentsAsync(string path, CancellationToken cancellationToken)
    {
        // Do not copy the documents if the copy of the measurements has become invalid.
        RequireHeld();
        var end = sources.Log.End;
        if (sources.Documents is { } documents)
            await documents.CopyToAsync(path, () => end = sources.Log.End, cancellationToken);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Done} {end.Value} {(sources.Documents is null ? Elsewhere : Sqlite)}");
    }
}
