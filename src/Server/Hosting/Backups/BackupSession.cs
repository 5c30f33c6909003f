using System.Globalization;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Server.Hosting.Backups;

/// <summary>What a backup copies.</summary>
/// <param name="Store">The measurements.</param>
/// <param name="Log">Their log.</param>
/// <param name="Documents">The documents; null when they are in PostgreSQL.</param>
internal sealed record BackupSources(
    DuckDbMeasurementStore Store, FileMeasurementLog Log, SqliteDocumentStore? Documents);

/// <summary>
/// The server's part of one backup: it keeps files as they are while the command copies them. The command copies
/// measurements before documents, so that the documents know every account and meter of the measurements, and the log
/// last, up to the moment of the documents, so that it never ends before the measurements.
/// </summary>
internal sealed class BackupSession(BackupSources sources) : IAsyncDisposable
{
    /// <summary>Asks for a measurement file that stays as it is, and for a log of which nothing is deleted.</summary>
    internal const string Hold = "hold";

    /// <summary>
    /// Asks for a copy of the documents at the path that follows. The answer is the end of the log at the moment of
    /// the copy, and <see cref="Sqlite"/> or <see cref="Elsewhere"/>.
    /// </summary>
    internal const string Documents = "documents";

    /// <summary>Says that the command is at work; there is no answer.</summary>
    internal const string Alive = "alive";

    /// <summary>Asks whether the server has kept everything all the time.</summary>
    internal const string End = "end";

    /// <summary>The request was done.</summary>
    internal const string Done = "done";

    /// <summary>The documents were copied.</summary>
    internal const string Sqlite = "sqlite";

    /// <summary>The documents are in PostgreSQL and were not copied.</summary>
    internal const string Elsewhere = "postgresql";

    private FileHold? _hold;

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
        sources.Log.KeepFiles(false);
        if (_hold is not null)
            await _hold.DisposeAsync();
    }

    private async Task<string> HoldAsync(CancellationToken cancellationToken)
    {
        sources.Log.KeepFiles(true);
        _hold ??= await sources.Store.HoldFileAsync(cancellationToken);
        return Done;
    }

    private string RequireHeld()
    {
        _hold?.RequireHeld();
        return Done;
    }

    private async Task<string> CopyDocumentsAsync(string path, CancellationToken cancellationToken)
    {
        // The measurements have been copied: the documents need not be if that is in vain.
        RequireHeld();
        var end = sources.Log.End;
        if (sources.Documents is { } documents)
            await documents.CopyToAsync(path, () => end = sources.Log.End, cancellationToken);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Done} {end.Value} {(sources.Documents is null ? Elsewhere : Sqlite)}");
    }
}
