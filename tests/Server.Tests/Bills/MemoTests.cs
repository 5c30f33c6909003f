using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Credit and debit line items on bills (billing reference 20).</summary>
public sealed class MemoTests(SqliteServer server)
{
    [Fact]
    public async Task Memos_OnABill_AreItsLastLinesAndInItsTotalAtOnce()
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);
        await BillLifeTests.SetAsync(client, memos.BillId, "APPROVED");

        var debit = await memos.AddAsync("debit", 5.25m);
        var credit = await memos.AddAsync("credit", 12.5m);

        (await memos.LinesAsync()).ShouldBe(
            ["1 STANDING_CHARGE 30", $"2 CREDIT_MEMO -12.5 {credit}", $"3 DEBIT_MEMO 5.25 {debit}"]);
        var bill = await memos.BillAsync();
        ((decimal)bill["billTotal"]!).ShouldBe(22.75m);
        BillLifeTests.ShouldBePending(bill);
        var line = (await client.GetAsync($"bills/{memos.BillId}/lineitems/{credit}")).Object;
        ((string?)line["productName"]).ShouldBe("Product");
        ((string?)line["accountingProductCode"]).ShouldBe("product of memos");
        ((string?)line["currency"]).ShouldBe("USD");
    }

    [Fact]
    public async Task Memos_AfterARecalculation_AreStillOnTheBill()
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);
        var credit = await memos.AddAsync("credit", 12.5m);
        var before = await memos.BillAsync();

        await memos.Account.BillAsync("2025-02-01");

        var after = await memos.BillAsync();
        ((long)after["version"]!).ShouldBe((long)before["version"]! + 1);
        after["lineItems"]!.ToJsonString().ShouldBe(before["lineItems"]!.ToJsonString());
        ((decimal)after["billTotal"]!).ShouldBe(17.5m);
        var preview = (await client.PostAsync("bills/preview", FullSamples.Parse($$"""
            {"accountIds":["{{memos.Account.Id}}"],"billDate":"2025-02-01","billingFrequency":"MONTHLY",
             "billFrequencyInterval":1}
            """))).Object;
        preview["lineItems"]!.ToJsonString().ShouldBe(before["lineItems"]!.ToJsonString());
        // The bill before the credit is kept.
        (await client.GetAsync($"bills/{memos.BillId}/history")).Object.ToJsonString().ShouldNotContain("CREDIT_MEMO");
        (await client.GetAsync($"{memos.Path("credit")}/{credit}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Memo_ChangedAndDeleted_ChangesTheBillWithIt()
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);
        var id = await memos.AddAsync("credit", 10m);
        var body = memos.Body(40m);
        (body["amountToApplyOnBill"], body["version"]) = (31.5m, 1);

        ((decimal)(await client.PutAsync($"{memos.Path("credit")}/{id}", body)).Object["amount"]!).ShouldBe(40m);
        // A credit may exceed the bill.
        ((decimal)(await memos.BillAsync())["billTotal"]!).ShouldBe(-1.5m);
        await BillLifeTests.SetAsync(client, memos.BillId, "APPROVED");
        (await client.DeleteAsync($"{memos.Path("credit")}/{id}")).Id.ShouldBe(id);

        var bill = await memos.BillAsync();
        ((decimal)bill["billTotal"]!).ShouldBe(30m);
        bill["lineItems"]!.AsArray().Count.ShouldBe(1);
        BillLifeTests.ShouldBePending(bill);
        (await client.GetAsync(memos.Path("credit"))).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Memo_WithAReasonAndAReference_HasThemOnItsLine()
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);
        var other = await BillLifeTests.BillOfAsync(memos.Account, "2025-03-01");
        var line = (string)(await client.GetAsync($"bills/{other}")).Object["lineItems"]![0]!["id"]!;
        var reason = (await client.PostAsync("picklists/creditreasons", """{"name":"Goodwill"}""")).Id;
        var body = memos.Body(1);
        (body["reasonId"], body["referencedBillId"], body["referencedLineItemId"]) = (reason, other, line);

        var memo = (await client.PostAsync(memos.Path("credit"), body)).Object;

        ((string?)memo["creditReasonId"]).ShouldBe(reason);
        ((string?)memo["lineItemType"]).ShouldBe("CREDIT_MEMO");
        var onBill = (await memos.BillAsync())["lineItems"]![1]!;
        ((string?)onBill["reasonId"]).ShouldBe(reason);
        ((string?)onBill["referencedBillId"]).ShouldBe(other);
        ((string?)onBill["referencedLineItemId"]).ShouldBe(line);
        (await client.DeleteAsync($"picklists/creditreasons/{reason}")).Status.ShouldBe(HttpStatusCode.Conflict);
        // The other bill cannot go while the memo refers to it; the memo goes with its own bill.
        (await client.DeleteAsync($"bills/{other}")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.DeleteAsync($"bills/{memos.BillId}")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync($"{memos.Path("credit")}/{memo["id"]}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync($"bills/{other}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"amount":0}""", "range amount")]
    [InlineData("""{"amount":-1}""", "range amount")]
    [InlineData("""{"amount":1.001}""", "decimals amount")]
    [InlineData("""{"amountToApplyOnBill":0.001}""", "decimals amountToApplyOnBill")]
    [InlineData("""{"amountToApplyOnBill":0}""", "range amountToApplyOnBill")]
    [InlineData("""{"amountToApplyOnBill":10.01}""", "range amountToApplyOnBill")]
    [InlineData("""{"lineItemType":"DEBIT_MEMO"}""", "contradiction lineItemType")]
    [InlineData("""{"productId":"none"}""", "unknown_reference productId")]
    [InlineData("""{"accountingProductId":"none"}""", "unknown_reference accountingProductId")]
    [InlineData("""{"creditReasonId":"none"}""", "unknown_reference creditReasonId")]
    [InlineData("""{"creditReasonId":"a","reasonId":"b"}""", "contradiction reasonId")]
    [InlineData("""{"referencedBillId":"none"}""", "unknown_reference referencedBillId")]
    [InlineData("""{"referencedLineItemId":"none"}""", "needs referencedLineItemId")]
    [InlineData("""{"servicePeriodEndDate":"2024-12-31T23:59:59Z"}""", "order servicePeriodEndDate")]
    [InlineData("""{"description":""}""", "length description")]
    public async Task Memo_WithAFault_IsRefusedAndChangesNothing(string change, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);
        var before = (await memos.BillAsync()).ToJsonString();
        var body = memos.Body(10);
        foreach (var (name, value) in FullSamples.Parse(change))
            body[name] = value?.DeepClone();

        var answer = await client.PostAsync(memos.Path("credit"), body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldContain(fault);
        (await memos.BillAsync()).ToJsonString().ShouldBe(before);
    }

    [Fact]
    public async Task Memo_WithWhichTheTotalWouldHaveTooManyDigits_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);

        var answer = await client.PostAsync(memos.Path("debit"), memos.Body(9999999999999999999999999999m));

        answer.Faults.ShouldBe(["digits amount"]);
        ((decimal)(await memos.BillAsync())["billTotal"]!).ShouldBe(30m);
    }

    [Fact]
    public async Task Memo_OfALockedBill_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);
        var id = await memos.AddAsync("debit", 1);
        await BillLifeTests.SetAsync(client, memos.BillId, "APPROVED");
        await client.PutAsync($"bills/{memos.BillId}/lock", "{}");
        var body = memos.Body(2);
        body["version"] = 1;

        (await client.PostAsync(memos.Path("debit"), memos.Body(2))).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.PutAsync($"{memos.Path("debit")}/{id}", body)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.DeleteAsync($"{memos.Path("debit")}/{id}")).Status.ShouldBe(HttpStatusCode.Conflict);

        ((decimal)(await memos.BillAsync())["billTotal"]!).ShouldBe(31m);
    }

    [Fact]
    public async Task Memo_UnderAnotherBill_IsNotFound()
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);
        var id = await memos.AddAsync("debit", 1);
        var other = await BillLifeTests.BillOfAsync(memos.Account, "2025-03-01");
        (await client.GetAsync($"bills/{other}/debitlineitems/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync($"bills/{other}/debitlineitems/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsync("bills/none/debitlineitems", memos.Body(1))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Job_ThatWouldChangeTheCurrencyOfABillWithMemos_IsRefusedWithTheReason()
    {
        using var client = await server.NewOrganizationAsync();
        var memos = await MemoSetup.MakeAsync(client);
        await memos.AddAsync("debit", 1);
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        var job = (await client.PostAsync("billjobs", FullSamples.Parse($$"""
            {"accountIds":["{{memos.Account.Id}}"],"billDate":"2025-02-01","targetCurrency":"GBP",
             "currencyConversions":[{"from":"USD","to":"GBP","multiplier":0.5}]}
            """))).Object;
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;

        ((string)job["failures"]!.AsArray().ShouldHaveSingleItem()!["message"]!)
            .ShouldContain("credit or debit line items in USD");
        ((decimal)(await memos.BillAsync())["billTotal"]!).ShouldBe(31m);
    }

    /// <summary>A bill of 30.00 for memos.</summary>
    private sealed class MemoSetup(ApiClient client, BilledAccount account, string billId, string product)
    {
        internal BilledAccount Account => account;

        internal string BillId => billId;

        internal static async Task<MemoSetup> MakeAsync(ApiClient client)
        {
            var account = await BilledAccount.MakeAsync(client, "memos");
            var bill = await BillLifeTests.BillOfAsync(account, "2025-02-01");
            var product = (string)(await client.GetAsync("products")).Data.Single()["id"]!;
            return new MemoSetup(client, account, bill, product);
        }

        internal string Path(string kind) => $"bills/{billId}/{kind}lineitems";

        internal JsonObject Body(decimal amount) => new()
        {
            ["productId"] = product,
            ["accountingProductId"] = product,
            ["description"] = "Goodwill",
            ["amount"] = amount,
            ["servicePeriodStartDate"] = "2025-01-01T00:00:00Z",
            ["servicePeriodEndDate"] = "2025-02-01T00:00:00Z",
        };

        internal async Task<string> AddAsync(string kind, decimal amount) =>
            (await client.PostAsync(Path(kind), Body(amount))).Id;

        internal async Task<JsonObject> BillAsync() => (await client.GetAsync($"bills/{billId}")).Object;

        /// <summary>Number, type and amount of the lines, and the ids of memos.</summary>
        internal async Task<IReadOnlyList<string>> LinesAsync() =>
        [
            .. (await BillAsync())["lineItems"]!.AsArray().Select(line => string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{line!["sequenceNumber"]} {line["lineItemType"]} {(decimal)line["subtotal"]!:0.##}{IdOf(line)}")),
        ];

        private static string IdOf(JsonNode line) =>
            ((string)line["lineItemType"]!).EndsWith("MEMO", StringComparison.Ordinal) ? $" {line["id"]}" : "";
    }
}
