using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>The exporter of OpenTelemetry's own SDK sends usage without own code.</summary>
public sealed class OtlpExporterTests(SqliteServer shared)
{
    private static readonly ResourceBuilder Resource =
        ResourceBuilder.CreateEmpty().AddAttributes([new("customer", "acme")]);

    [Fact]
    public async Task Logs_OfTheSdk_AreTokens()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await MappedAsync(client, "LOGS", "measure.input_tokens", "what.model");
        using (var factory = LoggerFactory.Create(builder => builder.AddOpenTelemetry(options =>
            options.SetResourceBuilder(Resource).AddOtlpExporter(exporter => Set(exporter, client, "logs")))))
        {
            factory.CreateLogger("chat").Log(
                LogLevel.Information, new EventId(7, "used"),
                new List<KeyValuePair<string, object?>>
                {
                    new("gen_ai.usage.input_tokens", 120L), new("gen_ai.request.model", "small"),
                },
                null, (_, _) => "A call was made.");
        }

        var row = (await QueryAsync(usage)).Data.ShouldHaveSingleItem();
        row["input_tokens"]!.ToString().ShouldBe("120");
        row["model"]!.ToString().ShouldBe("small");
        row["accountCode"]!.ToString().ShouldBe("acme");
    }

    [Fact]
    public async Task Metrics_OfTheSdk_AreTokens()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await MappedAsync(client, "METRICS", "measure.tokens", "what.token_type");
        using var meter = new Meter($"chat-{client.OrganizationId}");
        var tokens = meter.CreateHistogram<long>("gen_ai.client.token.usage");
        using (var provider = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource).AddMeter(meter.Name)
            .AddOtlpExporter((exporter, reader) =>
            {
                Set(exporter, client, "metrics");
                reader.TemporalityPreference = MetricReaderTemporalityPreference.Delta;
            }).Build())
        {
            foreach (var (count, type) in new[] { (100L, "input"), (20L, "input"), (30L, "output") })
                tokens.Record(count, new KeyValuePair<string, object?>("gen_ai.token.type", type));
            provider.ForceFlush().ShouldBeTrue();
            tokens.Record(5, new KeyValuePair<string, object?>("gen_ai.token.type", "output"));
        }

        (await QueryAsync(usage)).Data.Select(row => $"{row["token_type"]} {row["tokens"]}")
            .Order(StringComparer.Ordinal).ShouldBe(["input 120", "output 30", "output 5"]);
    }

    private static async Task<MeteredUsage> MappedAsync(ApiClient client, string signal, params string[] fields)
    {
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("tokens", fields);
        (await client.PostAsync("otlpmappings", $$"""
            {"name":"GenAI","signal":"{{signal}}","preset":"GEN_AI","meterId":"{{meter}}",
              "account":{"attributes":["customer"]} }
            """)).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        return usage;
    }

    // The SDK uses the real time.
    private static Task<ApiAnswer> QueryAsync(MeteredUsage usage) =>
        usage.QueryAsync("\"limit\":10", "2026-01-01 2126-01-01");

    private static void Set(OtlpExporterOptions exporter, ApiClient client, string signal)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(
            client.Http.BaseAddress!, $"organizations/{client.OrganizationId}/measurements/otlp/v1/{signal}");
        exporter.Headers = $"Authorization={client.Http.DefaultRequestHeaders.Authorization}";
    }
}
