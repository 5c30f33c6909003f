using System.Net;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>The rules of balances, their transactions and external mappings.</summary>
public sealed class BalanceRuleTests(SqliteServer server)
{
    [Theory]
    [InlineData("Balance", """{"endDate":"{startDate}"}""", "order", "endDate")]
    [InlineData("Balance", """{"rolloverEndDate":null}""", "needs", "rolloverEndDate")]
    [InlineData("Balance", """{"rolloverEndDate":"{endDate}"}""", "order", "rolloverEndDate")]
    [InlineData("Balance", """{"lineItemTypes":["USAGE","USAGE"]}""", "duplicate", "lineItemTypes")]
    [InlineData("Balance", """{"accountId":"3f2504e0-4f89-11d3-9a0c-0305e82c3301"}""", "immutable", "accountId")]
    [InlineData("Balance", """{"currency":"ZZZ"}""", "unknown_reference", "currency")]
    [InlineData("Balance", """{"code":""}""", "length", "code")]
    [InlineData("BalanceTransactionSchedule", """{"endDate":"{startDate}"}""", "order", "endDate")]
    [InlineData("BalanceTransactionSchedule", """{"endDate":"9000-01-01T00:00:01Z"}""", "range", "endDate")]
    [InlineData("BalanceTransactionSchedule", """{"transactionTypeId":"a b"}""", "form", "transactionTypeId")]
    [InlineData("BalanceTransactionSchedule", """{"transactionTypeId":"a-b"}""", "unknown_reference",
        "transactionTypeId")]
    [InlineData("BalanceTransactionSchedule", """{"frequency":"AD_HOC"}""", "unknown_value", "frequency")]
    [InlineData("BalanceTransactionSchedule", """{"startDate":"1990-01-01T00:00:00Z","frequency":"DAILY"}""", "range",
        "startDate")]
    [InlineData("BalanceChargeSchedule", """{"amount":1}""", "exactly_one", "amount")]
    [InlineData("BalanceChargeSchedule", """{"units":null}""", "needs", "units")]
    [InlineData("BalanceChargeSchedule", """{"units":null,"unitPrice":null,"amount":-1}""", "range", "amount")]
    [InlineData("BalanceChargeSchedule", """{"servicePeriodEndDate":"{servicePeriodStartDate}"}""", "order",
        "servicePeriodEndDate")]
    [InlineData("BalanceChargeSchedule", """{"currency":"ZZZ"}""", "unknown_reference", "currency")]
    [InlineData("ExternalMapping", """{"externalId":" x"}""", "form", "externalId")]
    [InlineData("ExternalMapping", """{"integrationConfigId":"x"}""", "not_available", "integrationConfigId")]
    public Task BalanceKind_RuleBroken_IsRefused(string kind, string change, string code, string path) =>
        RuleTable.RefusesAsync(server, kind, change, code, path);

    [Theory]
    [InlineData("Balance", """{"rolloverAmount":null}""")]
    [InlineData("Balance", """{"rolloverAmount":null,"rolloverEndDate":null,"contractId":"","productIds":[]}""")]
    [InlineData("BalanceTransactionSchedule", """{"currencyPaid":"","amount":0}""")]
    [InlineData("BalanceChargeSchedule", """{"units":null,"unitPrice":null,"amount":0}""")]
    [InlineData("ExternalMapping", """{"integrationConfigId":""}""")]
    public Task BalanceKind_WithinItsRules_IsAccepted(string kind, string change) =>
        RuleTable.AcceptsAsync(server, kind, change);

    [Theory]
    [InlineData("Balance", "{}", "taken", "code", HttpStatusCode.Conflict)]
    [InlineData("BalanceTransactionSchedule", "{}", "taken", "code", HttpStatusCode.Conflict)]
    [InlineData("BalanceChargeSchedule", "{}", "taken", "code", HttpStatusCode.Conflict)]
    [InlineData("ExternalMapping", "{}", "duplicate", "externalId", HttpStatusCode.BadRequest)]
    public Task BalanceKind_ClashingWithAnother_IsRefused(
        string kind, string change, string code, string path, HttpStatusCode status) =>
        RuleTable.RefusesToCreateAsync(server, kind, change, code, path, status);

    [Fact]
    public async Task Transactions_Booked_AddUpToTheAmountOfTheBalance()
    {
        using var client = await server.NewOrganizationAsync();
        var balance = await BalanceSamples.PlainAsync(client);
        var type = await BalanceSamples.TransactionTypeAsync(client);

        var credit = (await BookAsync(client, balance, $$"""
            {"amount":200.25,"description":"Bought","paid":180,"currencyPaid":"USD","transactionTypeId":"{{type}}",
              "appliedDate":"2026-02-01T00:00:00Z","transactionDate":"2026-01-31T00:00:00Z"}
            """)).Object;
        (await BookAsync(client, balance, """{"amount":-50.5}""")).Status.ShouldBe(HttpStatusCode.OK);

        ((string)credit["balanceId"]!).ShouldBe(balance);
        ((string)credit["entityType"]!).ShouldBe("SERVICE_USER");
        ((string)credit["createdBy"]!).ShouldEndWith((string)credit["entityId"]!);
        ((string)credit["appliedDate"]!).ShouldBe("2026-02-01T00:00:00Z");
        var stored = (await client.GetAsync($"balances/{balance}")).Object;
        // 200.25 - 50.50
        ((decimal)stored["amount"]!).ShouldBe(149.75m);
        // What is booked is no edit of the balance.
        ((long)stored["version"]!).ShouldBe(1);
        var list = await client.GetAsync($"balances/{balance}/transactions");
        list.Data.Select(made => (decimal)made["amount"]!).ShouldBe([-50.5m, 200.25m]);
        list.Data[0]["appliedDate"]!.ToJsonString().ShouldBe(list.Data[0]["dtCreated"]!.ToJsonString());
        await ShouldFindAsync(client, balance, $"transactionTypeId={type}", 200.25m);
        await ShouldFindAsync(
            client, balance, $"entityId={credit["entityId"]}&entityType=SERVICE_USER", -50.5m, 200.25m);
        await ShouldFindAsync(client, balance, "entityType=BILL");
        (await client.GetAsync($"balances/{balance}/transactions?entityType=GOD")).Faults
            .ShouldBe(["unknown_value entityType"]);
        var first = await client.GetAsync($"balances/{balance}/transactions?pageSize=1");
        var second = await client.GetAsync(
            $"balances/{balance}/transactions?pageSize=1&nextToken={first.Object["nextToken"]}");
        ((decimal)second.Data.Single()["amount"]!).ShouldBe(200.25m);
        (await client.GetAsync($"balances/{balance}/transactions?pageSize=201")).Faults.ShouldBe(["range pageSize"]);
    }

    [Theory]
    [InlineData("{}", "required amount")]
    [InlineData("""{"amount":"1"}""", "type amount")]
    [InlineData("""{"amount":1e40}""", "digits amount")]
    [InlineData("""{"amount":1,"transactionTypeId":"none"}""", "unknown_reference transactionTypeId")]
    [InlineData("""{"amount":1,"transactionTypeId":"a_b"}""", "form transactionTypeId")]
    [InlineData("""{"amount":1,"transactionTypeId":"0123456789012345678901234567890123456"}""",
        "length transactionTypeId")]
    [InlineData("""{"amount":1,"currencyPaid":"ZZZ"}""", "unknown_reference currencyPaid")]
    [InlineData("""{"amount":1,"appliedDate":"soon"}""", "date_time appliedDate")]
    [InlineData("""{"amount":-0.01}""", "overdraft amount")]
    public async Task Transaction_RuleBroken_IsRefusedAndBooksNothing(string body, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var balance = await BalanceSamples.PlainAsync(client);

        (await BookAsync(client, balance, body)).Faults.ShouldBe([fault]);

        (await client.GetAsync($"balances/{balance}/transactions")).Data.ShouldBeEmpty();
        ((decimal)(await client.GetAsync($"balances/{balance}")).Object["amount"]!).ShouldBe(0);
    }

    [Fact]
    public async Task Transactions_ThatNoNumberHolds_AreRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var balance = await BalanceSamples.PlainAsync(client);
        await BookAsync(client, balance, """{"amount":9999999999999999999999999999}""");

        (await BookAsync(client, balance, """{"amount":1}""")).Faults.ShouldBe(["digits amount"]);
        (await BookAsync(client, balance, """{"amount":-0.000000000000000001}""")).Faults.ShouldBe(["digits amount"]);
        (await BookAsync(client, balance, """{"amount":-1}""")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true, true, HttpStatusCode.OK)]
    [InlineData(true, false, HttpStatusCode.BadRequest)]
    [InlineData(false, true, HttpStatusCode.BadRequest)]
    public async Task Balance_BelowZero_NeedsTheLeaveOfBalanceAndOrganization(
        bool ofBalance, bool ofOrganization, HttpStatusCode status)
    {
        using var client = await server.NewOrganizationAsync();
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["allowNegativeBalances"] = ofOrganization;
        await client.PutAsync("organizationconfig", config);
        var body = await Samples.MakeAsync(client, "Balance", "overdrawn");
        body["allowOverdraft"] = ofBalance;
        var balance = await FullSamples.CreateAsync(client, "balances", body);

        (await BookAsync(client, balance, """{"amount":-5}""")).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Balance_WithTransactions_KeepsItsCurrencyAndCannotBeDeleted()
    {
        using var client = await server.NewOrganizationAsync();
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        var id = await BalanceSamples.PlainAsync(client);
        var balance = (await client.GetAsync($"balances/{id}")).Object;
        balance["currency"] = "GBP";
        balance = (await client.PutAsync($"balances/{id}", balance)).Object;
        await BookAsync(client, id, """{"amount":5}""");

        (await client.PutAsync($"balances/{id}", RuleTable.Changed(balance, """{"currency":"USD"}""")))
            .Faults.ShouldBe(["immutable currency"]);
        (await client.DeleteAsync($"balances/{id}")).Faults.ShouldBe(["in_use "]);
        // An edit does not lose what was booked.
        ((decimal)(await client.PutAsync($"balances/{id}", balance)).Object["amount"]!).ShouldBe(5);
    }

    [Fact]
    public async Task Balances_OfAContractOrOfNone_AreSelected()
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "Balance");
        var free = await BalanceSamples.PlainAsync(client);
        var account = (string)(await client.GetAsync($"balances/{free}")).Object["accountId"]!;

        (await client.GetAsync($"balances?contractId={entity.Body["contractId"]}")).Data.Single()["id"]!.ToJsonString()
            .ShouldBe(entity.Stored["id"]!.ToJsonString());
        ((string)(await client.GetAsync($"balances?accountId={account}&contractId=")).Data.Single()["id"]!)
            .ShouldBe(free);
        (await client.GetAsync($"balances?accountId={entity.Body["accountId"]}&contractId=")).Data.ShouldBeEmpty();
        (await client.GetAsync("balances?contractId=")).Faults.ShouldBe(["needs contractId"]);
        (await client.GetAsync("balances?endDateStart=soon")).Faults.ShouldBe(["date_time endDateStart"]);
    }

    [Fact]
    public async Task TransactionsSummary_OfABalanceThatEnded_TellsWhatRolledOverAndWhatIsGone()
    {
        using var client = await server.NewOrganizationAsync();
        var body = await Samples.MakeAsync(client, "Balance", "ended");
        (body["startDate"], body["endDate"]) = ("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z");
        (body["rolloverEndDate"], body["rolloverAmount"]) = ("2025-03-01T00:00:00Z", 800);
        var balance = await FullSamples.CreateAsync(client, "balances", body);
        await BookAsync(client, balance, """{"amount":1000,"appliedDate":"2024-01-01T00:00:00Z"}""");
        await BookAsync(client, balance, """{"amount":500,"appliedDate":"2024-06-01T00:00:00Z"}""");
        await BookAsync(client, balance, """{"amount":-500,"appliedDate":"2024-12-31T23:59:59Z"}""");
        await BookAsync(client, balance, """{"amount":-300,"appliedDate":"2025-01-01T00:00:00Z"}""");

        var summary = (await client.GetAsync($"balances/{balance}/transactions/summary")).Object;

        // 1000 were left at the end; 800 rolled over, 200 did not.
        Told(summary).ShouldBe("totalCreditAmount 1500, totalDebitAmount 800, initialCreditAmount 1000, "
            + "expiredBalanceAmount 200, rolloverConsumed 300, balanceConsumed 500");
    }

    [Fact]
    public async Task TransactionsSummary_OfARunningBalance_HasNothingExpired()
    {
        using var client = await server.NewOrganizationAsync();
        var body = await Samples.MakeAsync(client, "Balance", "running");
        body["endDate"] = "2999-01-01T00:00:00Z";
        var balance = await FullSamples.CreateAsync(client, "balances", body);
        await BookAsync(client, balance, """{"amount":10}""");

        Told((await client.GetAsync($"balances/{balance}/transactions/summary")).Object).ShouldBe(
            "totalCreditAmount 10, totalDebitAmount 0, initialCreditAmount 10, expiredBalanceAmount 0, "
            + "balanceConsumed 0");
    }

    [Theory]
    [InlineData("GET", "transactions")]
    [InlineData("POST", "transactions")]
    [InlineData("GET", "transactions/summary")]
    [InlineData("GET", "balancetransactionschedules")]
    [InlineData("POST", "balancetransactionschedules")]
    [InlineData("POST", "balancetransactionschedules/preview")]
    [InlineData("GET", "balancechargeschedules")]
    [InlineData("POST", "balancechargeschedules")]
    [InlineData("POST", "balancechargeschedules/preview")]
    public async Task Balance_ThatDoesNotExist_IsNotFound(string method, string path)
    {
        using var client = await server.NewOrganizationAsync();
        (await client.SendAsync(
            new HttpMethod(method), $"balances/{Guid.NewGuid()}/{path}", method == "POST" ? """{"amount":1}""" : null))
            .Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ExternalMappings_FoundFromEitherSide_GoWithTheirEntity()
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "ExternalMapping");
        var account = (string)entity.Body["m3terId"]!;
        var (byEntity, byNumber) = (
            $"externalmappings/external/Account/{account}", "externalmappings/externalid/Salesforce/Account/0015");

        foreach (var path in new[] { byEntity, byNumber })
            (await client.GetAsync(path)).Data.Single().ToJsonString().ShouldBe(entity.Stored.ToJsonString());
        (await client.GetAsync($"externalmappings/external/Plan/{account}")).Data.ShouldBeEmpty();
        (await client.GetAsync("externalmappings/externalid/Salesforce/Account/0016")).Data.ShouldBeEmpty();
        (await client.GetAsync($"{byEntity}?pageSize=201")).Faults.ShouldBe(["range pageSize"]);
        (await client.DeleteAsync($"accounts/{account}")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("externalmappings")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task ExternalMappingConfiguration_WithoutIntegrations_OffersNothing()
    {
        using var client = await server.NewOrganizationAsync();

        (await client.GetAsync("externalmappingconfiguration")).Object.ToJsonString()
            .ShouldBe("""{"m3terEntities":[],"externalSystems":[]}""");
        foreach (var path in new[] { "values/Salesforce/Account", $"values/Stripe/Account/{Guid.NewGuid()}" })
            (await client.GetAsync($"externalmappingconfiguration/{path}?externalTable=x")).Json!.ToJsonString()
                .ShouldBe("[]");
    }

    private static string Told(System.Text.Json.Nodes.JsonObject summary) =>
        string.Join(", ", summary.Select(member => $"{member.Key} {member.Value}"));

    private static Task<ApiAnswer> BookAsync(ApiClient client, string balance, string body) =>
        client.PostAsync($"balances/{balance}/transactions", body);

    private static async Task ShouldFindAsync(
        ApiClient client, string balance, string query, params decimal[] amounts) =>
        (await client.GetAsync($"balances/{balance}/transactions?{query}")).Data
            .Select(made => (decimal)made["amount"]!).ShouldBe(amounts, query);
}
