using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Loads accepted measurements from the log into the store: enriches them, drops duplicates, and trims the log. A load
/// is first decided and then applied. The decision is final: the same load is applied until the store has it. The next
/// load is decided while one is being applied, and another may wait in between. Faults are retried with increasing
/// delays. No record is skipped or loaded twice, because the store saves the position together with the rows.
/// </summary>
public sealed class MeasurementLoader
{
    // One being filled, one waiting and one being stored.
    private const int Loads = 3;

    // After a load was too large, the load size doubles each time this many loads in a row were stored.
    private const int LoadsBeforeGrowth = 32;

    // Uids added to the index at a time while it is rebuilt: 32 MB.
    private const int RestoredAtOnce = 2 * 1024 * 1024;

    private const int ErasedAtOnce = 50_000;

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

    // Current number of measurements per load; reduced while the store lacks memory for more.
    private int _loadSize;
    private int _storedInRow;

    /// <summary>Creates a loader, which starts with <see cref="RunAsync"/>.</summary>
    public MeasurementLoader(
        ILogPartition log, ILoadTarget store, IUidSource stored, IUidIndex uids, IMeteringCatalog catalog,
        ISkeletonAccounts skeletons, IClock clock, IngestOptions options)
    {
        (_log, _store, _stored, _uids, _clock, _options) = (log, store, stored, uids, clock, options);
        _loadSize = store.PreferredLoadSize;
        var accounts = new AccountCache(catalog, skeletons);
        var loadUids = new UidDeduplication(uids, log, options.DuplicateWindow);
        _loads =
        [
            .. Enumerable.Range(0, Loads).Select(_ => new LoadBuilder(catalog, accounts, uids, loadUids)),
        ];
    }

    /// <summary>Everything before this position is loaded.</summary>
    public LogPosition Position => _progress.Position;

    /// <summary>Outcomes of the measurements loaded since the start of the process.</summary>
    public LoadTally Total => _progress.Total;

    /// <summary>The reason why the loader has stopped, for the operator; null while it is working.</summary>
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

    /// <summary>Whether the loader has found the position from which to continue, and rebuilt the uid index.</summary>
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

    /// <summary>Reads the position of the store and makes the uid index consistent with it.</summary>
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
        // The store may have committed a load although it reported a fault, so compare with its position.
        foreach (var builder in _loads)
        {
            if (builder.Load.To > position)
                builder.Undo();
        }
        if (position > Position || position == _log.End)
            Fault = null; // the store has the load that had failed, or nothing is pending
        _progress.MoveTo(position);
        _hasRecovered = true;
    }

    private async Task RestoreUidsAsync(LogPosition position, CancellationToken cancellationToken)
    {
        // The deduplication window of pending measurements starts at their receipt, which may be long ago.
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
        await FindErasedAsync(since - _options.DuplicateWindow, found, cancellationToken);
        _uids.AddAll(CollectionsMarshal.AsSpan(found));
    }

    // Reads the uids of erased measurements from the log, in its order.
    private async Task FindErasedAsync(Instant since, List<UidEntry> found, CancellationToken cancellationToken)
    {
        var logged = _log.OpenLookup();
        for (LogPosition? after = null; ;)
        {
            var erased = await _stored.ReadErasedAsync(_log.Number, since, after, ErasedAtOnce, cancellationToken);
            foreach (var (organizationId, position) in erased)
            {
                if (await logged.ReadAsync(position) is { } measurement)
                {
                    found.Add(new UidEntry(
                        _uids.Fingerprint(
                            Encoding.UTF8.GetBytes(organizationId), Encoding.UTF8.GetBytes(measurement.Uid)),
                        position));
                }
            }
            if (erased.Count < ErasedAtOnce)
                return;
            after = erased[^1].Position;
        }
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
                // This builder is free: at most Loads - 1 earlier loads are waiting or being stored.
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
            // Recovery must not start while the store is still applying a load.
            await Task.WhenAny(stored);
        }
    }

    /// <summary>
    /// Adds measurements until there are enough, a query is waiting, or <see cref="IngestOptions.CollectionTime"/> has
    /// passed.
    /// </summary>
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
                gathered ??= Task.Delay(_options.CollectionTime.ToTimeSpan(), cancellationToken);
                if (isWanted.IsCompleted || gathered.IsCompleted)
                    return;
                // Poll, because waking up for each measurement would cost more than loading it.
                var pause = Task.Delay(_options.PollInterval.ToTimeSpan(), cancellationToken);
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

    // Rows to read for a load of the preferred size if as many are dropped as in the previous load. Slightly too many
    // cost less than one too few, because the store writes a smaller load twice.
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

    // Retrying is safe: the store recognizes a load that it committed although it reported a fault.
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
                // Decide it again at half the size. Each half is stored with its own end position.
                _loadSize = Math.Max(1, Math.Min(_loadSize, builder.Count) / 2);
                _storedInRow = 0;
                throw;
            }
            // InvalidOperationException: the load does not match the position of the store, so retrying is pointless.
            catch (Exception exception)
                when (exception is not InvalidOperationException && !cancellationToken.IsCancellationRequested)
            {
                Fault = exception;
            }
            await Task.Delay(delay.ToTimeSpan(), cancellationToken);
        }
    }

    // Records within the deduplication window stay in the log, because duplicates are verified against them.
    private async Task TrimAsync(long lastReceivedAt, CancellationToken cancellationToken)
    {
        var received = Instant.Min(_clock.GetCurrentInstant(), Nanoseconds.ToInstant(lastReceivedAt));
        try
        {
            await _log.TrimAsync(Position, received - _options.DuplicateWindow, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Only disk space is at stake: continue loading; the next load trims again.
            Fault = exception;
        }
    }
}

/// <summary>
/// The log cannot be loaded until an operator intervenes, so no more measurements are accepted.
/// </summary>
/// <param name="message">The reason, for the operator.</param>
/// <param name="inner">The cause, if any.</param>
public sealed class LoadRefusedException(string message, Exception? inner = null) : Exception(message, inner);
