using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Resources.Changes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Bills of 30.00 a month that draw on commitments and balances, and what is left of those.</summary>
public sealed class CreditBillTests(SqliteServer server)
{
    [Fact]
    public async Task Commitment_OfSeveralBills_IsDrawnInOrderOfDateUntilItIsSpent()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var commitment = await CommitmentAsync(client, account, 50);

        (await TotalAsync(client, account, "2025-02-01")).ShouldBe(0);
        (await TotalAsync(client, account, "2025-03-01")).ShouldBe(10);
        (await TotalAsync(client, account, "2025-04-01")).ShouldBe(30);

        (await SpentAsync(client, commitment)).ShouldBe(50);
        var lines = (await BillAsync(client, account, "2025-03-01"))["lineItems"]!.AsArray();
        ((string)lines[1]!["lineItemType"]!).ShouldBe("COMMITMENT_CONSUMED");
        ((string)lines[1]!["commitmentId"]!).ShouldBe(commitment);
        ((string)lines[1]!["description"]!).ShouldBe("Prepayment consumed");
    }

    [Fact]
    public async Task Recalculation_WithoutAChange_ChangesNoDrawAndNoLaterBill()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var commitment = await CommitmentAsync(client, account, 50);
        var balance = await BalanceAsync(client, account, 25);
        await TotalAsync(client, account, "2025-02-01");
        await TotalAsync(client, account, "2025-03-01");
        var transactions = await TransactionsAsync(client, balance);
        var later = await BillAsync(client, account, "2025-03-01");

        await TotalAsync(client, account, "2025-02-01");

        (await SpentAsync(client, commitment)).ShouldBe(50);
        (await TransactionsAsync(client, balance)).ToJsonString().ShouldBe(transactions.ToJsonString());
        (await BillAsync(client, account, "2025-03-01")).ToJsonString().ShouldBe(later.ToJsonString());
    }

    [Fact]
    public async Task Decision15_EarlyBillThatDrawsLess_LeavesMoreForLaterUnlockedBills()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var commitment = await CommitmentAsync(client, account, 50);
        await TotalAsync(client, account, "2025-02-01");
        await TotalAsync(client, account, "2025-03-01");
        var proposed = (await client.GetAsync($"commitments/{commitment}")).Object;
        proposed["startDate"] = "2025-02-01";
        (await client.PutAsync($"commitments/{commitment}", proposed)).Status.ShouldBe(HttpStatusCode.OK);

        var bill = (string)(await BillAsync(client, account, "2025-02-01"))["id"]!;
        var job = (await client.PostAsync(
            "billjobs/recalculate", new JsonObject { ["billIds"] = new JsonArray(bill) })).Object;
        while ((string)job["status"]! != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;

        ((decimal)(await BillAsync(client, account, "2025-02-01"))["billTotal"]!).ShouldBe(30);
        var later = await BillAsync(client, account, "2025-03-01");
        ((decimal)later["billTotal"]!).ShouldBe(0);
        job["billIds"]!.AsArray().Select(id => (string)id!).ShouldBe([bill, (string)later["id"]!]);
        (await SpentAsync(client, commitment)).ShouldBe(30);
    }

    [Fact]
    public async Task ExplanationOfDraws_AsText_NamesTheCommitmentAndTheLine()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await CommitmentAsync(client, account, 50);
        await TotalAsync(client, account, "2025-02-01");
        var bill = (string)(await BillAsync(client, account, "2025-02-01"))["id"]!;

        var text = await client.Http.GetStringAsync(
            $"organizations/{client.OrganizationId}/bills/{bill}/explain?format=text",
            TestContext.Current.CancellationToken);

        text.ShouldContain("line 1 (Standing Charge) draws 30 from the commitment of 2025-01-01 to 2026-01-01,");
        text.Split('\n').Skip(1).ShouldAllBe(line => !System.Text.RegularExpressions.Regex.IsMatch(
            line, "[0-9a-f]{8}-[0-9a-f]{4}-"));
    }

    [Fact]
    public async Task FeesAndDrawsOfAChildsCommitment_AreOnTheBillOfTheParent()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var parent = await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse(
            """{"name":"Head","code":"head","emailAddress":"head@example.com"}"""));
        var child = (await client.GetAsync($"accounts/{account.Id}")).Object;
        child["parentAccountId"] = parent;
        (await client.PutAsync($"accounts/{account.Id}", child)).Status.ShouldBe(HttpStatusCode.OK);
        var commitment = await CommitmentAsync(client, account, 50);

        await account.BillAsync("2025-02-01");

        var bill = (await client.GetAsync($"bills?accountId={parent}&billDate=2025-02-01")).Data
            .ShouldHaveSingleItem();
        bill["lineItems"]!.AsArray()
            .Select(line => $"{line!["lineItemType"]} {line["subtotal"]} {line["childAccountCode"]}")
            .ShouldBe(["STANDING_CHARGE 30 billed", "COMMITMENT_CONSUMED -30 billed"]);
        (await SpentAsync(client, commitment)).ShouldBe(30);
        await BilledAccount.RecalculateAsync(client, (string)bill["id"]!);
        (await SpentAsync(client, commitment)).ShouldBe(30);
    }

    [Fact]
    public async Task Decision15_LockedLaterBill_KeepsItsDraws()
    {
        await using var own = await ApiServer.StartAsync();
        var account = await BilledAccount.MakeAsync(own.Client);
        var commitment = await CommitmentAsync(own.Client, account, 50);
        await TotalAsync(own.Client, account, "2025-02-01");
        await TotalAsync(own.Client, account, "2025-03-01");
        await LockAsync(own, (string)(await BillAsync(own.Client, account, "2025-03-01"))["id"]!);
        var plan = (await own.Client.GetAsync($"plans/{account.PlanId}")).Object;
        plan["standingCharge"] = 45;
        (await own.Client.PutAsync($"plans/{account.PlanId}", plan)).Status.ShouldBe(HttpStatusCode.OK);

        // 50.00 less the 20.00 of the locked bill.
        (await TotalAsync(own.Client, account, "2025-02-01")).ShouldBe(15);

        ((decimal)(await BillAsync(own.Client, account, "2025-03-01"))["billTotal"]!).ShouldBe(10);
        (await SpentAsync(own.Client, commitment)).ShouldBe(50);
    }

    [Fact]
    public async Task Jobs_AtOnce_NeverDrawTheSameAmountTwice()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var commitment = await CommitmentAsync(client, account, 50);
        string[] dates = ["2025-02-01", "2025-03-01", "2025-04-01"];

        await Task.WhenAll(dates.Select(account.BillAsync));

        var totals = await Task.WhenAll(dates.Select(async date =>
            (decimal)(await BillAsync(client, account, date))["billTotal"]!));
        totals.Sum().ShouldBe(40);
        (await SpentAsync(client, commitment)).ShouldBe(50);
    }

    [Fact]
    public async Task Balance_DrawnByBills_HasATransactionForEachAndTheRest()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var balance = await BalanceAsync(client, account, 40);

        (await TotalAsync(client, account, "2025-02-01")).ShouldBe(0);
        (await TotalAsync(client, account, "2025-03-01")).ShouldBe(20);

        (await AmountAsync(client, balance)).ShouldBe(0);
        var drawn = (await TransactionsAsync(client, balance)).Select(one => one!.AsObject()).ToList();
        drawn.Select(one => (decimal)one["amount"]!).Order().ShouldBe([-30, -10]);
        drawn.Select(one => (string)one["entityType"]!).Distinct().ShouldBe(["BILL"]);
        drawn.Select(one => (string)one["entityId"]!).ShouldContain(
            (string)(await BillAsync(client, account, "2025-03-01"))["id"]!);
        (await BookAsync(client, balance, -1, "2025-01-15")).Faults.ShouldBe(["overdraft amount"]);
    }

    [Fact]
    public async Task Balance_CreditedLater_CoversTheNextCalculationOfTheBill()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var balance = await BalanceAsync(client, account, 10);
        (await TotalAsync(client, account, "2025-02-01")).ShouldBe(20);

        await BookAsync(client, balance, 100, "2025-01-20");

        (await TotalAsync(client, account, "2025-02-01")).ShouldBe(0);
        (await AmountAsync(client, balance)).ShouldBe(80);
        (await TransactionsAsync(client, balance)).ShouldHaveSingleItem()!["amount"]!.ToString().ShouldBe("-30");
    }

    [Fact]
    public async Task Bill_ThatIsDeleted_ReturnsWhatItHasDrawn()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var balance = await BalanceAsync(client, account, 20);
        var commitment = await CommitmentAsync(client, account, 20);
        (await TotalAsync(client, account, "2025-02-01")).ShouldBe(0);

        await client.DeleteAsync($"bills/{(await BillAsync(client, account, "2025-02-01"))["id"]}");

        (await AmountAsync(client, balance)).ShouldBe(20);
        (await SpentAsync(client, commitment)).ShouldBe(0);
        (await TransactionsAsync(client, balance)).ShouldBeEmpty();
    }

    [Fact]
    public async Task CommitmentAndBalance_ThatBillsHaveDrawnFrom_CannotBeDeletedOrCutShort()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var commitment = await CommitmentAsync(client, account, 20);
        var balance = await BalanceAsync(client, account, 20);
        await TotalAsync(client, account, "2025-02-01");

        (await client.DeleteAsync($"commitments/{commitment}")).Faults.ShouldBe(["in_use "]);
        (await client.DeleteAsync($"balances/{balance}")).Faults.ShouldBe(["in_use "]);
        var proposed = (await client.GetAsync($"commitments/{commitment}")).Object;
        proposed["amount"] = 19;
        (await client.PutAsync($"commitments/{commitment}", proposed)).Faults.ShouldBe(["range amount"]);
    }

    [Fact]
    public async Task CommitmentFees_OfABillingPlan_AreOnItsBills()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await CommitmentAsync(client, account, 1200, $$""","billingPlanId":"{{account.PlanId}}" """);

        (await TotalAsync(client, account, "2025-02-01")).ShouldBe(100);
        ((string)(await BillAsync(client, account, "2025-02-01"))["lineItems"]![2]!["lineItemType"]!)
            .ShouldBe("COMMITMENT_FEE");
    }

    [Fact]
    public async Task Fee_DueOnALockedBill_IsOnTheNextBill()
    {
        await using var own = await ApiServer.StartAsync();
        var account = await BilledAccount.MakeAsync(own.Client);
        const string Fees = """
            ,"feeDates":[{"date":"2025-03-15","amount":40,"servicePeriodStartDate":"2025-01-01T00:00:00Z",
              "servicePeriodEndDate":"2025-06-01T00:00:00Z"}]
            """;
        await CommitmentAsync(own.Client, account, 50, Fees);
        (await TotalAsync(own.Client, account, "2025-03-15")).ShouldBe(40);
        await LockAsync(own, (string)(await BillAsync(own.Client, account, "2025-03-15"))["id"]!);
        (await TotalAsync(own.Client, account, "2025-03-15")).ShouldBe(40);

        var late = await CommitmentAsync(own.Client, account, 60, Fees);

        (await TotalAsync(own.Client, account, "2025-03-15")).ShouldBe(40);
        (await TotalAsync(own.Client, account, "2025-03-16")).ShouldBe(40);
        var line = (await BillAsync(own.Client, account, "2025-03-16"))["lineItems"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)line["commitmentId"]!, (string)line["description"]!)
            .ShouldBe((late, "Prepayment fee, difference to locked bills"));
        await LockAsync(own, (string)(await BillAsync(own.Client, account, "2025-03-16"))["id"]!);
        (await account.BillAsync("2025-03-17"))["billIds"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Fee_AddedToAnUnlockedBill_IsPickedUpByAJobWithoutADate()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var date = NodaTime.SystemClock.Instance.GetCurrentInstant().InUtc().Date.PlusDays(-3);
        string Fee(decimal amount) => $$"""
            {"date":"{{date:uuuu-MM-dd}}","amount":{{amount}},"servicePeriodStartDate":"2025-01-01T00:00:00Z",
              "servicePeriodEndDate":"2025-06-01T00:00:00Z"}
            """;
        var commitment = await CommitmentAsync(client, account, 50, $$""","feeDates":[{{Fee(40)}}]""");
        await account.BillAsync(null);
        (await FeesAsync()).ShouldBe(40);

        var proposed = (await client.GetAsync($"commitments/{commitment}")).Object;
        proposed["feeDates"]!.AsArray().Add(JsonNode.Parse(Fee(7)));
        (await client.PutAsync($"commitments/{commitment}", proposed)).Status.ShouldBe(HttpStatusCode.OK);
        await client.PostAsync("charges", JsonNode.Parse($$"""
            {"accountId":"{{account.Id}}","name":"Set-up","code":"set-up","currency":"USD","entityType":"AD_HOC",
              "lineItemType":"AD_HOC","amount":5,"billDate":"{{date:uuuu-MM-dd}}",
              "servicePeriodStartDate":"2025-01-01T00:00:00Z","servicePeriodEndDate":"2025-01-02T00:00:00Z"}
            """)!);
        await account.BillAsync(null);
        (await FeesAsync()).ShouldBe(52);

        async Task<decimal> FeesAsync() => (decimal)(await client.GetAsync(
            $"bills?accountId={account.Id}&billDate={date:uuuu-MM-dd}&billingFrequency=AD_HOC&includeBillTotal=true"))
            .Object["data"]!.AsArray().ShouldHaveSingleItem()!["billTotal"]!;
    }

    private static Task LockAsync(ApiServer own, string billId) => own.Service<ResourceService>().ChangeAsync(
        own.OrganizationId, "test", TestContext.Current.CancellationToken,
        async change =>
        {
            var bill = (await change.Related.FindAsync<Bill>(billId))!;
            return await BillSaving.PutAsync(change, bill, bill with { Locked = true });
        });

    private static Task<string> CommitmentAsync(
        ApiClient client, BilledAccount account, decimal amount, string more = "") =>
        FullSamples.CreateAsync(client, "commitments", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","amount":{{amount}},"currency":"USD","startDate":"2025-01-01",
              "endDate":"2026-01-01"{{more}}}
            """));

    private static async Task<string> BalanceAsync(ApiClient client, BilledAccount account, decimal amount)
    {
        var balance = await FullSamples.CreateAsync(client, "balances", FullSamples.Parse($$"""
            {"name":"Credit","code":"credit","accountId":"{{account.Id}}","currency":"USD",
              "startDate":"2025-01-01T00:00:00Z","endDate":"2026-01-01T00:00:00Z"}
            """));
        (await BookAsync(client, balance, amount, "2025-01-01")).Status.ShouldBe(HttpStatusCode.OK);
        return balance;
    }

    private static Task<ApiAnswer> BookAsync(ApiClient client, string balance, decimal amount, string date) =>
        client.PostAsync($"balances/{balance}/transactions", FullSamples.Parse(
            $$"""{"amount":{{amount}},"appliedDate":"{{date}}T00:00:00Z"}"""));

    private static async Task<decimal> TotalAsync(ApiClient client, BilledAccount account, string billDate)
    {
        ((await account.BillAsync(billDate))["failures"]?.ToJsonString()).ShouldBeNull();
        return (decimal)(await BillAsync(client, account, billDate))["billTotal"]!;
    }

    private static async Task<JsonObject> BillAsync(ApiClient client, BilledAccount account, string billDate) =>
        (await client.GetAsync($"bills?accountId={account.Id}&billDate={billDate}&includeBillTotal=true"))
            .Object["data"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

    private static async Task<JsonArray> TransactionsAsync(ApiClient client, string balance) =>
        (await client.GetAsync($"balances/{balance}/transactions?entityType=BILL")).Object["data"]!.AsArray();

    private static async Task<decimal> SpentAsync(ApiClient client, string commitment) =>
        (decimal)(await client.GetAsync($"commitments/{commitment}")).Object["amountSpent"]!;

    private static async Task<decimal> AmountAsync(ApiClient client, string balance) =>
        (decimal)(await client.GetAsync($"balances/{balance}")).Object["amount"]!;
}
