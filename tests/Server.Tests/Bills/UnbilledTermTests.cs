using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>What is not billed yet fails the bills that would need it, by name, and no others.</summary>
public sealed class UnbilledTermTests(SqliteServer server)
{
    [Fact]
    public async Task Charge_OnItsBillDate_FailsTheBill()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await client.PostAsync("charges", Charge(account.Id, "2025-03-01"));

        await account.ShouldBeBilledAsync("2025-02-01");
        await account.ShouldNotBeBilledAsync("2025-03-01", "cannot bill charges (charge setup)");
        await account.ShouldBeBilledAsync("2025-04-01");
    }

    [Fact]
    public async Task Charge_OnAnAccountWithoutPlans_FailsTheBillRatherThanBeingForgotten()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await client.DeleteAsync($"accountplans/{account.AccountPlanId}");
        await client.PostAsync("charges", Charge(account.Id, "2025-03-15"));

        await account.ShouldNotBeBilledAsync("2025-03-15", "cannot bill charges (charge setup)");
        (await account.BillAsync("2025-03-16"))["failures"].ShouldBeNull();
    }

    [Fact]
    public async Task Charge_WithoutABillDate_FailsTheBillsAfterItsServicePeriod()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await client.PostAsync("charges", Charge(account.Id, null));

        await account.ShouldBeBilledAsync("2025-02-01");
        await account.ShouldNotBeBilledAsync("2025-03-01", "charge setup");
        await account.ShouldNotBeBilledAsync(null, "charge setup");
    }

    [Fact]
    public async Task CommitmentFee_WithItsOwnDate_FailsTheBillOfThatDate()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await FullSamples.CreateAsync(client, "commitments", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","amount":100,"currency":"USD","startDate":"2025-04-01","endDate":"2025-06-01",
              "feeDates":[{"date":"2025-09-01","amount":50,"servicePeriodStartDate":"2025-04-01T00:00:00Z",
                "servicePeriodEndDate":"2025-06-01T00:00:00Z"}]}
            """));

        await account.ShouldBeBilledAsync("2025-04-01");
        await account.ShouldNotBeBilledAsync("2025-09-01", "cannot bill commitment fees with their own dates");
    }

    [Fact]
    public async Task AccountPlanOfAContract_FailsItsBills()
    {
        using var client = await server.NewOrganizationAsync();
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        var account = await BilledAccount.MakeAsync(client);
        var onPlan = (await client.GetAsync($"accountplans/{account.AccountPlanId}")).Object;
        onPlan["contractId"] = await BillingSamples.ContractAsync(client, account.Id);
        (await client.PutAsync($"accountplans/{account.AccountPlanId}", onPlan)).Status.ShouldBe(HttpStatusCode.OK);

        await account.ShouldNotBeBilledAsync("2025-05-01", "cannot bill account plans of a contract (contractId)");
    }

    [Fact]
    public async Task BillLockDate_WithPendingBills_IsAConflict()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await account.ShouldBeBilledAsync("2025-03-01");

        // The bill of March 1 is for February.
        (await LockAsync(client, "2025-03-01")).Faults.ShouldBe(["pending billLockDate"]);
        (await client.GetAsync("billconfig")).Object.ContainsKey("billLockDate").ShouldBeFalse();
        (await LockAsync(client, "2025-02-28")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task BillLockDate_KeepsNewBillsOutUntilItIsTakenBack()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await LockAsync(client, "2025-03-01");

        await account.ShouldNotBeBilledAsync("2025-03-01", "bills up to 2025-03-01 are locked (billLockDate)");
        await account.ShouldBeBilledAsync("2025-04-01");
        await LockAsync(client, null);
        await account.ShouldBeBilledAsync("2025-03-01");
    }

    private static async Task<ApiAnswer> LockAsync(ApiClient client, string? date)
    {
        var config = (await client.GetAsync("billconfig")).Object;
        config["billLockDate"] = date;
        return await client.PutAsync("billconfig", config);
    }

    private static JsonObject Charge(string account, string? billDate)
    {
        var charge = FullSamples.Parse($$"""
            {"name":"Set-up","code":"setup","accountId":"{{account}}","amount":99,"currency":"USD",
              "entityType":"AD_HOC","lineItemType":"AD_HOC","servicePeriodStartDate":"2025-02-01T00:00:00Z",
              "servicePeriodEndDate":"2025-02-20T00:00:00Z"}
            """);
        if (billDate is not null)
            charge["billDate"] = billDate;
        return charge;
    }
}
