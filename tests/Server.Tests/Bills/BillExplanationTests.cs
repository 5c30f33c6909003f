using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Foundation.Values;
using Tallystick.Server.Api.Invoices;
using Tallystick.Server.Api.Usage;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Why a bill is what it is, what a recalculation has changed, and what one would change.</summary>
public sealed class BillExplanationTests(SqliteServer server)
{
    [Fact]
    public async Task Explain_UsageAndStandingCharge_GoesDownToTheMeasurements()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, usage) = await UsedAsync(client);
        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-01-12T00:00:00Z measure.n=5", "late"));

        var explained = (await client.GetAsync($"bills/{await LatestAsync(client, account)}/explain")).Object;

        explained["billTotal"]!.ToString().ShouldBe("44");
        explained["currencies"]!["USD"]!.ToJsonString().ShouldBe("""{"decimalPlaces":2,"mode":"HALF_UP"}""");
        var lines = explained["lines"]!.AsArray();
        var standing = lines[0]!["derivation"]!;
        standing.ToJsonString().ShouldBe(
            """{"kind":"prorated","amount":30,"parts":[{"daysActive":"31","daysInPeriod":31}]}""");
        lines[1]!["amount"]!.ToString().ShouldBe("14");
        var measured = lines[1]!["measured"]![0]!;
        measured["measurements"]!.ToString().ShouldBe("3");
        (measured["value"]!.ToString(), measured["valueNow"]!.ToString()).ShouldBe(("14", "19"));
        (measured["meterCode"]!.ToString(), measured["method"]!.ToString()).ShouldBe(("calls", "SUM"));
    }

    [Fact]
    public async Task Explain_AsText_ReadsLikeACalculation()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, _) = await UsedAsync(client);

        var text = await client.Http.GetStringAsync(
            $"organizations/{client.OrganizationId}/bills/{await LatestAsync(client, account)}/explain?format=text",
            TestContext.Current.CancellationToken);

        text[text.IndexOf("1. ", StringComparison.Ordinal)..].TrimEnd().ShouldBe("""
            1. Standing Charge: 30 USD
               STANDING_CHARGE, 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z
               30 for a whole period
               active for 31 of 31 days
               30 USD, rounded HALF_UP to 2 places: 30 USD

            2. Calls: 14 USD
               USAGE, 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z
               SUM of calls.n (Calls), 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z: 14, 2 measurements
               quantity 14, 1 per unit, units rounded NONE
               the highest band reached prices all units
               band from 0: 14 units x 1 + 0 fixed
               14 USD, rounded HALF_UP to 2 places: 14 USD

            Total 44 USD: the sum of 2 amounts
            """);
    }

    [Fact]
    public async Task Recalculation_WithoutChange_LeavesNoDifferenceAndNoHistory()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, _) = await UsedAsync(client);
        var bill = await LatestAsync(client, account);

        await BilledAccount.RecalculateAsync(client, bill);

        var difference = (await client.GetAsync($"bills/{bill}/difference")).Object;
        difference["lines"]!.AsArray().ShouldBeEmpty();
        difference["change"]!.ToString().ShouldBe("0");
        (await client.GetAsync($"bills/{bill}/history")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Decision25_Recalculation_KeepsTheFormerBillAndSaysWhichLineChanged()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, usage) = await UsedAsync(client);
        var bill = await LatestAsync(client, account);
        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-01-12T00:00:00Z measure.n=5", "late"));

        var expected = (await client.PostAsync("bills/preview/difference", Preview(account.Id))).Object;
        await BilledAccount.RecalculateAsync(client, bill);
        var difference = (await client.GetAsync($"bills/{bill}/difference")).Object;

        difference.ToJsonString().ShouldBe(expected.ToJsonString());
        (difference["totalBefore"]!.ToString(), difference["totalAfter"]!.ToString()).ShouldBe(("44", "49"));
        var line = difference["lines"]!.AsArray().ShouldHaveSingleItem()!;
        (line["change"]!.ToString(), line["description"]!.ToString(), line["convertedChange"]!.ToString())
            .ShouldBe(("CHANGED", "Calls", "5"));
        var former = (await client.GetAsync($"bills/{bill}/history")).Data.ShouldHaveSingleItem();
        (former["version"]!.ToString(), former["billTotal"]!.ToString()).ShouldBe(("1", "44"));
        (await client.GetAsync($"bills/{bill}/difference?from=1")).Object.ToJsonString()
            .ShouldBe(difference.ToJsonString());
    }

    [Fact]
    public async Task History_OfSeveralCalculations_IsReadByPages()
    {
        using var client = await server.NewOrganizationAsync();
        var (account, usage) = await UsedAsync(client);
        var bill = await LatestAsync(client, account);
        for (var round = 0; round < 3; round++)
        {
            await usage.PostAsync(
                MeteredUsage.Measurement("calls billed 2025-01-13T00:00:00Z measure.n=1", $"round {round}"));
            await BilledAccount.RecalculateAsync(client, bill);
        }

        var first = await client.GetAsync($"bills/{bill}/history?pageSize=2");
        var token = Uri.EscapeDataString((string)first.Object["nextToken"]!);
        var second = await client.GetAsync($"bills/{bill}/history?pageSize=2&nextToken={token}");

        first.Data.Concat(second.Data).Select(one => (long)one!["version"]!).ShouldBe([3, 2, 1]);
        second.Object["nextToken"].ShouldBeNull();
        (await client.GetAsync($"bills/{bill}/history?nextToken=x")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync($"bills/{bill}/history?pageSize=0")).Faults.ShouldBe(["range pageSize"]);
    }

    [Theory]
    [InlineData("explain")]
    [InlineData("preview")]
    [InlineData("pdf")]
    public async Task ReadsOfBills_WithTooManyWaiting_AreToldToComeBack(string read)
    {
        await using var own = await ApiServer.StartAsync();
        var (account, _) = await UsedAsync(own.Client);
        var bill = await LatestAsync(own.Client, account);
        using var leaving = new CancellationTokenSource();
        var (queries, invoices) = (own.Service<QuerySlots>(), own.Service<InvoiceSlots>());
        Func<ValueTask<IDisposable>> enter = read == "pdf"
            ? () => invoices.EnterAsync(own.OrganizationId, leaving.Token)
            : () => queries.EnterAsync(own.OrganizationId, leaving.Token);
        var waiting = new List<Task<IDisposable>>();
        try
        {
            while (waiting.Count < 1_000)
                waiting.Add(enter().AsTask());
        }
        catch (TooManyRequestsException)
        {
            // The queue of the organization is full.
        }
        waiting.RemoveAll(one => one.IsFaulted);

        using var response = read == "preview"
            ? await own.Client.Http.PostAsync(
                $"organizations/{own.OrganizationId}/bills/preview",
                new StringContent(
                    Preview(account.Id).ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
                TestContext.Current.CancellationToken)
            : await own.Client.Http.GetAsync(
                $"organizations/{own.OrganizationId}/bills/{bill}/{(read == "pdf" ? "invoice/pdf" : read)}",
                TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(429);
        response.Headers.RetryAfter.ShouldNotBeNull();
        await leaving.CancelAsync();
    }

    [Fact]
    public async Task Preview_IsTheBillThatAJobWouldMakeAndIsNotStored()
    {
        using var client = await server.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await usage.SubmitAsync("calls billed 2025-01-10T00:00:00Z measure.n=10");

        var preview = (await client.PostAsync("bills/preview", Preview(account.Id))).Object;

        (await client.GetAsync("bills")).Data.ShouldBeEmpty();
        await account.ShouldBeBilledAsync("2025-02-01");
        var bill = (await client.GetAsync($"bills/latest/{account.Id}")).Object;
        foreach (var member in new[] { "id", "billTotal", "lineItems", "startDate", "endDate", "currency" })
            preview[member]!.ToJsonString().ShouldBe(bill[member]!.ToJsonString());
        preview.ContainsKey("billJobId").ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{}""", "accountIds")]
    [InlineData("""{"accountIds":["ACCOUNT"],"billFrequencyInterval":1}""", "billingFrequency")]
    [InlineData("""{"accountIds":["ACCOUNT"],"billingFrequency":"MONTHLY"}""", "billFrequencyInterval")]
    [InlineData(
        """{"accountIds":["ACCOUNT"],"billingFrequency":"WEEKLY","billFrequencyInterval":1,"billDate":"2025-02-01"}""",
        "no bill with this frequency, interval and date")]
    [InlineData("""{"accountIds":["unknown"],"billingFrequency":"MONTHLY","billFrequencyInterval":1}""", "unknown")]
    public async Task Preview_Incomplete_IsRefusedByName(string body, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);

        var answer = await client.PostAsync(
            "bills/preview",
            JsonNode.Parse(body.Replace("ACCOUNT", account.Id, StringComparison.Ordinal))!.AsObject());

        ((int)answer.Status).ShouldBeInRange(400, 499);
        answer.Message.ShouldContain(fault);
    }

    [Theory]
    [InlineData("explain?format=xml")]
    [InlineData("difference?from=x")]
    [InlineData("difference?from=7")]
    public async Task Bill_AskedForWhatThereIsNot_IsRefused(string path)
    {
        using var client = await server.NewOrganizationAsync();
        var (account, _) = await UsedAsync(client);

        var answer = await client.GetAsync($"bills/{await LatestAsync(client, account)}/{path}");

        answer.Status.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("bills/preview")]
    [InlineData("bills/preview/difference")]
    public async Task Preview_OfAStoredBillThatTheCallerMayNotRetrieve_IsForbidden(string path)
    {
        using var client = await server.NewOrganizationAsync();
        var (account, _) = await UsedAsync(client);
        var bill = await LatestAsync(client, account);
        using var principal = await Principal.MakeAsync(
            client, "allow all *", $"deny config:retrieve billing:bill/item/{bill}");

        (await principal.Client.PostAsync(path, Preview(account.Id))).Status.ShouldBe(HttpStatusCode.Forbidden);

        await principal.MayAsync("allow all *", $"deny config:retrieve billing:bill/item/{Guid.NewGuid()}");
        (await principal.Client.PostAsync(path, Preview(account.Id))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Preview_WithDrawsOfLaterBills_TakesThemBackAsAJobDoes()
    {
        using var client = await server.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await FullSamples.CreateAsync(client, "commitments", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","amount":80,"currency":"USD","startDate":"2025-01-01","endDate":"2026-01-01"}
            """));
        await usage.SubmitAsync("calls billed 2025-01-10T00:00:00Z measure.n=40");
        await account.ShouldBeBilledAsync("2025-02-01"); // 30 + 40, draws 70
        await account.ShouldBeBilledAsync("2025-03-01"); // 30, draws 10
        await usage.PostAsync(MeteredUsage.Measurement("calls billed 2025-01-12T00:00:00Z measure.n=87", "late"));

        var preview = (await client.PostAsync("bills/preview", Preview(account.Id))).Object;

        preview["billTotal"]!.ToString().ShouldBe("77"); // 30 + 127, draws 80
        await BilledAccount.RecalculateAsync(client, (string)preview["id"]!);
        (await client.GetAsync($"bills/{preview["id"]}")).Object["billTotal"]!.ToString().ShouldBe("77");
    }

    private static JsonObject Preview(string accountId) => new()
    {
        ["accountIds"] = new JsonArray(accountId),
        ["billingFrequency"] = "MONTHLY",
        ["billFrequencyInterval"] = 1,
        ["billDate"] = "2025-02-01",
    };

    // Billed 30.00 for January and 14 calls.
    private static async Task<(BilledAccount Account, MeteredUsage Usage)> UsedAsync(ApiClient client)
    {
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakePricedAsync(client, usage);
        await usage.SubmitAsync(
            "calls billed 2025-01-10T00:00:00Z measure.n=10", "calls billed 2025-01-11T00:00:00Z measure.n=4");
        await account.ShouldBeBilledAsync("2025-02-01");
        return (account, usage);
    }

    private static async Task<string> LatestAsync(ApiClient client, BilledAccount account) =>
        (string)(await client.GetAsync($"bills/latest/{account.Id}")).Object["id"]!;
}
