using System.Threading.Channels;

namespace Tallystick.Client;

/// <summary>Collects measurements into batches.</summary>
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
    private Batch? _open;

    internal BatchQueue(MeasurementSubmitterOptions options, TimeProvider time)
    {
        _options = options;
        _places = new(options.MaxWaiting ?? (options.OutboxDirectory is null ? 10_000 : 1_000_000));
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

    /// <summary>Ends when everything is in a batch.</summary>
    internal Task Completion { get; }

    /// <summary>Adds a measurement. Waits for a place and, with an outbox, until it is on disk.</summary>
    internal async Task AddAsync(byte[] json, CancellationToken cancellationToken)
    {
        if (!_places.Wait(0, CancellationToken.None))
            await WaitForPlaceAsync(cancellationToken).ConfigureAwait(false);
        var saved = _outbox is null ? null : NewSource();
        if (!_entries.Writer.TryWrite(new(EntryKind.Measurement, json, saved)))
        {
            _places.Release();
            throw new ObjectDisposedException(nameof(MeasurementSubmitter));
        }
        if (saved is not null)
            await saved.Task.ConfigureAwait(false);
    }

    /// <summary>Ends when everything that was added before was sent.</summary>
    internal Task PassAsync()
    {
        var passed = NewSource();
        return _entries.Writer.TryWrite(new(EntryKind.Flush, null, passed))
            ? passed.Task : Task.FromException(new ObjectDisposedException(nameof(MeasurementSubmitter)));
    }

    /// <summary>A batch was sent, or all of it was refused.</summary>
    internal void Done(Batch batch)
    {
        batch.Delete();
        if (batch.Waiting > 0)
            _places.Release(batch.Waiting);
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
            throw new ObjectDisposedException(nameof(MeasurementSubmitter));
        }
    }

    private async Task CollectAsync()
    {
        while (await _entries.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            // All that wait at the same time share one write to the disk.
            while (_entries.Reader.TryRead(out var entry))
                Take(entry);
            Save();
        }
        CloseOpen();
        _batches.Writer.Complete();
    }

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
            _open = _outbox is null ? new MemoryBatch() : _outbox.NewBatch();
            _timer.Change(_options.FlushInterval, Timeout.InfiniteTimeSpan);
        }
        _open.Add(json);
        if (entry.Source is not null)
            _unsaved.Add(entry.Source);
    }

    private void Save()
    {
        if (_unsaved.Count == 0)
            return;
        try
        {
            _open!.Save();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Refuse(failure);
        }
        foreach (var source in _unsaved)
            source.TrySetResult();
        _unsaved.Clear();
    }

    // What could not be written is not accepted: the caller learns it. The batch keeps what was accepted before.
    private void Refuse(Exception failure)
    {
        _open!.Forget(_unsaved.Count);
        _places.Release(_unsaved.Count);
        foreach (var source in _unsaved)
            source.SetException(new TallystickException($"The outbox cannot be written: {failure.Message}", failure));
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
