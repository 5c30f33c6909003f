using System.Globalization;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Bills;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Statements;

/// <summary>The bill of January 2025 of an account that pays 1 per call, and what is asked of its statements.</summary>
internal sealed class StatedBill
{
    private readonly ApiClient _client;

    private StatedBill(ApiClient client, BilledAccount account, string meter, string id) =>
        (_client, Account, Meter, Id) = (client, account, meter, id);

    internal BilledAccount Account { get; }

    internal string Meter { get; }

    internal string Id { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Submits calls by region, of which the aggregation may have segments, and bills them.</summary>
    internal static async Task<StatedBill> MakeAsync(ApiClient client, string aggregation = "")
    {
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("calls", "measure.n", "measure.big", "where.region", "metadata.note");
        var made = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Calls","code":"calls","meterId":"{{meter}}","targetField":"n","aggregation":"SUM",
             "rounding":"NONE","quantityPerUnit":1,"unit":"call"{{aggregation}}}
            """));
        var account = await BilledAccount.MakeAsync(client);
        string[] segments = aggregation.Length == 0 ? [""]
            : [""","segment":{"region":"eu"}""", ""","segment":{"region":"*"}"""];
        foreach (var segment in segments)
            await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
                {"planId":"{{account.PlanId}}","aggregationId":"{{made}}","startDate":"2025-01-01T00:00:00Z",
                 "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1.5}]{{segment}}}
                """));
        await usage.SubmitAsync(
            "calls billed 2025-01-05T08:00:00Z measure.n=10 "
                + "measure.big=6000000000000000000000000000 where.region=eu metadata.note=x",
            "calls billed 2025-01-05T09:00:00Z measure.n=4 measure.big=1 where.region=us metadata.note=x",
            "calls billed 2025-01-05T10:00:00Z measure.n=1 "
                + "measure.big=6000000000000000000000000000 where.region=eu metadata.note=x",
            "calls billed 2025-01-20T08:00:00Z measure.n=0.5 measure.big=1 where.region=zz metadata.note=x",
            "calls billed 2025-02-01T00:00:00Z measure.n=1000 measure.big=1 where.region=eu metadata.note=x");
        await account.ShouldBeBilledAsync("2025-02-01");
        return new StatedBill(
            client, account, meter, (string)(await client.GetAsync($"bills/latest/{account.Id}")).Object["id"]!);
    }

    /// <summary>Makes a definition the organization's default, or that of the account.</summary>
    internal async Task<string> DefineAsync(string definition)
    {
        var id = await FullSamples.CreateAsync(_client, "statementdefinitions", FullSamples.Parse(definition));
        var account = (await _client.GetAsync($"accounts/{Account.Id}")).Object;
        account["statementDefinitionId"] = id;
        await _client.PutAsync($"accounts/{Account.Id}", account);
        return id;
    }

    /// <summary>Runs a job for the bill.</summary>
    internal async Task<JsonObject> RunAsync(bool withCsv = false, string? meterId = null)
    {
        var asked = new JsonObject { ["billId"] = Id, ["includeCsvFormat"] = withCsv };
        if (meterId is not null)
            asked["filters"] = new JsonObject { ["meterIds"] = new JsonArray(meterId) };
        var job = (await _client.PostAsync("statementjobs", asked)).Object;
        ((string)job["orgId"]!).ShouldBe(_client.OrganizationId);
        return await EndedAsync((string)job["id"]!);
    }

    internal async Task<JsonObject> EndedAsync(string jobId)
    {
        while (true)
        {
            Token.ThrowIfCancellationRequested();
            var job = (await _client.GetAsync($"statementjobs/{jobId}")).Object;
            if ((string?)job["statementJobStatus"] is not ("PENDING" or "RUNNING"))
                return job;
        }
    }

    internal async Task<JsonObject> BillAsync() => (await _client.GetAsync($"bills/{Id}")).Object;

    internal async Task RecalculateAsync()
    {
        var job = (await _client.PostAsync(
            "billjobs/recalculate", new JsonObject { ["billIds"] = new JsonArray(Id) })).Object;
        while ((string?)job["status"] != "COMPLETE")
        {
            Token.ThrowIfCancellationRequested();
            job = (await _client.GetAsync($"billjobs/{job["id"]}")).Object;
        }
    }

    /// <summary>Downloads without a token.</summary>
    internal async Task<string> DownloadAsync(JsonNode? url)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync((string)url!, Token);
    }

    /// <summary>The lines of a statement: their quantity, and rows such as <c>01-05 eu SUM=11</c>.</summary>
    internal static IReadOnlyList<string> Rows(string statement) =>
    [
        .. JsonNode.Parse(statement)!["lineItems"]!.AsArray().SelectMany(line => line!["rows"]!.AsArray()
            .Select(row => RowOf(row!))
            .Prepend(string.Create(CultureInfo.InvariantCulture, $"{line!["description"]}: {line["quantity"]}"))),
    ];

    private static string RowOf(JsonNode row)
    {
        var measures = row["measures"]!.AsObject().SelectMany(field => field.Value!.AsObject().Select(
            one => $"{field.Key}.{one.Key}={one.Value?.ToJsonString() ?? "null"}"));
        var dimensions = row["dimensions"]!.AsObject().Select(one => (string?)one.Value ?? "-");
        return string.Join(' ', [((string)row["start"]!)[5..10], .. dimensions, .. measures]);
    }
}
