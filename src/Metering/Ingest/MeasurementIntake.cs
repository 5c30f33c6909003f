using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Accepts submissions: checks their shape and keeps them durably. Whatever needs a look-up is checked later, by the
/// <see cref="MeasurementLoader"/>, so that no usage is lost to a meter or account that does not exist yet.
/// </summary>
public sealed class MeasurementIntake(IMeasurementLog log, IClock clock, IngestOptions options)
{
    /// <summary>
    /// Accepts the body of <c>POST …/measurements</c>. Returns after all of its measurements were flushed to disk.
    /// </summary>
    /// <exception cref="RefusedException">
    /// The body has faults (all are listed, up to a limit); nothing of it was kept.
    /// </exception>
    public async ValueTask AcceptAsync(
        string organizationId, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var receivedAt = clock.GetCurrentInstant();
        var measurements = SubmissionParser.Parse(body.Span, receivedAt, options);
        await log.AppendAsync(
            BatchEncoding.Encode(new MeasurementBatch(organizationId, receivedAt, measurements)), receivedAt,
            cancellationToken);
    }
}
