using Microsoft.Net.Http.Headers;
using Tallystick.Access.Permissions;
using Tallystick.Metering.Ingest.Otlp;
using Tallystick.Metering.OtlpMappings;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Measurements;

/// <summary>Submitting usage by the OpenTelemetry protocol (OTLP/HTTP).</summary>
internal sealed class OtlpOperations(OtlpIntake intake)
{
    private const string Json = "application/json";
    private const string Path = "/organizations/{orgId}/measurements/otlp/v1";

    private const string Rules = """
        The mappings of the organization (`otlpmappings`) determine which of them become measurements, and how. Records
        that no mapping matches are ignored. A record that a mapping matches but that cannot become a measurement is
        rejected and reported in `partialSuccess`; all others are accepted. A record without a value for a data field is
        accepted and kept as a failed measurement.

        A request that is sent again is not counted again: the `uid` of a measurement is derived from its record. The
        request has at most 50,000 records and fewer than 2,097,152 bytes, after decompression of
        `Content-Encoding: gzip`. The response and errors have the encoding of the request. `429` and `503` include
        `Retry-After`; all other errors are permanent.
        """;

    internal static ApiOperation SubmitLogs { get; } = new(
        "POST", $"{Path}/logs", "SubmitOtlpLogs", ApiOperations.OwnTag, "Submit OpenTelemetry logs",
        OtlpContract.LogsResponse, Run.By<OtlpOperations>(o => o.SubmitLogsAsync))
    {
        Body = OtlpContract.LogsRequest,
        OtherBodies = [new ApiContent(ProtobufStatus.MediaType, OtlpContract.LogsRequest)],
        Permission = Permission.On(PermissionAction.MeasurementsUpload, "measurements:measurement"),
        Description = $"""
            Accepts an `ExportLogsServiceRequest` of OTLP/HTTP, in JSON or as `{ProtobufStatus.MediaType}`, and turns
            log records into measurements.

            {Rules}
            """,
    };

    internal static ApiOperation SubmitMetrics { get; } = new(
        "POST", $"{Path}/metrics", "SubmitOtlpMetrics", ApiOperations.OwnTag, "Submit OpenTelemetry metrics",
        OtlpContract.MetricsResponse, Run.By<OtlpOperations>(o => o.SubmitMetricsAsync))
    {
        Body = OtlpContract.MetricsRequest,
        OtherBodies = [new ApiContent(ProtobufStatus.MediaType, OtlpContract.MetricsRequest)],
        Permission = Permission.On(PermissionAction.MeasurementsUpload, "measurements:measurement"),
        Description = $"""
            Accepts an `ExportMetricsServiceRequest` of OTLP/HTTP, in JSON or as `{ProtobufStatus.MediaType}`, and turns
            data points into measurements: gauges, and sums and histograms with delta temporality. Matching points with
            cumulative temporality, and those of summaries, are rejected.

            {Rules}
            """,
    };

    /// <summary>All operations.</summary>
    internal static IReadOnlyList<ApiOperation> All { get; } = [SubmitLogs, SubmitMetrics];

    private Task SubmitLogsAsync(ApiCall call) => SubmitAsync(call, OtlpSignal.Logs);

    private Task SubmitMetricsAsync(ApiCall call) => SubmitAsync(call, OtlpSignal.Metrics);

    private async Task SubmitAsync(ApiCall call, OtlpSignal signal)
    {
        var encoding = EncodingOf(call.Http.Request);
        OtlpResult result;
        using (var body = await SubmissionBody.ReadAsync(
            call.Http, call.BodyTime, RequestLimits.ConfigurationBody, StatusCodes.Status413PayloadTooLarge))
        {
            result = await intake.AcceptAsync(
                call.OrganizationId, signal, encoding, body.Bytes, call.Cancelled);
        }
        if (encoding == OtlpEncoding.Json)
            await call.AnswerAsync(OtlpAnswer.Json(result, signal));
        else
            await ProtobufStatus.WriteBodyAsync(call.Http, OtlpAnswer.Protobuf(result));
    }

    private static OtlpEncoding EncodingOf(HttpRequest request)
    {
        if (ProtobufStatus.IsExpected(request))
            return OtlpEncoding.Protobuf;
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
                ? OtlpEncoding.Json
                : throw new UnsupportedContentTypeException($"{ProtobufStatus.MediaType} or {Json}");
    }
}
