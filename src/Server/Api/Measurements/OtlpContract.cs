using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Measurements;

/// <summary>Response to <c>ExportLogsServiceRequest</c>.</summary>
internal sealed record ExportLogsServiceResponse
{
    /// <summary>Log records that were not accepted, or a warning. Absent if there is nothing to report.</summary>
    public OtlpLogsPartialSuccess? PartialSuccess { get; init; }
}

/// <summary>Log records that were not accepted.</summary>
internal sealed record OtlpLogsPartialSuccess
{
    /// <summary>Their number. An integer as a string, as usual in the JSON form of Protocol Buffers.</summary>
    public string? RejectedLogRecords { get; init; }

    /// <summary>The reasons of the first of them. If none was rejected: a warning.</summary>
    public string? ErrorMessage { get; init; }
}

/// <summary>Response to <c>ExportMetricsServiceRequest</c>.</summary>
internal sealed record ExportMetricsServiceResponse
{
    /// <summary>Data points that were not accepted, or a warning. Absent if there is nothing to report.</summary>
    public OtlpMetricsPartialSuccess? PartialSuccess { get; init; }
}

/// <summary>Data points that were not accepted.</summary>
internal sealed record OtlpMetricsPartialSuccess
{
    /// <summary>Their number. An integer as a string, as usual in the JSON form of Protocol Buffers.</summary>
    public string? RejectedDataPoints { get; init; }

    /// <summary>The reasons of the first of them. If none was rejected: a warning.</summary>
    public string? ErrorMessage { get; init; }
}

/// <summary>The bodies of OTLP. Requests are described by the specification of OpenTelemetry, not here.</summary>
internal static class OtlpContract
{
    internal static ApiSchema LogsRequest { get; } =
        new("ExportLogsServiceRequest", new ObjectShape("ExportLogsServiceRequest", []));

    internal static ApiSchema MetricsRequest { get; } =
        new("ExportMetricsServiceRequest", new ObjectShape("ExportMetricsServiceRequest", []));

    internal static ApiSchema LogsResponse { get; } =
        new(nameof(ExportLogsServiceResponse), JsonShapes.Of(typeof(ExportLogsServiceResponse)));

    internal static ApiSchema MetricsResponse { get; } =
        new(nameof(ExportMetricsServiceResponse), JsonShapes.Of(typeof(ExportMetricsServiceResponse)));
}
