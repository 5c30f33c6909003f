using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>What the schedules of a balance make, when, and what a preview says of it.</summary>
public sealed class BalanceScheduleTests(SqliteServer server)
{
    [Fact]
    public async Task TransactionSchedule_FromThePast_MakesWhatItMissedOnItsOwnDates()
    {
        using var client = await server.NewOrganizationAsync();
        var body = await PastTransactionsAsync(client);

        var schedule = (await client.PostAsync(Lists.Path("BalanceTransactionSchedule", body), body)).Object;

        var made = (await client.GetAsync($"balances/{body["balanceId"]}/transactions")).Data;
        // Month ends, counted from the first date; the end itself is excluded.
        made.Select(transaction => (string)transaction["appliedDate"]!).ShouldBe(
            ["2024-03-31T10:00:00Z", "2024-02-29T10:00:00Z", "2024-01-31T10:00:00Z"]);
        made.ShouldAllBe(transaction => (string)transaction["entityType"]! == "SCHEDULER"
            && (string)transaction["entityId"]! == (string)schedule["id"]!
            && (decimal)transaction["amount"]! == 25.5m
            && (string)transaction["description"]! == "Monthly");
        ((decimal)(await client.GetAsync($"balances/{body["balanceId"]}")).Object["amount"]!).ShouldBe(76.5m);
        ((string)schedule["previousRun"]!).ShouldBe("2024-03-31T10:00:00Z");
        schedule.ContainsKey("nextRun").ShouldBeFalse();
        ((long)schedule["version"]!).ShouldBe(1);
        (await client.GetAsync($"{Lists.Path("BalanceTransactionSchedule", body)}/{schedule["id"]}")).Object
            .ToJsonString().ShouldBe(schedule.ToJsonString());
    }

    [Fact]
    public async Task TransactionSchedule_ProlongedLater_GoesOnAfterItsLatestRun()
    {
        using var client = await server.NewOrganizationAsync();
        var body = await PastTransactionsAsync(client);
        var list = Lists.Path("BalanceTransactionSchedule", body);
        var schedule = (await client.PostAsync(list, body)).Object;

        schedule["endDate"] = "2024-05-31T10:00:00Z";
        var prolonged = (await client.PutAsync($"{list}/{schedule["id"]}", schedule)).Object;

        ((string)prolonged["previousRun"]!).ShouldBe("2024-04-30T10:00:00Z");
        ((long)prolonged["version"]!).ShouldBe(2);
        (await client.GetAsync($"balances/{body["balanceId"]}/transactions")).Data.Count.ShouldBe(4);
    }

    [Fact]
    public async Task TransactionSchedule_OfTheFuture_WaitsForItsFirstRun()
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "BalanceTransactionSchedule");

        ((string)entity.Stored["nextRun"]!).ShouldBe("2126-01-31T10:00:00Z");
        entity.Stored.ContainsKey("previousRun").ShouldBeFalse();
        (await client.GetAsync($"balances/{entity.Body["balanceId"]}/transactions")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task ChargeSchedule_FromThePast_MakesAChargeForEachPeriod()
    {
        using var client = await server.NewOrganizationAsync();
        var body = await PastChargesAsync(client);
        var balance = (await client.GetAsync($"balances/{body["balanceId"]}")).Object;

        var schedule = (await client.PostAsync(Lists.Path("BalanceChargeSchedule", body), body)).Object;

        var made = (await client.GetAsync($"charges?scheduleId={schedule["id"]}")).Data;
        // Cut at the 15th of each month; in arrears, each is billed when its period is over.
        made.Select(Told).ShouldBe(
        [
            "2024-02-15..2024-03-01 on 2024-03-01", "2024-01-15..2024-02-15 on 2024-02-15",
            "2024-01-01..2024-01-15 on 2024-01-15",
        ]);
        made.ShouldAllBe(charge => (string)charge["entityId"]! == (string)balance["id"]!
            && (string)charge["accountId"]! == (string)balance["accountId"]!
            && (string)charge["entityType"]! == "BALANCE" && (string)charge["lineItemType"]! == "BALANCE_FEE"
            && (decimal)charge["units"]! == 3 && (decimal)charge["unitPrice"]! == 4.5m
            && (string)charge["name"]! == "Fees" && (string)charge["description"]! == "Fee");
        (await client.GetAsync($"charges?entityId={balance["id"]}")).Data.Count.ShouldBe(3);
        (await client.GetAsync($"charges?entityId={Guid.NewGuid()}")).Data.ShouldBeEmpty();
        // A charge adds nothing to the balance by itself.
        ((decimal)(await client.GetAsync($"balances/{balance["id"]}")).Object["amount"]!).ShouldBe(0);
    }

    [Fact]
    public async Task ChargeSchedule_WithALongCode_CutsItBetweenCodePoints()
    {
        using var client = await server.NewOrganizationAsync();
        var body = await PastChargesAsync(client);
        body["code"] = string.Concat(Enumerable.Repeat("😀", 80));

        var schedule = (await client.PostAsync(Lists.Path("BalanceChargeSchedule", body), body)).Object;

        var made = (await client.GetAsync($"charges?scheduleId={schedule["id"]}")).Data;
        made.Count.ShouldBe(3);
        made.ShouldAllBe(charge =>
            (string?)charge["code"] == $"{string.Concat(Enumerable.Repeat("😀", 43))}-{charge["id"]}");
    }

    [Fact]
    public async Task Charge_MadeByASchedule_StaysSoWhenItIsEdited()
    {
        using var client = await server.NewOrganizationAsync();
        var body = await PastChargesAsync(client);
        var schedule = (await client.PostAsync(Lists.Path("BalanceChargeSchedule", body), body)).Object;
        var charge = (await client.GetAsync($"charges?scheduleId={schedule["id"]}")).Data[0];
        charge["notes"] = "Waived";

        ((string)(await client.PutAsync($"charges/{charge["id"]}", charge)).Object["scheduleId"]!)
            .ShouldBe((string)schedule["id"]!);
        var other = await FullSamples.CreateAsync(client, "accounts", FullSamples.Account("other"));
        var moved = RuleTable.Changed(charge, $$"""{"accountId":"{{other}}","code":"moved"}""");
        (await client.PostAsync("charges", moved)).Faults.ShouldBe(["other_account entityId"]);
    }

    [Fact]
    public async Task TransactionPreview_OfAnySchedule_TellsItsDatesAndMakesNothing()
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, "BalanceTransactionSchedule");
        var path = $"{Lists.Path("BalanceTransactionSchedule", entity.Body)}/preview";

        var first = await client.PostAsync($"{path}?pageSize=4", entity.Body);
        var second = await client.PostAsync($"{path}?pageSize=4&nextToken={first.Object["nextToken"]}", entity.Body);

        first.Data.Concat(second.Data).Select(made => ((string)made["appliedDate"]!)[..10]).ShouldBe(
            ["2126-01-31", "2126-03-31", "2126-05-31", "2126-07-31", "2126-09-30", "2126-11-30"]);
        second.Object.ContainsKey("nextToken").ShouldBeFalse();
        first.Data[0].ContainsKey("id").ShouldBeFalse();
        ((decimal)first.Data[0]["amount"]!).ShouldBe(25.5m);
        (await client.GetAsync($"balances/{entity.Body["balanceId"]}/transactions")).Data.ShouldBeEmpty();
        // A preview of very many reads only its page.
        var many = RuleTable.Changed(entity.Body, """
            {"startDate":"0001-01-02T00:00:00Z","endDate":"9000-01-01T00:00:00Z","frequency":"DAILY",
              "frequencyInterval":1}
            """);
        (await client.PostAsync(path, many)).Data.Count.ShouldBe(200);
    }

    [Fact]
    public async Task ChargePreview_InAdvance_IsBilledWhereEachPeriodBegins()
    {
        using var client = await server.NewOrganizationAsync();
        var body = await PastChargesAsync(client);
        body["billInAdvance"] = true;
        var path = $"{Lists.Path("BalanceChargeSchedule", body)}/preview";

        var preview = await client.PostAsync(path, body);

        preview.Data.Select(Told).ShouldBe(
        [
            "2024-01-01..2024-01-15 on 2024-01-01", "2024-01-15..2024-02-15 on 2024-01-15",
            "2024-02-15..2024-03-01 on 2024-02-15",
        ]);
        preview.Data.ShouldAllBe(charge => !charge.ContainsKey("id") && !charge.ContainsKey("scheduleId"));
        (await client.GetAsync("charges")).Data.ShouldBeEmpty();
        (await client.GetAsync(Lists.Path("BalanceChargeSchedule", body))).Data.ShouldBeEmpty();
        // Without an epoch of its own, a schedule counts from that of the organization.
        body.Remove("billEpoch");
        Told((await client.PostAsync(path, body)).Data[1]).ShouldBe("2024-02-01..2024-03-01 on 2024-02-01");
    }

    [Theory]
    [InlineData("BalanceTransactionSchedule", """{"amount":-1}""", "range amount")]
    [InlineData("BalanceTransactionSchedule", """{"endDate":"{startDate}"}""", "order endDate")]
    [InlineData("BalanceTransactionSchedule", """{"transactionTypeId":"none"}""",
        "unknown_reference transactionTypeId")]
    [InlineData("BalanceChargeSchedule", """{"amount":1}""", "exactly_one amount")]
    [InlineData("BalanceChargeSchedule", """{"billFrequencyInterval":366}""", "range billFrequencyInterval")]
    [InlineData("BalanceChargeSchedule", """{"currency":"ZZZ"}""", "unknown_reference currency")]
    public async Task Preview_RuleBroken_IsRefused(string kind, string change, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        var path = $"{Lists.Path(kind, entity.Body)}/preview";

        (await client.PostAsync(path, RuleTable.Changed(entity.Body, change))).Faults.ShouldBe([fault]);
        (await client.PostAsync($"{path}?pageSize=201", entity.Body)).Faults.ShouldBe(["range pageSize"]);
        (await client.PostAsync($"{path}?nextToken=x", entity.Body)).Faults.ShouldBe(["token nextToken"]);
    }

    [Theory]
    [InlineData("BalanceTransactionSchedule")]
    [InlineData("BalanceChargeSchedule")]
    public async Task Schedule_AskedForByAnotherBalance_IsNotFound(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        var balance = (await client.GetAsync($"balances/{entity.Body["balanceId"]}")).Object;
        balance["code"] = "other";
        var other = RuleTable.Changed(
            entity.Body, $$"""{"balanceId":"{{(await client.PostAsync("balances", balance)).Id}}"}""");
        var path = $"{Lists.Path(kind, other)}/{entity.Stored["id"]}";

        (await client.GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsync(path, entity.Stored)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync(Lists.Path(kind, other))).Data.ShouldBeEmpty();
        (await entity.ReadAsync()).ToJsonString().ShouldBe(entity.Stored.ToJsonString());
    }

    private static async Task<JsonObject> PastTransactionsAsync(ApiClient client)
    {
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        return RuleTable.Changed(await BalanceSamples.TransactionScheduleAsync(client), """
            {"startDate":"2024-01-31T10:00:00Z","endDate":"2024-04-30T10:00:00Z","frequencyInterval":1}
            """);
    }

    private static async Task<JsonObject> PastChargesAsync(ApiClient client)
    {
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        return RuleTable.Changed(await BalanceSamples.ChargeScheduleAsync(client), """
            {"servicePeriodStartDate":"2024-01-01T00:00:00Z","servicePeriodEndDate":"2024-03-01T00:00:00Z",
              "billFrequencyInterval":1}
            """);
    }

    private static string Told(JsonObject charge) =>
        $"{((string)charge["servicePeriodStartDate"]!)[..10]}..{((string)charge["servicePeriodEndDate"]!)[..10]} "
        + $"on {charge["billDate"]}";
}
