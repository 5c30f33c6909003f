using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Jobs;

namespace Tallystick.Server.Hosting;

/// <summary>Tells a supervisor whether the server runs and whether it does its work.</summary>
internal sealed class HealthEndpoints(
    Readiness readiness, MeasurementLoader loader, IMeasurementLogs logs, ConservationCheck check)
{
    /// <summary>Maps <c>/health/live</c> and <c>/health/ready</c>, which need no token.</summary>
    internal void Map(WebApplication app)
    {
        app.MapGet("/health/live", context => JsonAnswer.WriteAsync(context, "{\"status\":\"live\"}"u8.ToArray()));
        app.MapGet("/health/ready", AnswerReadyAsync);
    }

    // Serving goes on: what is missing cannot be brought back by a restart.
    private byte[] Ready() => check.Mismatches == 0
        ? "{\"status\":\"ready\"}"u8.ToArray()
        : System.Text.Encoding.UTF8.GetBytes(
            """{"status":"ready","degraded":"Stored measurements are not those loaded; the log says where"}""");

    // The fault itself may name paths of the machine: it goes to the log, not to whoever asks.
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
