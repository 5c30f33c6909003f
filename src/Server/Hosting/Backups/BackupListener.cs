using System.Globalization;
using System.Net.Sockets;
using Tallystick.Storage;

namespace Tallystick.Server.Hosting.Backups;

/// <summary>Serves backup commands, one at a time.</summary>
internal sealed class BackupListener(DataDirectory data, BackupSources sources, ILogger<BackupListener> logger)
    : BackgroundService
{
    /// <summary>Prefix of the response to a failed request, followed by the reason.</summary>
    internal const string Failed = "failed";

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Timeout after which the backup of a silent command is ended.</summary>
    internal TimeSpan MaxSilence { get; init; } = TimeSpan.FromMinutes(1);

    private Socket? _listener;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _listener = ControlSocket.Listen(data.Path);
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException)
        {
            Log.BackupsUnavailable(logger, failure);
        }
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_listener is null)
            return;
        List<Task> sessions = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(stoppingToken);
                sessions.RemoveAll(session => session.IsCompleted);
                sessions.Add(ServeAsync(client, stoppingToken));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException)
        {
            if (!stoppingToken.IsCancellationRequested)
                Log.BackupsUnavailable(logger, failure);
        }
        await Task.WhenAll(sessions);
    }

    public override void Dispose()
    {
        _listener?.Dispose();
        _turn.Dispose();
        base.Dispose();
    }

    private async Task ServeAsync(Socket client, CancellationToken stoppingToken)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream);
            if (!await _turn.WaitAsync(0, stoppingToken))
            {
                await writer.WriteLineAsync($"{Failed} Another backup is in progress. Wait for it to finish.");
                return;
            }
            try
            {
                await ServeAsync(reader, writer, stoppingToken);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (Exception failure) when (
            failure is IOException or ObjectDisposedException or OperationCanceledException or TimeoutException)
        {
            // The command has disconnected or the server is stopping. The command detects that its backup is
            // incomplete.
        }
    }

    private async Task ServeAsync(StreamReader reader, StreamWriter writer, CancellationToken stoppingToken)
    {
        await using var session = new BackupSession(sources);
        try
        {
            while (await InTimeAsync(token => reader.ReadLineAsync(token).AsTask(), stoppingToken) is { } request)
            {
                if (request != BackupSession.Alive)
                    await SayAsync(writer, await AnswerAsync(session, request, stoppingToken), stoppingToken);
            }
        }
        catch (TimeoutException failure)
        {
            Log.BackupFailed(logger, failure);
            await SayAsync(writer, $"{Failed} {failure.Message}", stoppingToken);
        }
    }

    private Task SayAsync(StreamWriter writer, string answer, CancellationToken stoppingToken) => InTimeAsync(
        async token =>
        {
            await writer.WriteLineAsync(answer.AsMemory(), token);
            await writer.FlushAsync(token);
            return true;
        },
        stoppingToken);

    // During a backup, no log files are deleted and the journal grows, so a command that hangs must be timed out.
    private async Task<T> InTimeAsync<T>(
        Func<CancellationToken, Task<T>> talk, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(MaxSilence);
        try
        {
            return await talk(limit.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(
                CultureInfo.InvariantCulture,
                $"The backup was stopped because the backup command did not respond for {MaxSilence.TotalSeconds} "
                    + $"seconds."));
        }
    }

    private async Task<string> AnswerAsync(BackupSession session, string request, CancellationToken stoppingToken)
    {
        try
        {
            return await session.AnswerAsync(request, stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Log.BackupFailed(logger, failure);
            return $"{Failed} {failure.Message.ReplaceLineEndings(" ")}";
        }
    }
}
