namespace Tallystick.Client;

public sealed partial class MeasurementsClient
{
    private const string Protobuf = "application/x-protobuf";

    /// <summary>Submits measurements in one request.</summary>
    /// <remarks>
    /// With a uid each, repeating the request after a failure is safe. A <see cref="MeasurementSubmitter"/> does it by
    /// itself.
    /// </remarks>
    /// <param name="measurements">1 to 1,000 measurements.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<SubmitMeasurementsResponse> SubmitAsync(
        IReadOnlyList<Measurement> measurements, CancellationToken cancellationToken = default) =>
        SubmitAsync(new SubmitMeasurementsRequest { Measurements = measurements }, cancellationToken);

    /// <summary>Submits CloudEvents as measurements. An event that arrives twice counts once.</summary>
    /// <param name="events">1 to 1,000 events.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    [ApiOperation("SubmitCloudEvents")]
    public Task<SubmitMeasurementsResponse> SubmitCloudEventsAsync(
        IReadOnlyList<CloudEvent> events, CancellationToken cancellationToken = default) =>
        _api.SendAsync<SubmitMeasurementsResponse>(
            ApiRequest.Post(
                $"measurements/cloudevents", ClientJson.Serialize(events), "application/cloudevents-batch+json")
                .Repeatable(),
            cancellationToken);

    /// <summary>Submits OpenTelemetry log records as measurements.</summary>
    /// <param name="request">An <c>ExportLogsServiceRequest</c> of OTLP in Protobuf.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The <c>ExportLogsServiceResponse</c> in Protobuf.</returns>
    [ApiOperation("SubmitOtlpLogs")]
    public Task<byte[]> SubmitOtlpLogsAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default) =>
        _api.GetBytesAsync(ApiRequest.Post($"measurements/otlp/v1/logs", request, Protobuf), cancellationToken);

    /// <summary>Submits OpenTelemetry metrics as measurements.</summary>
    /// <param name="request">An <c>ExportMetricsServiceRequest</c> of OTLP in Protobuf.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The <c>ExportMetricsServiceResponse</c> in Protobuf.</returns>
    [ApiOperation("SubmitOtlpMetrics")]
    public Task<byte[]> SubmitOtlpMetricsAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default) =>
        _api.GetBytesAsync(ApiRequest.Post($"measurements/otlp/v1/metrics", request, Protobuf), cancellationToken);
}
