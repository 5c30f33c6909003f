using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Meters and measurements of an organization, made and asked for over HTTP.</summary>
internal sealed class MeteredUsage(ApiClient client)
{
    internal ApiClient Client => client;

    /// <summary>Makes a meter of fields such as <c>measure.n</c>.</summary>
    /// <returns>Its UUID.</returns>
    internal async Task<string> MeterAsync(string code, params string[] fields)
    {
        var dataFields = fields.Select(field => field.Split('.')).Select(parts => (JsonNode)new JsonObject
        {
            ["category"] = parts[0].ToUpperInvariant(),
            ["code"] = parts[1],
            ["name"] = parts[1],
            ["unit"] = parts[0] is "measure" or "cost" or "income" ? "1" : null,
        });
        return (await client.PostAsync("meters", new JsonObject
        {
            ["name"] = code,
            ["code"] = code,
            ["dataFields"] = new JsonArray([.. dataFields]),
            ["derivedFields"] = new JsonArray(),
        })).Id;
    }

    /// <summary>
    /// Submits one measurement after the other, each its own request: <c>meter account ts category.code=value …</c>.
    /// </summary>
    internal async Task SubmitAsync(params string[] measurements)
    {
        foreach (var (index, measurement) in measurements.Index())
            (await PostAsync(Measurement(measurement, $"u{index}"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Submits one measurement.</summary>
    internal Task<ApiAnswer> PostAsync(JsonObject measurement) =>
        client.PostAsync("measurements", new JsonObject { ["measurements"] = new JsonArray(measurement) });

    internal static JsonObject Measurement(string text, string uid)
    {
        var parts = text.Split(' ');
        var measurement = new JsonObject
        {
            ["uid"] = uid,
            ["meter"] = parts[0],
            ["account"] = parts[1],
            ["ts"] = parts[2],
        };
        foreach (var (path, value) in parts[3..].Select(part => part.Split('=')).Select(part => (part[0], part[1])))
        {
            var (category, code) = (path.Split('.')[0], path.Split('.')[1]);
            if (measurement[category] is not JsonObject map)
                measurement[category] = map = [];
            map[code] = category is "measure" or "cost" or "income" ? JsonNode.Parse(value) : value;
        }
        return measurement;
    }

    internal Task<ApiAnswer> QueryAsync(string members, string period = "2025-01-01 2026-01-01")
    {
        var (start, end) = (period.Split(' ')[0], period.Split(' ')[1]);
        return client.PostAsync("usage/query", $$"""{"startDate":"{{start}}","endDate":"{{end}}",{{members}}}""");
    }

    /// <summary>The rows of an answer, without the ids that differ from run to run.</summary>
    internal static string[] Rows(ApiAnswer answer) => [.. answer.Data.Select(row =>
    {
        foreach (var name in new[] { "accountId", "meterId", "receivedAt" })
            row.Remove(name);
        return row.ToJsonString(Readable).Replace('"', '\'');
    })];

    internal static string Aggregation(string meterId, string field, string function, string type = "MEASURE") =>
        $$"""{"meterId":"{{meterId}}","fieldCode":"{{field}}","fieldType":"{{type}}","function":"{{function}}"}""";

    private static System.Text.Json.JsonSerializerOptions Readable { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
