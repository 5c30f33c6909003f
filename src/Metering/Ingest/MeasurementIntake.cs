using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Accepts submissions: checks their shape and stores them durably. Checks that need look-ups are done later by the
/// <see cref="MeasurementLoader"/>, so that no usage is lost because a meter or account does not exist yet.
/// </summary>
/// <param name="log">Where they are kept.</param>
/// <param name="clock">Tells when they are received.</param>
/// <param name="options">Settings.</param>
/// <param name="loader">The loader whose pace senders are held to; null to hold nobody back.</param>
public sealed class MeasurementIntake(
    ILogPartition log, IClock clock, IngestOptions options, MeasurementLoader? loader = null)
{
    // As many as requests were ever served at once, each with room for its largest submission.
    private const int MaxParsers = 256;
    private readonly ConcurrentBag<SubmissionParser> _parsers = [];

    /// <summary>
    /// Accepts the body of <c>POST …/measurements</c>. Returns after all of its measurements were flushed to disk.
    /// </summary>
    /// <exception cref="RefusedException">
    /// The body has faults (all are listed, up to a limit); nothing of it was kept.
    /// </exception>
    /// <exception cref="LogBusyException">Too much waits to be written; nothing was kept.</exception>
    /// <exception cref="AppendUnknownException">
    /// Nobody can tell whether its measurements were kept; sent again, they are recognized by their uids.
    /// </exception>
    /// <exception cref="LoadRefusedException">The loader cannot go on; nothing was kept.</exception>
    public async ValueTask AcceptAsync(
        string organizationId, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var parser = _parsers.TryTake(out var idle) ? idle : new SubmissionParser(options);
        try
        {
            var receivedAt = clock.GetCurrentInstant();
            var batch = parser.Parse(organizationId, body.Span, receivedAt);
            if (loader?.Fault is LoadRefusedException refused)
                throw new LoadRefusedException(refused.Message, refused);
            if (loader is not null)
                await loader.WaitForBacklogAsync(options.BacklogBytes, options.MaxHold, cancellationToken);
            await log.AppendAsync(batch, receivedAt, cancellationToken);
        }
        finally
        {
            if (_parsers.Count < MaxParsers)
                _parsers.Add(parser);
        }
    }
}
