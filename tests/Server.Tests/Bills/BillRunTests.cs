using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>A run reads its terms of one moment, and the fault of one account fails its bills alone.</summary>
public sealed class BillRunTests(SqliteServer server)
{
    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Run_PriceChangedAndPlanMadeInBetween_HasThePricesOfItsBeginning(Engine engine)
    {
        await using var own = await ApiServer.StartAsync(engine);
        var first = await BilledAccount.MakeAsync(own.Client);
        var second = await BilledAccount.MakeAsync(own.Client, "second");
        await AddAccountsAsync(own, first.PlanId, 100);
        var job = await LaterJobs.CreateAsync(own, new BillJob { BillDate = new(2025, 2, 1) });
        var run = await job.BeginAsync();

        // Newest first, 100 at a time: the two made first are the second chunk.
        (await run.StepAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        await DoublePricesAsync(own.Client);
        var late = await BilledAccount.MakeAsync(own.Client, "late");
        await FullSamples.CreateAsync(own.Client, "accountplans", FullSamples.Parse($$"""
            {"accountId":"{{second.Id}}","planId":"{{late.PlanId}}","startDate":"2025-01-01T00:00:00Z"}
            """));
        // Nobody is on it any more, and so it can go.
        await own.Client.DeleteAsync($"accountplans/{late.AccountPlanId}");
        (await run.StepAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();

        var bills = new List<JsonObject>();
        for (string? token = ""; token is not null;)
        {
            var page = (await own.Client.GetAsync(
                $"bills?pageSize=100&includeBillTotal=true&nextToken={Uri.EscapeDataString(token)}")).Object;
            bills.AddRange(page["data"]!.AsArray().Select(bill => bill!.AsObject()));
            token = (string?)page["nextToken"];
        }
        bills.Count.ShouldBe(101);
        bills.Select(bill => (decimal)bill["billTotal"]!).Distinct().ShouldBe([30.00m]);
        bills.Select(bill => (string)bill["accountId"]!).ShouldContain(first.Id);
        var ended = (await own.Client.GetAsync($"billjobs/{job.Id}")).Object;
        ((string)ended["status"]!).ShouldBe("COMPLETE");
        ended["billIds"]!.AsArray().Count.ShouldBe(101);
        var failure = ended["failures"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)failure["accountId"]!).ShouldBe(second.Id);
        ((string)failure["message"]!).ShouldContain(
            "was created or attached after the run had loaded its prices. Run the job again.");
    }

    [Fact]
    public async Task Job_WhosePricesChangedDuringAnInterruption_BeginsAnewSoThatAllBillsAreOfOnePriceList()
    {
        await using var own = await ApiServer.StartAsync();
        var account = await BilledAccount.MakeAsync(own.Client);
        await AddAccountsAsync(own, account.PlanId, 100);
        // Without a date: the period before and the running one of each account.
        var job = await LaterJobs.CreateAsync(own, new BillJob());
        (await (await job.BeginAsync()).StepAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
        await DoublePricesAsync(own.Client);

        var again = await job.BeginAsync();
        while (await again.StepAsync(TestContext.Current.CancellationToken))
        {
        }

        var ended = (await own.Client.GetAsync($"billjobs/{job.Id}")).Object;
        ended["billIds"]!.AsArray().Select(id => (string)id!).Distinct().Count().ShouldBe(202);
        var bills = await own.Service<ResourceService>().Reader(
            own.OrganizationId, TestContext.Current.CancellationToken).ListAsync<Bill>(Condition.And());
        bills.Count.ShouldBe(202);
        bills.Select(bill => bill.LineItems!.Max(line => line.Subtotal)).Distinct().ShouldBe([60m]);
    }

    [Fact]
    public async Task Recalculation_AfterTheAccountsEpochChanged_KeepsTheBill()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var billId = (string)(await account.BillAsync("2025-03-01"))["billIds"]![0]!;
        await SetEpochAsync(client, account);

        (await RecalculateAsync(client, billId))["failures"].ShouldBeNull();

        (await client.GetAsync($"bills/{billId}")).Object["billTotal"]!.ToString().ShouldBe("30");
    }

    [Fact]
    public async Task Recalculation_OfABillThatKeptNoCycles_IsRefusedRatherThanEmptied()
    {
        await using var own = await ApiServer.StartAsync();
        var account = await BilledAccount.MakeAsync(own.Client);
        var billId = (string)(await account.BillAsync("2025-03-01"))["billIds"]![0]!;
        await own.Service<ResourceService>().ChangeAsync(
            own.OrganizationId, "test", TestContext.Current.CancellationToken,
            async change =>
            {
                await BillDocuments.KeepBasisAsync(change, billId, new RunOverrides { TargetCurrency = "USD" });
                return true;
            });
        await SetEpochAsync(own.Client, account);

        var failure = (await RecalculateAsync(own.Client, billId))["failures"]!.AsArray().ShouldHaveSingleItem()!;

        ((string)failure["message"]!).ShouldBe(
            "Account billed: no account plan still has a MONTHLY boundary on 2025-03-01 (interval 1).");
        (await own.Client.GetAsync($"bills/{billId}")).Object["billTotal"]!.ToString().ShouldBe("30");
    }

    [Fact]
    public async Task Job_ForABillThatWouldLoseAPlanWhoseEpochChanged_IsRefusedRatherThanShortened()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var other = await BilledAccount.MakeAsync(client, "other");
        var second = await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","planId":"{{other.PlanId}}","startDate":"2025-01-01T00:00:00Z"}
            """));
        var billId = (string)(await account.BillAsync("2025-03-01"))["billIds"]![0]!;
        (await client.GetAsync($"bills/{billId}")).Object["billTotal"]!.ToString().ShouldBe("60");
        var plan = (await client.GetAsync($"accountplans/{second}")).Object;
        plan["billEpoch"] = "2025-01-15";
        (await client.PutAsync($"accountplans/{second}", plan)).Status.ShouldBe(HttpStatusCode.OK);

        var failure = (await account.BillAsync("2025-03-01"))["failures"]!.AsArray().ShouldHaveSingleItem()!;

        ((string)failure["message"]!).ShouldContain("which is on the bill, still has a MONTHLY boundary on 2025-03-01");
        (await client.GetAsync($"bills/{billId}")).Object["billTotal"]!.ToString().ShouldBe("60");
    }

    [Fact]
    public async Task Job_OfManyAccounts_RaisesAnEventForEachStatusAndNotForItsProgress()
    {
        using var client = await server.NewOrganizationAsync();
        for (var number = 0; number < 250; number++)
            await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse(
                $$"""{"name":"Ann","code":"a{{number}}","emailAddress":"ann@example.com"}"""));
        var job = (await client.PostAsync("billjobs", """{"billDate":"2025-03-01"}""")).Object;
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;

        var events = (await client.GetAsync($"events?resourceId={job["id"]}")).Data;

        events.Select(one => (string?)one["m3terEvent"]!["eventData"]!["newDto"]!["status"])
            .ShouldBe(["COMPLETE", "RUNNING", "PENDING"]);
    }

    [Fact]
    public async Task Usage_TooLargeForOneAccount_FailsItsBillAloneAndSaysWhat()
    {
        using var client = await server.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("calls", "measure.n");
        var aggregation = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Calls","code":"calls","meterId":"{{meter}}","targetField":"n","aggregation":"SUM",
             "rounding":"NONE","quantityPerUnit":1,"unit":"call"}
            """));
        var large = await BilledAccount.MakeAsync(client, "large");
        var small = await BilledAccount.MakeAsync(client, "small");
        foreach (var account in new[] { large, small })
            await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
                {"planId":"{{account.PlanId}}","aggregationId":"{{aggregation}}","startDate":"2025-01-01T00:00:00Z",
                 "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}
                """));
        const string Most = "9999999999999999999999999999";
        await usage.SubmitAsync(
            $"calls large 2025-01-10T00:00:00Z measure.n={Most}", $"calls large 2025-01-11T00:00:00Z measure.n={Most}",
            "calls small 2025-01-10T00:00:00Z measure.n=5");

        var job = (await client.PostAsync("billjobs", new JsonObject
        {
            ["accountIds"] = new JsonArray(large.Id, small.Id),
            ["billDate"] = "2025-02-01",
        })).Object;
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;

        var failure = job["failures"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)failure["accountId"]!).ShouldBe(large.Id);
        ((string)failure["message"]!).ShouldContain("the usage of aggregation calls cannot be billed.");
        ((string)failure["message"]!).ShouldContain("28 digits");
        var bill = (await client.GetAsync($"bills/{job["billIds"]!.AsArray().ShouldHaveSingleItem()}")).Object;
        bill["billTotal"]!.ToString().ShouldBe("35");
    }

    [Theory]
    [InlineData("billDate", "2025-02-02", "lastDateInBillingPeriod", "2025-01-31", "contradiction billDate")]
    [InlineData("billDate", "2025-02-01", "lastDateInBillingPeriod", "2025-02-01", "contradiction billDate")]
    [InlineData("dueDate", "2025-01-31", "externalInvoiceDate", "2025-02-01", "contradiction dueDate")]
    public async Task Job_DatesThatContradictEachOther_IsRefused(
        string name, string date, string otherName, string otherDate, string fault)
    {
        using var client = await server.NewOrganizationAsync();

        var refused = await client.PostAsync("billjobs", new JsonObject { [name] = date, [otherName] = otherDate });

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Faults.ShouldBe([fault]);
        (await client.GetAsync("billjobs")).Object["data"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Job_BillDateAndTheDayBefore_AreAccepted()
    {
        using var client = await server.NewOrganizationAsync();

        var job = await client.PostAsync("billjobs", new JsonObject
        {
            ["billDate"] = "2025-02-01",
            ["lastDateInBillingPeriod"] = "2025-01-31",
            ["externalInvoiceDate"] = "2025-02-01",
            ["dueDate"] = "2025-02-01",
        });

        job.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("monthly", HttpStatusCode.OK)]
    [InlineData("MONTHLY", HttpStatusCode.OK)]
    [InlineData("fortnightly", HttpStatusCode.BadRequest)]
    [InlineData("0", HttpStatusCode.BadRequest)]
    public async Task BillsOfAPeriod_UnknownFrequency_IsRefused(string frequency, HttpStatusCode status)
    {
        using var client = await server.NewOrganizationAsync();

        var answer = await client.GetAsync($"bills/billingperiod/2025-01-31/{frequency}");

        answer.Status.ShouldBe(status);
        if (status != HttpStatusCode.OK)
            answer.Faults.ShouldBe(["unknown_value billingFrequency"]);
    }

    [Theory]
    [InlineData("organizationconfig")]
    [InlineData("billjobs")]
    public async Task Conversion_WithoutAMultiplier_IsRefusedByName(string path)
    {
        using var client = await server.NewOrganizationAsync();
        var conversions = new JsonArray(new JsonObject { ["from"] = "EUR", ["to"] = "USD" });

        var refused = path == "billjobs"
            ? await client.PostAsync(path, new JsonObject { ["currencyConversions"] = conversions })
            : await client.PutAsync(path, With(await client.GetAsync(path), conversions));

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Faults.ShouldBe(["required currencyConversions[0].multiplier"]);
    }

    [Fact]
    public async Task EndDate_InAnHourThatIsThereTwiceAroundMidnight_IsOfTheDayThatHasBegun()
    {
        using var client = await server.NewOrganizationAsync();
        await client.PutAsync("organizationconfig", With(
            await client.GetAsync("organizationconfig"), null, "America/St_Johns"));
        var account = await BilledAccount.MakeAsync(client);
        var contract = await FullSamples.CreateAsync(client, "contracts", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","name":"c","code":"c","startDate":"2010-01-01","endDate":"2011-01-01"}
            """));

        // At 00:01 on November 7 the clock fell back to 23:01: this is the second 23:30.
        var ended = await client.PutAsync($"contracts/{contract}/enddatebillingentities",
            """{"billingEntities":["CONTRACT"],"endDate":"2010-11-07T03:00:00Z"}""");
        ended.Status.ShouldBe(HttpStatusCode.OK);

        ((string)(await client.GetAsync($"contracts/{contract}")).Object["endDate"]!).ShouldBe("2010-11-07");
    }

    private static JsonObject With(ApiAnswer config, JsonArray? conversions, string? zone = null)
    {
        var changed = config.Object;
        if (conversions is not null)
            changed["currencyConversions"] = conversions;
        if (zone is not null)
            changed["timezone"] = zone;
        return changed;
    }

    private static Task AddAccountsAsync(ApiServer own, string planId, int count) =>
        own.Service<ResourceService>().ChangeAsync(own.OrganizationId, "test", default, async change =>
        {
            for (var index = 0; index < count; index++)
            {
                var account = await change.CreateAsync(AccountResource.Definition, new Account
                {
                    Name = $"a{index}",
                    Code = $"a{index}",
                    EmailAddress = "a@example.com",
                });
                await change.CreateAsync(AccountPlanResource.Definition, new AccountPlan
                {
                    AccountId = account.Id,
                    PlanId = planId,
                    StartDate = NodaTime.Instant.FromUtc(2025, 1, 1, 0, 0),
                });
            }
            return true;
        });

    private static async Task DoublePricesAsync(ApiClient client)
    {
        foreach (var template in (await client.GetAsync("plantemplates")).Data)
        {
            template["standingCharge"] = 60;
            (await client.PutAsync($"plantemplates/{template["id"]}", template)).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    private static async Task SetEpochAsync(ApiClient client, BilledAccount account)
    {
        var stored = (await client.GetAsync($"accounts/{account.Id}")).Object;
        stored["billEpoch"] = "2025-01-15";
        (await client.PutAsync($"accounts/{account.Id}", stored)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<JsonObject> RecalculateAsync(ApiClient client, string billId)
    {
        var job = (await client.PostAsync(
            "billjobs/recalculate", new JsonObject { ["billIds"] = new JsonArray(billId) })).Object;
        while ((string?)job["status"] != "COMPLETE")
            job = (await client.GetAsync($"billjobs/{job["id"]}")).Object;
        return job;
    }
}
