using System.Net;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Resources.Changes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Search of bills, and lists of line items across bills (billing reference 25).</summary>
public sealed class BillListTests(SqliteServer server)
{
    private static readonly string[] Dates = ["2025-02-01", "2025-03-01", "2025-04-01"];

    [Theory]
    [InlineData("searchQuery=billDate>2025-02-01", "2025-04-01 2025-03-01")]
    [InlineData("searchQuery=startDate>=2025-02-01$endDate<=2025-03-01", "2025-03-01")]
    [InlineData("searchQuery=billDate~2025-0&sortBy=billDate&sortOrder=ASC", "2025-02-01 2025-03-01 2025-04-01")]
    [InlineData("searchQuery=dueDate<2025-03-10", "2025-02-01")]
    [InlineData("searchQuery=accountId:{account}$locked:false$billingFrequency:MONTHLY&pageSize=1&fromDocument=1",
        "2025-03-01")]
    [InlineData("searchQuery=billDate:2025-02-01$billDate:2025-04-01&operator=OR", "2025-04-01 2025-02-01")]
    [InlineData("searchQuery=dtCreated>2000-01-01$createdBy~SERVICEUSER_", "2025-04-01 2025-03-01 2025-02-01")]
    [InlineData("searchQuery=ids:{first},none", "2025-02-01")]
    [InlineData("searchQuery=locked:true", "")]
    public async Task Search_OfBills_FindsThoseThatMatch(string query, string expected)
    {
        using var client = await server.NewOrganizationAsync();
        var (account, ids) = await BilledAsync(client);

        var found = await client.GetAsync($"bills/search?{query
            .Replace("{account}", account.Id, StringComparison.Ordinal)
            .Replace("{first}", ids[0], StringComparison.Ordinal)}");

        string.Join(' ', found.Data.Select(bill => bill["billDate"])).ShouldBe(expected);
    }

    [Theory]
    [InlineData("searchQuery=billDate>soon", "date searchQuery")]
    [InlineData("searchQuery=billTotal>1", "search searchQuery")]
    [InlineData("sortBy=billTotal", "unknown_value sortBy")]
    public async Task Search_WithAFault_IsRefused(string query, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        (await client.GetAsync($"bills/search?{query}")).Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task LineItems_PageByPage_AreThoseOfTheBillsNewestFirst()
    {
        using var client = await server.NewOrganizationAsync();
        var (_, ids) = await BilledAsync(client, standingCharges: 2);

        var all = await LinesAsync(client, "");
        (await LinesAsync(client, "pageSize=1")).ShouldBe(all);
        (await LinesAsync(client, "pageSize=4")).ShouldBe(all);

        all.Count.ShouldBe(6);
        all.Select(line => line.Split(' ')[0]).Distinct().ShouldBe(ids.Reverse());
        (await LinesAsync(client, $"billId={ids[1]}")).ShouldBe(all.Skip(2).Take(2));
        (await LinesAsync(client, "lineItemType=STANDING_CHARGE")).ShouldBe(all);
        (await LinesAsync(client, "lineItemType=USAGE")).ShouldBeEmpty();
        (await LinesAsync(client, "commitmentId=none")).ShouldBeEmpty();
        (await client.GetAsync("lineitems?lineItemType=FEE")).Faults.ShouldBe(["unknown_value lineItemType"]);
        (await client.GetAsync("lineitems?nextToken=forged")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task LineItems_OfBillsThatTheCallerMayNotSee_AreLeftOut()
    {
        using var client = await server.NewOrganizationAsync();
        var (_, ids) = await BilledAsync(client);
        using var clerk = await Principal.MakeAsync(client, $"allow config:retrieve billing:bill/item/{ids[1]}");

        (await LinesAsync(clerk.Client, "")).ShouldHaveSingleItem().ShouldStartWith(ids[1]);
    }

    [Fact]
    public async Task LineItems_OfACommitment_AreFoundByItsIndexAsLongAsTheyAreOnTheBill()
    {
        await using var own = await ApiServer.StartAsync();
        var (_, ids) = await BilledAsync(own.Client);
        await SetCommitmentAsync(own, ids[0], "c1");
        await SetCommitmentAsync(own, ids[2], "c1");
        await SetCommitmentAsync(own, ids[1], "c2");

        (await LinesAsync(own.Client, "commitmentId=c1&pageSize=1")).Select(line => line.Split(' ')[0])
            .ShouldBe([ids[2], ids[0]]);
        (await LinesAsync(own.Client, "commitmentId=c1&lineItemType=USAGE")).ShouldBeEmpty();
        (await LinesAsync(own.Client, $"commitmentId=c1&billId={ids[1]}")).ShouldBeEmpty();
        await SetCommitmentAsync(own, ids[0], null);
        await own.Client.DeleteAsync($"bills/{ids[2]}");

        (await LinesAsync(own.Client, "commitmentId=c1")).ShouldBeEmpty();
        (await LinesAsync(own.Client, "commitmentId=c2")).Count.ShouldBe(1);
    }

    // What draws on commitments writes bills in the same way.
    private static Task<bool> SetCommitmentAsync(ApiServer own, string billId, string? commitmentId) =>
        own.Service<ResourceService>().ChangeAsync(
            own.OrganizationId, "test", TestContext.Current.CancellationToken, async change =>
            {
                var bill = (await change.Related.FindAsync<Bill>(billId))!;
                await BillSaving.PutAsync(change, bill, bill with
                {
                    LineItems = [.. bill.LineItems!.Select(line => line with { CommitmentId = commitmentId })],
                });
                return true;
            });

    private static async Task<(BilledAccount Account, IReadOnlyList<string> Ids)> BilledAsync(
        ApiClient client, int standingCharges = 1)
    {
        var account = await BilledAccount.MakeAsync(client);
        for (var more = 1; more < standingCharges; more++)
        {
            var other = await BilledAccount.MakeAsync(client, $"other {more}");
            await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse($$"""
                {"accountId":"{{account.Id}}","planId":"{{other.PlanId}}","startDate":"2025-01-01T00:00:00Z"}
                """));
        }
        var ids = new List<string>();
        foreach (var date in Dates)
            ids.Add(await BillLifeTests.BillOfAsync(account, date));
        return (account, ids);
    }

    /// <summary>Bill and id of all lines, of all pages.</summary>
    private static async Task<IReadOnlyList<string>> LinesAsync(ApiClient client, string query)
    {
        var lines = new List<string>();
        for (string? token = ""; token is not null;)
        {
            var page = (await client.GetAsync($"lineitems?{query}&nextToken={Uri.EscapeDataString(token)}")).Object;
            lines.AddRange(page["data"]!.AsArray().Select(line => $"{line!["billId"]} {line["id"]}"));
            token = (string?)page["nextToken"];
        }
        return lines;
    }
}
