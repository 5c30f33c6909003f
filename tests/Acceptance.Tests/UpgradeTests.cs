using System.IO.Compression;
using System.Text.Json.Nodes;
using Npgsql;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests;

/// <summary>
/// Data directories of earlier versions, kept as they were written: the server was killed while measurements were
/// waiting to be loaded. The answers beside them are those of the version that wrote the directory. The same documents,
/// written by that version into PostgreSQL, are kept as a dump.
/// </summary>
public sealed class UpgradeTests
{
    /// <summary>Where the documents are.</summary>
    public enum Documents
    {
        Sqlite,
        PostgreSql,
    }

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Acceptance.Tests", "Upgrades");

    private const string LatestFormat = "SELECT max(version) FROM tallystick._format";

    private static readonly Dictionary<string, string> Credentials = new()
    {
        ["TALLYSTICK_ORG_ID"] = "8f1d2c30-5f2a-4a3e-9a51-1bdae2900001",
        ["TALLYSTICK_ACCESS_KEY_ID"] = "upgrade-access-key",
        ["TALLYSTICK_API_SECRET"] = "upgrade-api-secret-1bdae29",
    };

    private static readonly string[] Usage =
    [
        "acme 236479 26.036385184857705252",
        "globex 112586 0.018007407245334176",
        "initech 10900 25",
    ];

    [Theory]
    [InlineData(Documents.Sqlite)]
    [InlineData(Documents.PostgreSql)]
    public async Task DataOf1bdae29_Opened_GivesTheSameUsageAndBills(Documents documents)
    {
        using var server = await OpenAsync("1bdae29", documents);

        (await UsageAsync(server)).ShouldBe(Usage);
        (await server.GetAsync("bills?pageSize=50")).ToJsonString().ShouldBe(Answer("bills-1bdae29.json"));

        // Again from what the first start has made of it.
        server.Stop().ShouldBe(0);
        server.StartAgain();

        (await UsageAsync(server)).ShouldBe(Usage);
    }

    [Theory]
    [InlineData(Documents.Sqlite)]
    [InlineData(Documents.PostgreSql)]
    public async Task DataOf1bdae29_MeasurementsSentAgain_StillCountOnce(Documents documents)
    {
        using var server = await OpenAsync("1bdae29", documents);

        await server.PostAsync("measurements", Repeated());

        (await UsageAsync(server)).ShouldBe(Usage);
        var totals = (await server.GetAsync("measurements/conservation"))["totals"]!;
        ((int)totals["accepted"]!).ShouldBe(851 + 100);
        ((int)totals["duplicate"]!).ShouldBe(343 + 100);
        ((int)totals["mismatch"]!).ShouldBe(0);
    }

    [Theory]
    [InlineData(Documents.Sqlite)]
    [InlineData(Documents.PostgreSql)]
    public async Task DataOf1bdae29_BillsRecalculated_AreTheSame(Documents documents)
    {
        using var server = await OpenAsync("1bdae29", documents);
        var before = await LinesAsync(server);

        await server.RunAsync("billjobs", new JsonObject
        {
            ["accountIds"] = new JsonArray(
                "01a22a12-ed9b-75c2-8f6f-909d3c55534b", "01a22a12-ee54-7c86-b962-94ac1a89b704"),
            ["billDate"] = "2026-10-01",
        });

        (await LinesAsync(server)).ShouldBe(before);
    }

    [Theory]
    [InlineData(Documents.Sqlite)]
    [InlineData(Documents.PostgreSql)]
    public async Task DataOf1bdae29_CredentialsOfAServiceUser_AreStillGood(Documents documents)
    {
        using var server = await OpenAsync("1bdae29", documents);

        var token = server.Run("curl", [
            "-s", "-u", "sWRo3gXrWzYyYVPZHbiO:p5QdsDj6seK2U5bW5Rr6te0zGTGuHuUYIcJ7ifHf9Zr6NX7K",
            "-d", "grant_type=client_credentials", $"{server.Address}/oauth/token"]);

        token.ShouldContain("access_token");
    }

    [Fact]
    public async Task DocumentsOfANewerVersion_InPostgres_AreRefusedByName()
    {
        var database = await RestoreAsync("1bdae29");
        await ExecuteAsync(database, "INSERT INTO tallystick._format (version) VALUES (1000)");

        var (code, said) = LiveServer.TryStart(
            new Dictionary<string, string> { ["TALLYSTICK_POSTGRES"] = database });

        code.ShouldBe(1);
        said.ShouldContain("format version 1000, written by a newer version of Tallystick");
        said.Trim().Split('\n').Length.ShouldBe(1, said);
    }

    [Fact]
    public async Task DocumentsOf1bdae29_Opened_AreOfAFormatThatItRefuses()
    {
        var database = await RestoreAsync("1bdae29");
        (await ExecuteAsync(database, LatestFormat)).ShouldBe(1L);

        using (new LiveServer(Path.Combine(Folder, "data-1bdae29.tar.gz"), Credentials, database))
        {
        }

        (await ExecuteAsync(database, LatestFormat)).ShouldBe(2L);
    }

    private static async Task<LiveServer> OpenAsync(string commit, Documents documents)
    {
        var archive = Path.Combine(Folder, $"data-{commit}.tar.gz");
        return documents == Documents.Sqlite
            ? new LiveServer(archive, Credentials)
            : new LiveServer(archive, Credentials, await RestoreAsync(commit));
    }

    private static async Task<string> RestoreAsync(string commit)
    {
        await using var file = File.OpenRead(Path.Combine(Folder, $"documents-{commit}.sql.gz"));
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var dump = new StreamReader(unzipped);
        var database = await (await PostgresCluster.Shared).CreateDatabaseAsync();
        await ExecuteAsync(database, await dump.ReadToEndAsync(TestContext.Current.CancellationToken));
        return database;
    }

    // The dump changes settings of its session, which nobody else must get.
    private static async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static string Answer(string file) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!.ToJsonString();

    private static async Task<List<string>> UsageAsync(LiveServer server)
    {
        const string Meter = "01a22a12-e9ec-7b86-9bfa-f3d0242afbb3";
        JsonObject SumOf(string field) => new()
        {
            ["meterId"] = Meter,
            ["fieldCode"] = field,
            ["fieldType"] = "MEASURE",
            ["function"] = "SUM",
        };
        var answer = await server.PostAsync("usage/query", new JsonObject
        {
            ["meterIds"] = new JsonArray(Meter),
            ["startDate"] = "2026-09-01T00:00:00Z",
            ["endDate"] = "2026-11-01T00:00:00Z",
            ["aggregations"] = new JsonArray(SumOf("tokens"), SumOf("hours")),
            ["groups"] = new JsonArray(new JsonObject { ["groupType"] = "ACCOUNT" }),
        });
        // The account 'initech' is only created when the log is loaded: its id differs each time.
        return [.. answer["data"]!.AsArray()
            .Select(row => $"{row!["accountCode"]} {row["requests.tokens.SUM"]} {row["requests.hours.SUM"]}")
            .Order(StringComparer.Ordinal)];
    }

    // What the bills say, without what tells when they were calculated, and without the exact subtotals of bands, which
    // are shown with all their digits now.
    private static async Task<List<string>> LinesAsync(LiveServer server)
    {
        var bills = (await server.GetAsync("bills?pageSize=50"))["data"]!.AsArray();
        return [.. bills
            .Select(bill => $"{bill!["id"]} {bill["accountCode"]} {Amounts(bill["lineItems"]!)}")
            .Order(StringComparer.Ordinal)];
    }

    private static string Amounts(JsonNode lines)
    {
        foreach (var band in lines.AsArray().SelectMany(line => line!["usagePerPricingBand"]?.AsArray() ?? []))
            band!.AsObject().Remove("unitSubtotal");
        return lines.ToJsonString();
    }

    // Fifty that the store holds and fifty that only the log did when the server was killed.
    private static JsonObject Repeated() => new()
    {
        ["measurements"] = new JsonArray([.. Enumerable.Range(0, 50).SelectMany(index => new[]
        {
            Measurement($"u-{1 + (index * 3)}", "acme"),
            Measurement($"v-{1 + (index * 2)}", "acme"),
        })]),
    };

    private static JsonNode Measurement(string uid, string account) => new JsonObject
    {
        ["uid"] = uid,
        ["meter"] = "requests",
        ["account"] = account,
        ["ts"] = "2026-10-02T05:00:00Z",
        ["measure"] = new JsonObject { ["tokens"] = 1000000, ["hours"] = 1000 },
        ["where"] = new JsonObject { ["region"] = "eu" },
    };
}
