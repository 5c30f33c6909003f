using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Accepts submissions: checks their shape and stores them durably. Checks that need look-ups are done later by the
/// <see cref="MeasurementLoader"/>, so that no usage is lost because a meter or account does not exist yet.
/// </summary>
/// <param name="log">The log to append to.</param>
/// <param name="clock">Supplies the time of receipt.</param>
/// <param name="options">Settings.</param>
/// <param name="loader">The loader whose backlog slows down senders; null to never delay them.</param>
public sealed class MeasurementIntake(
    ILogPartition log, IClock clock, IngestOptions options, MeasurementLoader? loader = null)
{
    // Parsers keep the memory of their largest submission, so idle ones are pooled only up to this number.
    private const int MaxParsers = 256;
    private readonly ConcurrentBag<SubmissionParser> _parsers = [];

    /// <summary>
    /// Accepts the body of <c>POST …/measurements</c>. Returns after all of its measurements were flushed to disk.
    /// </summary>
    /// <exception cref="RefusedException">
    /// The body has faults (all are listed, up to a limit); nothing was stored.
    /// </exception>
    /// <exception cref="LogBusyException">Too many writes are pending; nothing was stored.</exception>
    /// <exception cref="AppendUnknownException">
    /// It is unknown whether the measurements were stored. If they are sent again, their uids identify duplicates.
    /// </exception>
    /// <exception cref="LoadRefusedException">The loader has stopped permanently; nothing was stored.</exception>
    public async ValueTask AcceptAsync(
        string organizationId, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var parser = _parsers.TryTake(out var idle) ? idle : new SubmissionParser(options);
        try
        {
            var receivedAt = clock.GetCurrentInstant();
            var batch = parser.Parse(organizationId, body.Span, receivedAt);
            RequireLoader();
            if (loader is not null)
                await loader.WaitForBacklogAsync(options.BacklogBytes, options.MaxResponseDelay, cancellationToken);
            await log.AppendAsync(batch, receivedAt, cancellationToken);
        }
        finally
        {
            if (_parsers.Count < MaxParsers)
                _parsers.Add(parser);
        }
    }

    /// <summary>
    /// Waits until few enough measurements are pending for rows of files to be added, up to a maximum time. Files give
    /// way to senders and queries: a query waits for everything that is pending when it begins.
    /// </summary>
    /// <returns>False if too many are pending still.</returns>
    /// <exception cref="LoadRefusedException">The loader has stopped permanently.</exception>
    internal async ValueTask<bool> HasRoomForFilesAsync(CancellationToken cancellationToken)
    {
        RequireLoader();
        if (loader is null)
            return true;
        await loader.WaitForBacklogAsync(options.FileBacklogBytes, options.MaxResponseDelay / 8, cancellationToken);
        return log.BytesBetween(loader.Position, log.End) <= options.FileBacklogBytes;
    }

    /// <summary>Appends rows of a file to the log. Returns after they were flushed to disk.</summary>
    /// <remarks>Throws the exceptions of <see cref="ILogPartition.AppendAsync"/>.</remarks>
    internal async ValueTask AppendAsync(
        FileBatch batch, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await log.AppendAsync(bytes, batch.ReceivedAt, cancellationToken);

    private void RequireLoader()
    {
        if (loader?.Fault is LoadRefusedException refused)
            throw new LoadRefusedException(refused.Message, refused);
    }

    /// <summary>The first fault of a body; null if it would be accepted. Stores nothing.</summary>
    internal Issue? FindFault(string organizationId, ReadOnlyMemory<byte> body)
    {
        var parser = _parsers.TryTake(out var idle) ? idle : new SubmissionParser(options);
        try
        {
            parser.Parse(organizationId, body.Span, clock.GetCurrentInstant());
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Issues[0];
        }
        finally
        {
            if (_parsers.Count < MaxParsers)
                _parsers.Add(parser);
        }
    }
}
