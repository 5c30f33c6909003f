using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Metering.Ingest;

/// <summary>What was sent and failed.</summary>
/// <param name="Text">The JSON of the measurement, or the row of a file.</param>
/// <param name="IsMeasurement">Whether it is a measurement, which can be mended.</param>
internal sealed record FailedOriginal(string Text, bool IsMeasurement)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static async Task<FailedOriginal?> ReadAsync(OrganizationApi api, string file)
    {
        var given = await api.Client.Measurements.GetFailureDownloadUrlAsync(file, api.Cancelled);
        var original = JsonNode.Parse(await api.ReadFileAsync(given.Url!));
        return original?["measurement"] is { } measurement
            ? new FailedOriginal(measurement.ToJsonString(Readable), true)
            : original?["text"]?.ToString() is { } text ? new FailedOriginal(text, false)
            : null;
    }
}
