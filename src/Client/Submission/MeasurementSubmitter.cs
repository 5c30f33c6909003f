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
    private int _isDisposed;

    /// <summary>Starts a submitter.</summary>
    /// <param name="client">The client to send with. It must outlive the submitter.</param>
    /// <param name="options">How to submit.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="IOException">Another submitter uses the outbox.</exception>
    public MeasurementSubmitter(TallystickClient client, MeasurementSubmitterOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
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
    /// <param name="cancellationToken">
    /// Cancels waiting. The measurement is not accepted then, unless it was being written to the outbox already.
    /// </param>
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
        await _queue.AddAsync(json, cancellationToken).ConfigureAwait(false);
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
            await StopAsync().ConfigureAwait(false);
        }
        finally
        {
            _queue.Dispose();
            _stop.Dispose();
        }
        ThrowIfRefused();
        if (_queue.Waiting is > 0 and var unsent && _options.OutboxDirectory is null)
            throw new TallystickException($"{unsent} measurements were not sent in time and are lost.");
    }

    private async Task StopAsync()
    {
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
    }

    private async Task SendAsync()
    {
        await foreach (var batch in _queue.Batches.ConfigureAwait(false))
        {
            if (batch.Passed is { } passed)
                Pass(passed);
            else if (!_stop.IsCancellationRequested)
                await SendAsync(batch).ConfigureAwait(false);
        }
    }

    private void Pass(TaskCompletionSource passed)
    {
        if (_stop.IsCancellationRequested)
            passed.SetException(new TallystickException("The submitter was disposed before all was sent."));
        else
            passed.SetResult();
    }

    // Ends when the batch was sent or the submitter stops, never with an exception: others wait for the batches after.
    private async Task SendAsync(Batch batch)
    {
        try
        {
            await _sender.SendAsync(await ReadAsync(batch).ConfigureAwait(false), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // With an outbox the file stays, and is sent again by the next submitter.
            return;
        }
        try
        {
            batch.Delete();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next submitter sends it again, and the API recognizes its uids.
            Failed(new($"A file of the outbox cannot be deleted: {failure.Message}", failure));
        }
        _queue.Done(batch);
    }

    private async Task<IReadOnlyList<byte[]>> ReadAsync(Batch batch)
    {
        while (true)
        {
            try
            {
                return batch.Read();
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested)
            {
                Failed(new($"The outbox cannot be read: {failure.Message}", failure));
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
