using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.FileUploads;

/// <summary>Random measurements are stored alike, whether they are submitted or uploaded as JSON or as CSV.</summary>
public sealed class FileUploadEqualityTests(SqliteServer shared)
{
    private const int Rounds = 5;
    private const int Rows = 200;

    private static readonly string[] Fields = ["measure.n", "cost.c", "what.kind", "other.o", "metadata.m"];

    [Fact]
    public async Task Measurements_SubmittedOrUploaded_AreStoredAlike()
    {
        using var client = await shared.NewOrganizationAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var measurements = Measurements(new Random(round));
            using var submitted = await StartAsync();
            using var json = await StartAsync();
            using var csv = await StartAsync();

            (await submitted.PostAsync("measurements", new JsonObject
            {
                ["measurements"] = new JsonArray([.. measurements.Select(one => one.DeepClone())]),
            })).Status.ShouldBe(HttpStatusCode.OK);
            var array = new JsonArray([.. measurements.Select(one => one.DeepClone())]).ToJsonString();
            var job = await new UploadSetup(json).UploadAsync(round % 2 == 0
                ? Encoding.UTF8.GetBytes(array) : UploadSetup.Gzip(array));
            UploadSetup.Outcome(job).ShouldBe($"succeeded {Rows} {Rows} 0");
            job = await new UploadSetup(csv).UploadCsvAsync(Csv(measurements, new Random(round)));
            UploadSetup.Outcome(job).ShouldBe($"succeeded {Rows} {Rows} 0");

            var expected = await StoredAsync(submitted);
            expected.Length.ShouldBe(Rows);
            (await StoredAsync(json)).ShouldBe(expected);
            (await StoredAsync(csv)).ShouldBe(expected);
        }
    }

    private static async Task<string[]> StoredAsync(ApiClient client) =>
        [.. MeteredUsage.Rows(await new MeteredUsage(client).QueryAsync("\"limit\":1000")).Order()];

    private async Task<ApiClient> StartAsync()
    {
        var client = await shared.NewOrganizationAsync();
        await new MeteredUsage(client).MeterAsync("calls", Fields);
        return client;
    }

    private static List<JsonObject> Measurements(Random random) => [.. Enumerable.Range(0, Rows).Select(row =>
    {
        var day = $"2025-0{random.Next(1, 10)}-1{random.Next(10)}";
        var fraction = random.Next(1_000_000_000).ToString("D9", CultureInfo.InvariantCulture);
        var ts = $"{day}T0{random.Next(10)}:00:00.{fraction}+02:00";
        var measurement = new JsonObject
        {
            ["uid"] = $"u{row}",
            ["meter"] = "calls",
            ["account"] = $"Account {random.Next(9)}",
            ["ts"] = ts,
        };
        if (random.Next(3) == 0)
            measurement["ets"] = "2025-12-01T00:00:00Z";
        measurement["measure"] = new JsonObject { ["n"] = JsonNode.Parse(Number(random)) };
        measurement["cost"] = new JsonObject { ["c"] = JsonNode.Parse(Number(random)) };
        measurement["what"] = new JsonObject { ["kind"] = Text(random) };
        measurement["other"] = new JsonObject { ["o"] = Text(random) };
        measurement["metadata"] = new JsonObject { ["m"] = Text(random) };
        return measurement;
    })];

    private static string Number(Random random)
    {
        var digits = new string([.. Enumerable.Range(0, random.Next(1, 28)).Select(_ => (char)('1' + random.Next(9)))]);
        var point = random.Next(digits.Length);
        var exponent = random.Next(4) == 0 ? $"E-{random.Next(1)}" : "";
        return (random.Next(2) == 0 ? "-" : "")
            + (point == 0 ? digits : $"{digits[..point]}.{digits[point..]}") + exponent;
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(8)).Select(
        _ => new[] { "a", "\"", ",", "\n", "\r\n", " ", "\\", "\u00e9", "\ud83d\ude00", "'", ";" }[random.Next(11)]));

    private static string Csv(IReadOnlyList<JsonObject> measurements, Random random)
    {
        string[] columns = [.. new[] { "uid", "account", "ts", "ets" }.Concat(Fields).OrderBy(_ => random.Next())];
        var file = new StringBuilder(string.Join(',', columns.Select(
            column => random.Next(2) == 0 ? column : column.Split('.')[^1])));
        foreach (var measurement in measurements)
            file.Append(random.Next(2) == 0 ? "\n" : "\r\n").AppendJoin(',', columns.Select(
                column => Cell(measurement, column, random)));
        return file.ToString();
    }

    private static string Cell(JsonObject measurement, string column, Random random)
    {
        var node = column.Split('.') is [var category, var code] ? measurement[category]![code] : measurement[column];
        if (node is null)
            return "";
        var text = node.GetValueKind() == System.Text.Json.JsonValueKind.String
            ? node.GetValue<string>() : node.ToJsonString();
        return text.Length == 0 || text.AsSpan().ContainsAny(",\"\r\n") || random.Next(4) == 0
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
