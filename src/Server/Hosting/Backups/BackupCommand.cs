using System.Globalization;
using System.Net.Sockets;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Storage;
using Tallystick.Storage.Backups;
using Tallystick.Storage.Files;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Server.Hosting.Backups;

/// <summary>
/// The command that backs up a data directory, together with the server that is running on it, if any.
/// </summary>
/// <param name="dataPath">Full path of the data directory.</param>
/// <param name="target">The target directory.</param>
/// <param name="say">Prints a message for the operator.</param>
internal sealed class BackupCommand(string dataPath, string target, Action<string> say)
{
    /// <summary>The option that requests a backup, followed by the target directory.</summary>
    internal const string Option = "--backup";

    private const string Files = InstallationFiles.Files;
    private const string LogFolder = InstallationFiles.MeasurementLog;
    private const string StoreFile = InstallationFiles.Measurements;
    private const string DocumentFile = InstallationFiles.Documents;

    // Not copied: files that each process creates for itself, and files of the volume.
    private static readonly HashSet<string> OfTheProcess =
        ["lock", "lock.process-id", "uids", "owner", "spare", "new", ControlSocket.Name, "lost+found"];

    /// <summary>Interval of the messages that tell the server that the command is still working.</summary>
    internal TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Makes the backup that the command line asks for.</summary>
    /// <exception cref="StoreUnavailableException">It could not be made; nothing is left of it.</exception>
    internal static async Task RunAsync(string[] args)
    {
        var at = Array.IndexOf(args, Option);
        if (at + 1 == args.Length)
            throw new StoreUnavailableException($"{Option} requires a target directory: {Option} DIR");
        var settings = WebApplication.CreateSlimBuilder([.. args[..at], .. args[(at + 2)..]]).Configuration;
        using var stop = new CancellationTokenSource();
        System.Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        var data = Path.GetFullPath(ServerHost.DataPathOf(settings));
        await new BackupCommand(data, args[at + 1], System.Console.WriteLine).RunAsync(stop.Token);
    }

    /// <summary>Makes the backup.</summary>
    /// <exception cref="StoreUnavailableException">It could not be made; nothing is left of it.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        InstallationFiles.Require(dataPath);
        try
        {
            using var backup = BackupDirectory.Create(target, dataPath);
            using var server = ControlSocket.TryConnect(dataPath);
            if (server is null)
                await CopyStoppedAsync(backup, cancellationToken);
            else
                await CopyRunningAsync(server, backup, cancellationToken);
        }
        catch (Exception failure) when (
            failure is IOException or UnauthorizedAccessException or SocketException or OperationCanceledException)
        {
            throw new StoreUnavailableException($"The backup was not made: {failure.Message}", failure);
        }
    }

    // No server is running, so the files are consistent with each other, even after a crash.
    private async Task CopyStoppedAsync(BackupDirectory backup, CancellationToken cancellationToken)
    {
        using var data = DataDirectory.Open(dataPath);
        await backup.CopyAllAsync(dataPath, "", OfTheProcess.Contains, cancellationToken);
        backup.Complete();
        var isElsewhere = !File.Exists(Path.Combine(dataPath, DocumentFile));
        say($"No server is running on {dataPath}. The whole directory was copied to {target}.");
        if (isElsewhere)
            SayElsewhere();
    }

    private async Task CopyRunningAsync(Socket socket, BackupDirectory backup, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream);
        await using var server = new Asking(reader, writer, Heartbeat);

        // Copy files before and after the documents, which refer to them.
        await backup.CopyAllAsync(Path.Combine(dataPath, Files), Files, IsAside, cancellationToken);
        await server.AskAsync(BackupSession.Hold, cancellationToken);
        var store = Path.Combine(dataPath, StoreFile);
        await backup.CopyAsync(store, StoreFile, new FileInfo(store).Length, cancellationToken);
        var answer = await server.AskAsync(
            $"{BackupSession.Documents} {backup.In(DocumentFile)}", cancellationToken);
        var end = new LogPosition(long.Parse(answer[1], CultureInfo.InvariantCulture));
        await LogCopy.WriteAsync(Path.Combine(dataPath, LogFolder), backup, LogFolder, end, cancellationToken);
        await backup.CopyAllAsync(Path.Combine(dataPath, Files), Files, IsAside, cancellationToken);
        await server.AskAsync(BackupSession.End, cancellationToken);
        await RequireStoreAsync(backup, end, cancellationToken);
        backup.Complete();
        say(string.Create(
            CultureInfo.InvariantCulture,
            $"{dataPath} was copied to {target}, with all measurements up to position {end.Value} of the log."));
        if (answer[2] == BackupSession.Elsewhere)
            SayElsewhere();
    }

    private static bool IsAside(string name) => name == DirectoryFileStore.AsideName;

    // Opens the copy once, so that a damaged copy fails the backup.
    private static async Task RequireStoreAsync(
        BackupDirectory backup, LogPosition end, CancellationToken cancellationToken)
    {
        await using var copy = await DuckDbMeasurementStore.OpenAsync(
            backup.In(StoreFile), new DuckDbOptions { Threads = 1 }, cancellationToken);
        if (await copy.FindPositionAsync(0, cancellationToken) > end)
            throw new IOException("The copy of the measurement store is ahead of the copy of the log.");
    }

    private void SayElsewhere() => say(
        "Configuration and bills are in PostgreSQL and are not part of the copy. Dump the database now with pg_dump, "
        + "and keep both together: the dump must not be older than this copy.");

    /// <summary>Sends requests to the server one at a time, and heartbeats in between.</summary>
    private sealed class Asking : IAsyncDisposable
    {
        private readonly StreamReader _reader;
        private readonly StreamWriter _writer;
        private readonly SemaphoreSlim _writing = new(1);
        private readonly PeriodicTimer _heartbeat;
        private readonly Task _beating;

        internal Asking(StreamReader reader, StreamWriter writer, TimeSpan heartbeat)
        {
            (_reader, _writer, _heartbeat) = (reader, writer, new PeriodicTimer(heartbeat));
            _beating = BeatAsync();
        }

        public async ValueTask DisposeAsync()
        {
            _heartbeat.Dispose();
            await _beating;
            _writing.Dispose();
        }

        /// <returns>The words of the answer.</returns>
        internal async Task<string[]> AskAsync(string request, CancellationToken cancellationToken)
        {
            try
            {
                await SayAsync(request, cancellationToken);
            }
            catch (IOException)
            {
                // The server has ended the backup. Its last message, which is read below, states why.
            }
            var answer = await _reader.ReadLineAsync(cancellationToken)
                ?? throw new IOException("the server has stopped in the meantime.");
            return answer.StartsWith(BackupListener.Failed, StringComparison.Ordinal)
                ? throw new IOException(answer[BackupListener.Failed.Length..].Trim())
                : answer.Split(' ');
        }

        private async Task BeatAsync()
        {
            try
            {
                while (await _heartbeat.WaitForNextTickAsync())
                    await SayAsync(BackupSession.Alive, CancellationToken.None);
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException)
            {
                // The server has ended the backup. The next request reports why.
            }
        }

        private async Task SayAsync(string request, CancellationToken cancellationToken)
        {
            await _writing.WaitAsync(cancellationToken);
            try
            {
                await _writer.WriteLineAsync(request.AsMemory(), cancellationToken);
                await _writer.FlushAsync(cancellationToken);
            }
            finally
            {
                _writing.Release();
            }
        }
    }
}
