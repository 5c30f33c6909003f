using System.Threading.Channels;

namespace Tallystick.Client;

/// <summary>Collects measurements into batches.</summary>
/// <remarks>
/// A measurement takes a place, which it gives back when it was sent or refused, or could not be saved. One loop turns
/// entries into batches and saves them; it waits for entries and the disk, never for the sender. So those who wait are
/// released by the loop (for the disk), by the sender (for a place, for a flush), or by <see cref="Complete"/> and
/// <see cref="Fail"/>, after which nobody can begin to wait.
/// </remarks>
internal sealed class BatchQueue : IDisposable
{
    private readonly MeasurementSubmitterOptions _options;
    private readonly Outbox? _outbox;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _places;
    private readonly Channel<Entry> _entries =
        Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<Batch> _batches =
        Channel.CreateUnbounded<Batch>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _ending = new();
    private readonly List<TaskCompletionSource> _unsaved = [];
    private readonly int _capacity;
    private Batch? _open;
    private Entry? _last;
    private volatile Exception? _failure;

    internal BatchQueue(MeasurementSubmitterOptions options, TimeProvider time)
    {
        _options = options;
        _capacity = options.MaxWaiting ?? (options.OutboxDirectory is null ? 10_000 : 1_000_000);
        _places = new(_capacity);
        _outbox = options.OutboxDirectory is { } directory ? new Outbox(directory) : null;
        foreach (var batch in _outbox?.Left ?? [])
            _batches.Writer.TryWrite(batch);
        _timer = time.CreateTimer(
            _ => _entries.Writer.TryWrite(new(EntryKind.Due)),
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Completion = Task.Run(CollectAsync);
    }

    /// <summary>The batches in their order. Ends after <see cref="Complete"/>.</summary>
    internal IAsyncEnumerable<Batch> Batches => _batches.Reader.ReadAllAsync();

    /// <summary>Ends when everything is in a batch, also after a failure.</summary>
    internal Task Completion { get; }

    /// <summary>How many have a place.</summary>
    internal int Waiting => _capacity - _places.CurrentCount;

    /// <summary>Adds a measurement. Waits for a place and, with an outbox, until it is on disk.</summary>
    internal async Task AddAsync(byte[] json, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_places.Wait(0, CancellationToken.None))
            await WaitForPlaceAsync(cancellationToken).ConfigureAwait(false);
        var saved = _outbox is null ? null : NewSource();
        if (!_entries.Writer.TryWrite(new(EntryKind.Measurement, json, saved)))
        {
            _places.Release();
            throw Ended();
        }
        if (saved is not null)
            await saved.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends when everything that was added before was sent.</summary>
    internal Task PassAsync()
    {
        var passed = NewSource();
        return _entries.Writer.TryWrite(new(EntryKind.Flush, null, passed))
            ? passed.Task : Task.FromException(Ended());
    }

    /// <summary>A batch was sent, or all of it was refused.</summary>
    internal void Done(Batch batch)
    {
        if (batch.Count > 0)
            _places.Release(batch.Count);
    }

    /// <summary>Nothing more is added.</summary>
    internal void Complete()
    {
        _entries.Writer.TryComplete();
        _ending.Cancel();
    }

    public void Dispose()
    {
        _timer.Dispose();
        _outbox?.Dispose();
        _ending.Dispose();
    }

    private async Task WaitForPlaceAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        try
        {
            await _places.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Ended();
        }
    }

    private async Task CollectAsync()
    {
        try
        {
            await CollectAllAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
        _batches.Writer.Complete();
    }

    private async Task CollectAllAsync()
    {
        while (await _entries.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            // All that wait at the same time share one write to the disk.
            while (_entries.Reader.TryRead(out var entry))
            {
                _last = entry;
                Take(entry);
            }
            Save();
        }
        CloseOpen();
    }

    // Nobody expects it, but whoever waits must learn it. What is on disk stays there for the next submitter.
    private void Fail(Exception failure)
    {
        _failure = failure;
        Complete();
        foreach (var source in _unsaved)
            source.TrySetException(Ended());
        _last?.Source?.TrySetException(Ended());
        while (_entries.Reader.TryRead(out var entry))
            entry.Source?.TrySetException(Ended());
    }

    private Exception Ended() => _failure is { } failure
        ? new TallystickException($"The submitter ended by a failure: {failure.Message}", failure)
        : new ObjectDisposedException(nameof(MeasurementSubmitter));

    private void Take(Entry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Measurement:
                Add(entry);
                break;
            case EntryKind.Due:
                CloseOpen();
                break;
            case EntryKind.Flush:
                CloseOpen();
                _batches.Writer.TryWrite(new MemoryBatch { Passed = entry.Source });
                break;
        }
    }

    private void Add(Entry entry)
    {
        var json = entry.Json!;
        if (_open is not null
            && (_open.Count >= _options.MaxBatchCount || _open.Bytes + json.Length + 1 > _options.MaxBatchBytes))
            CloseOpen();
        if (_open is null)
        {
            _timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
            _open = _outbox is null ? new MemoryBatch() : _outbox.NewBatch();
        }
        _open.Add(json);
        if (entry.Source is not null)
            _unsaved.Add(entry.Source);
    }

    private void Save()
    {
        if (_unsaved.Count == 0)
            return;
        TallystickException? refusal = null;
        try
        {
            _open!.Save();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What could not be written is not accepted: the caller learns it.
            refusal = new($"The outbox cannot be written: {failure.Message}", failure);
            _places.Release(_unsaved.Count);
        }
        foreach (var source in _unsaved)
        {
            if (refusal is null)
                source.SetResult();
            else
                source.SetException(refusal);
        }
        _unsaved.Clear();
    }

    private void CloseOpen()
    {
        Save();
        if (_open is null)
            return;
        _open.Close();
        _batches.Writer.TryWrite(_open);
        _open = null;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private enum EntryKind
    {
        Measurement,
        Due,
        Flush,
    }

    private sealed record Entry(EntryKind Kind, byte[]? Json = null, TaskCompletionSource? Source = null);
}
