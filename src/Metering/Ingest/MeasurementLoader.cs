using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Loads accepted measurements from the log into the store: enriches them, drops duplicates, and trims the log. A load
/// is first decided and then applied; the decision is final, and is applied until the store has it. One load is decided
/// while the previous one is applied, and another may wait in between. Faults are retried with increasing delays. No
/// record is skipped or loaded twice, because the store saves the position together with the rows.
/// </summary>
public sealed class MeasurementLoader
{
    // One that is filled, one that waits and one that is stored.
    private const int Loads = 3;

    // Loads that the store must have kept in a row before they grow again after one was too large.
    private const int LoadsBeforeGrowth = 32;

    // Uids that are added to the index together when it is restored: 32 MB of them.
    private const int RestoredAtOnce = 2 * 1024 * 1024;

    private readonly ILogPartition _log;
    private readonly ILoadTarget _store;
    private readonly IUidSource _stored;
    private readonly IUidIndex _uids;
    private readonly IClock _clock;
    private readonly IngestOptions _options;
    private readonly LoadProgress _progress = new();
    private readonly LoadBuilder[] _loads;
    private bool _isRestored;
    private volatile bool _hasRecovered;

    // Measurements of a load at present: fewer while the store has not enough memory for more.
    private int _loadSize;
    private int _storedInRow;

    /// <summary>Puts the loader between its log and its store; it does nothing before <see cref="RunAsync"/>.</summary>
    public MeasurementLoader(
        ILogPartition log, ILoadTarget store, IUidSource stored, IUidIndex uids, IMeteringCatalog catalog,
        ISkeletonAccounts skeletons, IClock clock, IngestOptions options)
    {
        (_log, _store, _stored, _uids, _clock, _options) = (log, store, stored, uids, clock, options);
        _loadSize = store.PreferredLoadSize;
        var accounts = new AccountCache(catalog, skeletons);
        var loadUids = new LoadUids(uids, log, options.DuplicateWindow);
        _loads =
        [
            .. Enumerable.Range(0, Loads).Select(_ => new LoadBuilder(catalog, accounts, uids, loadUids)),
        ];
    }

    /// <summary>Everything before this position is loaded.</summary>
    public LogPosition Position => _progress.Position;

    /// <summary>What became of the measurements that were loaded since the start.</summary>
    public LoadTally Total => _progress.Total;

    /// <summary>The reason why the loader has stopped, for the operator; null while it works.</summary>
    public Exception? Fault
    {
        get;
        private set
        {
            field = value;
            if (value is not null)
                Faulted?.Invoke(value);
        }
    }

    /// <summary>Whether it has found out where to go on, so that it loads, or has nothing to load.</summary>
    public bool HasRecovered => _hasRecovered;

    /// <summary>Raised when a fault is retried; for logging.</summary>
    public event Action<Exception>? Faulted;

    /// <summary>Loads until the token is cancelled; then throws <see cref="OperationCanceledException"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var delay = _options.RetryDelay;
        while (true)
        {
            var position = Position;
            try
            {
                await RecoverAsync(cancellationToken);
                await LoadAsync(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                Fault = exception;
            }
            if (Position != position)
                delay = _options.RetryDelay;
            await Task.Delay(delay.ToTimeSpan(), cancellationToken);
            delay = Duration.Min(delay * 2, _options.RetryDelayLimit);
        }
    }

    /// <summary>Waits until everything before the position is loaded.</summary>
    public Task WaitForAsync(LogPosition position, CancellationToken cancellationToken) =>
        _progress.WaitForAsync(position, cancellationToken);

    /// <summary>
    /// Waits until at most a number of bytes are pending, up to a maximum time, or returns immediately while a fault
    /// stops the loader.
    /// </summary>
    internal async ValueTask WaitForBacklogAsync(long bytes, Duration longest, CancellationToken cancellationToken)
    {
        var end = _log.End;
        if (_log.BytesBetween(Position, end) <= bytes || Fault is not null)
            return;
        await _progress.WaitForAsync(
            end, reached => _log.BytesBetween(reached, end) <= bytes, cancellationToken)
            .WaitAsync(longest.ToTimeSpan(), cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Finds out what the store holds, and makes the uid index hold the same.</summary>
    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        var position = await _store.FindPositionAsync(_log.Number, cancellationToken);
        if (position < _log.Start || position > _log.End)
        {
            throw new LoadRefusedException(
                $"The measurement log contains {_log.Start.Value} to {_log.End.Value}, but the measurement store has "
                + $"loaded it up to {position.Value}: they do not match. Restore both from the same backup.");
        }
        if (!_isRestored)
        {
            await RestoreUidsAsync(position, cancellationToken);
            _isRestored = true;
        }
        // After a fault the store may have kept a load although it could not say so.
        foreach (var builder in _loads)
        {
            if (builder.Load.To > position)
                builder.Undo();
        }
        if (position > Position || position == _log.End)
            Fault = null; // what could not be stored is stored
        _progress.MoveTo(position);
        _hasRecovered = true;
    }

    private async Task RestoreUidsAsync(LogPosition position, CancellationToken cancellationToken)
    {
        // What waits in the log was received before now, and its duplicates must be found as they were then.
        var since = _clock.GetCurrentInstant();
        await foreach (var entry in ReadLogAsync(position, cancellationToken))
        {
            since = Instant.Min(since, entry.Records.Min(record => LoadBuilder.ReceiptOf(record)));
            break;
        }
        _uids.Clear();
        var oldest = _log.Start;
        _uids.Forget(oldest);
        List<UidEntry> found = [];
        await _stored.VisitUidsAsync(
            _log.Number, since - _options.DuplicateWindow,
            (organization, uid, at) =>
            {
                if (at < oldest)
                    return;
                found.Add(new UidEntry(_uids.Fingerprint(organization, uid), at));
                if (found.Count < RestoredAtOnce)
                    return;
                _uids.AddAll(CollectionsMarshal.AsSpan(found));
                found.Clear();
            },
            cancellationToken);
        _uids.AddAll(CollectionsMarshal.AsSpan(found));
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = Task.CompletedTask;
        var stores = new Queue<Task>();
        var from = Position;
        var dropped = 0;
        try
        {
            for (var number = 0; ; number = (number + 1) % Loads)
            {
                // It is free: only those of the last Loads - 1 rounds wait or are being stored.
                var builder = _loads[number];
                builder.Begin(_log.Number, from);
                await FillAsync(builder, EnoughFor(_loadSize, dropped), stored, cancellationToken);
                await builder.EndAsync(cancellationToken);
                if (stores.Count == Loads - 1)
                    await stores.Dequeue();
                _uids.Forget(_log.Start);
                stored = StoreAsync(builder, after: stored, cancellationToken);
                stores.Enqueue(stored);
                from = builder.Load.To;
                dropped = builder.Load.Failures.Count(failure => failure.Type != IngestFailure.CalculationError);
            }
        }
        finally
        {
            // Nothing may be recovered while the store is still at work.
            await Task.WhenAny(stored);
        }
    }

    /// <summary>Takes measurements in until there are enough, or somebody waits, or it has been long.</summary>
    private async Task FillAsync(LoadBuilder builder, int enough, Task stored, CancellationToken cancellationToken)
    {
        Task? gathered = null;
        while (true)
        {
            await foreach (var entry in ReadLogAsync(builder.Load.To, cancellationToken))
            {
                await builder.AddAsync(entry, cancellationToken);
                if (builder.Count >= enough)
                    return;
            }
            if (stored.IsFaulted)
                return;
            var isWanted = _progress.Wanted(behind: builder.Load.From);
            List<Task> awaited = [];
            if (builder.Count == 0)
                awaited.Add(_log.WaitForMoreAsync(builder.Load.To, cancellationToken));
            else
            {
                gathered ??= Task.Delay(_options.GatheringTime.ToTimeSpan(), cancellationToken);
                if (isWanted.IsCompleted || gathered.IsCompleted)
                    return;
                // To look at each measurement as it comes would cost more than to load it.
                var pause = Task.Delay(_options.GatheringPause.ToTimeSpan(), cancellationToken);
                awaited.AddRange(gathered, isWanted, pause);
            }
            if (!stored.IsCompleted)
                awaited.Add(stored);
            await await Task.WhenAny(awaited);
        }
    }

    private async IAsyncEnumerable<LogEntry> ReadLogAsync(
        LogPosition from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var entries = _log.ReadAsync(from, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(entries, cancellationToken))
            yield return entries.Current;
    }

    private static async ValueTask<bool> MoveNextAsync(
        IAsyncEnumerator<LogEntry> entries, CancellationToken cancellationToken)
    {
        try
        {
            return await entries.MoveNextAsync();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LoadRefusedException($"The measurement log cannot be read: {exception.Message}", exception);
        }
    }

    // A few rows too many cost less than one too few, for which the load would be written twice.
    private static int EnoughFor(int rows, int dropped) => rows + Math.Min(dropped + dropped / 8, rows);

    private async Task StoreAsync(LoadBuilder builder, Task after, CancellationToken cancellationToken)
    {
        await after;
        await ApplyAsync(builder, cancellationToken);
        if (_loadSize < _store.PreferredLoadSize && ++_storedInRow % LoadsBeforeGrowth == 0)
            _loadSize = Math.Min(_store.PreferredLoadSize, _loadSize * 2);
        Fault = null;
        _progress.Add(builder.Load.Tallies);
        _progress.MoveTo(builder.Load.To);
        await TrimAsync(builder.LastReceivedAt, cancellationToken);
    }

    // The store may have kept the load although it could not say so: then it recognizes the load.
    private async Task ApplyAsync(LoadBuilder builder, CancellationToken cancellationToken)
    {
        for (var delay = _options.RetryDelay; ; delay = Duration.Min(delay * 2, _options.RetryDelayLimit))
        {
            try
            {
                await _store.ApplyAsync(builder.Load, cancellationToken);
                return;
            }
            catch (LoadTooLargeException)
            {
                // It is decided anew, half as large: each half is stored with the position that it reaches.
                _loadSize = Math.Max(1, Math.Min(_loadSize, builder.Count) / 2);
                _storedInRow = 0;
                throw;
            }
            // A load that does not match the store's position never will.
            catch (Exception exception)
                when (exception is not InvalidOperationException && !cancellationToken.IsCancellationRequested)
            {
                Fault = exception;
            }
            await Task.Delay(delay.ToTimeSpan(), cancellationToken);
        }
    }

    // What was received within the window is kept, since a duplicate is recognized by the first one in the log.
    private async Task TrimAsync(long lastReceivedAt, CancellationToken cancellationToken)
    {
        var received = Instant.Min(_clock.GetCurrentInstant(), Nanoseconds.ToInstant(lastReceivedAt));
        try
        {
            await _log.TrimAsync(Position, received - _options.DuplicateWindow, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It only costs space: loading goes on, and the next load trims again.
            Fault = exception;
        }
    }
}

/// <summary>The log cannot be loaded until an operator repairs it, so nothing more may be accepted.</summary>
/// <param name="message">Why, for the operator.</param>
/// <param name="inner">What was met, where something was.</param>
public sealed class LoadRefusedException(string message, Exception? inner = null) : Exception(message, inner);
