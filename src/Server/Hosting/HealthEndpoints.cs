using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Jobs;

namespace Tallystick.Server.Hosting;

/// <summary>Health endpoints for supervisors: whether the server is alive and whether it is ready.</summary>
internal sealed class HealthEndpoints(
    Readiness readiness, MeasurementLoader loader, IMeasurementLogs logs, ConservationCheck check)
{
    /// <summary>Maps <c>/health/live</c> and <c>/health/ready</c>, which need no token.</summary>
    internal void Map(WebApplication app)
    {
        app.MapGet("/health/live", context => JsonAnswer.WriteAsync(context, "{\"status\":\"live\"}"u8.ToArray()));
        app.MapGet("/health/ready", AnswerReadyAsync);
    }

    // A mismatch does not make the server unready: a restart cannot restore missing measurements.
    private byte[] Ready() => check.Mismatches == 0
        ? "{\"status\":\"ready\"}"u8.ToArray()
        : System.Text.Encoding.UTF8.GetBytes(
            """{"status":"ready","degraded":"Stored measurements are not those loaded; the log says where"}""");

    // The response does not contain the fault itself, which may include file paths; it is in the log.
    private async Task AnswerReadyAsync(HttpContext context)
    {
        if (await WhyNotAsync() is { } why)
            await AnswerNotReadyAsync(context, why);
        else
            await JsonAnswer.WriteAsync(context, Ready());
    }

    private async Task<string?> WhyNotAsync()
    {
        if (Enumerable.Range(0, logs.Count).Any(number => logs[number].Fault is not null))
            return "Measurements cannot be written to disk. See the server log";
        if (loader.Fault is LoadRefusedException)
            return "Measurements are neither accepted nor loaded. See the server log";
        if (!readiness.HasStarted)
            return "The server is starting";
        if (!await readiness.IsDatabaseReachedAsync())
            return "The database is unreachable. Measurements are still accepted";
        if (loader.Fault is not null)
            return "Measurements are accepted but cannot be loaded. See the server log";
        return loader.HasRecovered ? null : "The server is starting";
    }

    private static Task AnswerNotReadyAsync(HttpContext context, string why) =>
        ErrorAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, why);
}
