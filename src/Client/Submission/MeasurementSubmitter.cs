namespace Tallystick.Client;

/// <summary>
/// Submits measurements in batches, in the background. It gives each a uid if it has none, so what is sent again after
/// a failure counts once. If the API cannot be reached, it tries again until it can; while too many measurements wait,
/// <see cref="AddAsync"/> waits too. It can be used by many threads at once.
/// </summary>
public sealed class MeasurementSubmitter : IAsyncDisposable
{
    private const int KeptRefusals = 100;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly MeasurementSubmitterOptions _options;
    private readonly TimeProvider _time;
    private readonly BatchQueue _queue;
    private readonly BatchSender _sender;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private readonly Lock _lock = new();
    private readonly List<RefusedMeasurement> _refused = [];
    private long _refusedCount;
    private long _unsent;
    private int _isDisposed;

    /// <summary>Starts a submitter.</summary>
    /// <param name="client">The client to send with. It must outlive the submitter.</param>
    /// <param name="options">How to submit.</param>
    /// <exception cref="IOException">Another submitter uses the outbox.</exception>
    public MeasurementSubmitter(TallystickClient client, MeasurementSubmitterOptions? options = null)
    {
        _options = options ?? new();
        _time = client.Api.Transport.Time;
        _queue = new BatchQueue(_options, _time);
        _sender = new BatchSender(client.Api, Refused, Failed);
        _sending = Task.Run(SendAsync);
    }

    /// <summary>
    /// Accepts a measurement. With an outbox it is on disk afterwards; without one, it is in memory and lost if the
    /// process ends.
    /// </summary>
    /// <param name="measurement">The measurement.</param>
    /// <param name="cancellationToken">Cancels waiting for a place. The measurement is not accepted then.</param>
    /// <exception cref="ArgumentException">The measurement is larger than a request may be.</exception>
    /// <exception cref="TallystickException">The outbox cannot be written. The measurement is not accepted.</exception>
    public async ValueTask AddAsync(Measurement measurement, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) > 0, this);
        var json = ClientJson.Serialize(
            string.IsNullOrEmpty(measurement.Uid) ? measurement with { Uid = NewUid() } : measurement);
        if (json.Length + Batch.Overhead > _options.MaxBatchBytes)
        {
            throw new ArgumentException(
                $"The measurement has {json.Length} bytes, too many for a request.", nameof(measurement));
        }
        Interlocked.Increment(ref _unsent);
        try
        {
            await _queue.AddAsync(json, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref _unsent);
            throw;
        }
    }

    /// <summary>Sends everything that was accepted, and waits until the API has accepted it.</summary>
    /// <param name="cancellationToken">Cancels waiting. Sending continues.</param>
    /// <exception cref="MeasurementsRefusedException">
    /// The API refused measurements, and there is no <see cref="MeasurementSubmitterOptions.OnRefused"/>.
    /// </exception>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        await _queue.PassAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfRefused();
    }

    /// <summary>Sends everything that was accepted, and stops.</summary>
    /// <exception cref="MeasurementsRefusedException">As for <see cref="FlushAsync"/>.</exception>
    /// <exception cref="TallystickException">There is no outbox, and the time was up before all was sent.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) > 0)
            return;
        _queue.Complete();
        try
        {
            await _sending.WaitAsync(_options.CloseTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        await _queue.Completion.ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        _queue.Dispose();
        _stop.Dispose();
        ThrowIfRefused();
        if (Interlocked.Read(ref _unsent) is > 0 and var unsent && _options.OutboxDirectory is null)
            throw new TallystickException($"{unsent} measurements were not sent in time and are lost.");
    }

    private async Task SendAsync()
    {
        await foreach (var batch in _queue.Batches.ConfigureAwait(false))
        {
            if (batch.Passed is { } passed)
            {
                if (_stop.IsCancellationRequested)
                    passed.SetException(new TallystickException("The submitter was disposed before all was sent."));
                else
                    passed.SetResult();
                continue;
            }
            if (_stop.IsCancellationRequested)
                continue;
            try
            {
                await SendAsync(batch).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // With an outbox the file stays, and is sent again by the next submitter.
                continue;
            }
            Interlocked.Add(ref _unsent, -batch.Waiting);
        }
    }

    private async Task SendAsync(Batch batch)
    {
        while (true)
        {
            try
            {
                await _sender.SendAsync(batch.Read(), _stop.Token).ConfigureAwait(false);
                _queue.Done(batch);
                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                Failed(new($"The outbox cannot be read or changed: {failure.Message}", failure));
                await Task.Delay(AfterFailure, _time, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    private void Failed(TallystickException failure)
    {
        try
        {
            _options.OnFailure?.Invoke(failure);
        }
        catch (Exception)
        {
            // Sending goes on, whatever becomes of the report.
        }
    }

    private void Refused(RefusedMeasurement refused)
    {
        try
        {
            _options.OnRefused?.Invoke(refused);
            if (_options.OnRefused is not null)
                return;
        }
        catch (Exception)
        {
            // Sending goes on. What could not be reported is thrown by the next flush.
        }
        lock (_lock)
        {
            _refusedCount++;
            if (_refused.Count < KeptRefusals)
                _refused.Add(refused);
        }
    }

    private void ThrowIfRefused()
    {
        lock (_lock)
        {
            if (_refusedCount == 0)
                return;
            var exception = new MeasurementsRefusedException(_refusedCount, [.. _refused]);
            _refusedCount = 0;
            _refused.Clear();
            throw exception;
        }
    }

    private static string NewUid() => Guid.CreateVersion7().ToString("N");
}
