using Tallystick.Foundation.Values;
using Tallystick.Metering.OtlpMappings;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>The encoding of a request.</summary>
public enum OtlpEncoding
{
    /// <summary>Protocol Buffers.</summary>
    Protobuf,

    /// <summary>JSON, in the variant of OTLP.</summary>
    Json,
}

/// <summary>
/// Accepts the requests of the OpenTelemetry protocol (OTLP) as measurements: reads the records, turns those that an
/// <see cref="OtlpMapping"/> matches into measurements, and passes these to the <see cref="MeasurementIntake"/>.
/// </summary>
/// <param name="intake">Checks and stores measurements.</param>
/// <param name="rules">The mappings.</param>
public sealed class OtlpIntake(MeasurementIntake intake, OtlpRules rules)
{
    private const string NoMapping =
        "The organization has no mapping for this signal (otlpmappings); all records were ignored.";

    /// <summary>
    /// Accepts a request. Returns after its measurements were flushed to disk. Measurements of a large request are
    /// stored in several steps; if one fails, the whole request can be sent again, because uids identify duplicates.
    /// </summary>
    /// <exception cref="RefusedException">The request is malformed or too large; nothing was stored.</exception>
    /// <remarks>Also throws the other exceptions of <see cref="MeasurementIntake.AcceptAsync"/>.</remarks>
    public async ValueTask<OtlpResult> AcceptAsync(
        string organizationId, OtlpSignal signal, OtlpEncoding encoding, ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken)
    {
        var records = encoding == OtlpEncoding.Json
            ? JsonReader.Read(body, signal) : ProtobufReader.Read(body, signal);
        var mappings = await rules.FindAsync(organizationId, signal, cancellationToken);
        var rejections = new OtlpRejections();
        var submission = new OtlpSubmission(mappings, rejections);
        foreach (var (index, record) in records.All.Index())
            submission.Add(record, index + 1);
        foreach (var batch in OtlpSubmission.Batches(submission.Measurements))
            await SendAsync(organizationId, batch, rejections, cancellationToken);
        return rejections.End(mappings.Count == 0 && records.All.Count > 0 ? NoMapping : "");
    }

    private async ValueTask SendAsync(
        string organizationId, IReadOnlyList<OtlpMeasurement> batch, OtlpRejections rejections,
        CancellationToken cancellationToken)
    {
        try
        {
            await intake.AcceptAsync(organizationId, OtlpSubmission.Body(batch), cancellationToken);
        }
        catch (RefusedException)
        {
            // A submission is refused as a whole, but OTLP accepts the valid records.
            var valid = Valid(organizationId, batch, rejections);
            if (valid.Count > 0)
                await intake.AcceptAsync(organizationId, OtlpSubmission.Body(valid), cancellationToken);
        }
    }

    private List<OtlpMeasurement> Valid(
        string organizationId, IReadOnlyList<OtlpMeasurement> batch, OtlpRejections rejections)
    {
        var valid = new List<OtlpMeasurement>(batch.Count);
        foreach (var measurement in batch)
        {
            if (intake.FindFault(organizationId, OtlpSubmission.Body([measurement])) is not { } fault)
                valid.Add(measurement);
            else
                rejections.Add(measurement.Record, measurement.Number, Describe(fault));
        }
        return valid;
    }

    private static string Describe(Issue fault)
    {
        const string first = "measurements[0].";
        var path = fault.Path.StartsWith(first, StringComparison.Ordinal) ? fault.Path[first.Length..] : fault.Path;
        return $"{path} {fault.Message}";
    }
}
