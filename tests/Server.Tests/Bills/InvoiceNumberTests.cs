using System.Net;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>An invoice number is issued once, whatever is set meanwhile.</summary>
public sealed class InvoiceNumberTests(SqliteServer server)
{
    [Theory]
    [InlineData(100)]
    [InlineData(101)] // inside of what was issued
    [InlineData(0)]
    [InlineData(-5)]
    public async Task StartNumber_BelowTheHighestIssued_IsRefusedByName(int start)
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await NumberAsync(client, "INVOICE-", 99);
        await BillAsync(account, "2025-02-01", "2025-03-01", "2025-04-01"); // 100, 101 and 102

        var refused = await PutAsync(client, "INVOICE-", start);

        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Faults.ShouldBe(["issued sequenceStartNumber"]);
        refused.Message.ShouldContain("must be at least 102: invoice number INVOICE-102 has been issued");
        await BillAsync(account, "2025-05-01");
        (await NumbersAsync(client)).ShouldBe(["INVOICE-100", "INVOICE-101", "INVOICE-102", "INVOICE-103"]);
    }

    [Fact]
    public async Task StartNumber_AnyThatIsAllowed_NeverGivesANumberTwice()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        await NumberAsync(client, "INV-", 99);
        await BillAsync(account, "2025-02-01"); // INV-100
        await NumberAsync(client, "INV-", 99); // the same again
        await BillAsync(account, "2025-03-01"); // INV-101
        await NumberAsync(client, "INV-", null); // left out: goes on
        await BillAsync(account, "2025-04-01"); // INV-102
        await NumberAsync(client, "INV-", 102); // the highest
        await BillAsync(account, "2025-05-01"); // INV-103
        await NumberAsync(client, "2027-", 0); // another row
        await BillAsync(account, "2025-06-01"); // 2027-1
        await NumberAsync(client, "INV-", 0, HttpStatusCode.OK); // the start stays, the prefix comes back
        await BillAsync(account, "2025-07-01"); // INV-104
        await NumberAsync(client, "INV-1", 3); // "INV-1" and 4 read like INV-14, and 04 is never written
        await BillAsync(account, "2025-08-01"); // INV-14
        await NumberAsync(client, "INV-", 110);
        await BillAsync(account, "2025-09-01"); // INV-111
        await NumberAsync(client, "INV-1", 10);
        await BillAsync(account, "2025-10-01"); // INV-111 is taken: INV-112

        (await NumbersAsync(client)).ShouldBe(
            ["INV-100", "INV-101", "INV-102", "INV-103", "2027-1", "INV-104", "INV-14", "INV-111", "INV-112"]);
    }

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task InvoiceNumber_SecondOfOneText_IsRefusedByTheStore(Engine engine)
    {
        await using var own = await ApiServer.StartAsync(engine);
        var account = await BilledAccount.MakeAsync(own.Client);
        await NumberAsync(own.Client, "INV-", 10);
        await BillAsync(account, "2025-02-01");

        // From another prefix, and for another bill.
        await Should.ThrowAsync<RefusedException>(() => ChangeAsync(own, async change =>
            await change.PutAsync(InvoiceNumberResource.Definition, null, InvoiceNumber.Of("INV-1", 1, "other"))));
    }

    [Fact]
    public async Task NumbersOfAnEarlierVersion_AtTheNextStart_AreNeverIssuedAgain()
    {
        await using var own = await ApiServer.StartAsync();
        var account = await BilledAccount.MakeAsync(own.Client);
        await NumberAsync(own.Client, "INV-", 100);
        await BillAsync(account, "2025-02-01", "2025-03-01", "2025-04-01"); // 101, 102 and 103
        await MakeAsOf1bdae29Async(own);

        await InvoiceNumbers.RegisterAsync(
            own.Service<ResourceService>(), own.OrganizationId, TestContext.Current.CancellationToken);

        // What was there twice stays; what comes is new.
        (await PutAsync(own.Client, "INV-", 101)).Message.ShouldContain("must be at least 102");
        await BillAsync(account, "2025-05-01", "2025-06-01");
        (await NumbersAsync(own.Client)).ShouldBe(["INV-101", "INV-102", "INV-102", "INV-103", "INV-104"]);
        // Bills are recalculated in place and keep their numbers.
        await BillAsync(account, "2025-04-01");
        (await NumbersAsync(own.Client)).ShouldBe(["INV-101", "INV-102", "INV-102", "INV-103", "INV-104"]);
    }

    [Fact]
    public async Task NumberOfAnEarlierVersionWhoseBillIsGone_AtTheNextStart_IsNeverIssuedAgain()
    {
        await using var own = await ApiServer.StartAsync();
        await NumberAsync(own.Client, "INV-", 100);
        await ChangeAsync(own, change => BillDocuments.KeepSequenceAsync(change, new InvoiceSequence(100, 150)));

        await InvoiceNumbers.RegisterAsync(
            own.Service<ResourceService>(), own.OrganizationId, TestContext.Current.CancellationToken);

        (await PutAsync(own.Client, "INV-", 140)).Message.ShouldContain("must be at least 150");
    }

    // That version kept no numbers, and had begun again at 101 when the start was lowered.
    private static Task MakeAsOf1bdae29Async(ApiServer own) => ChangeAsync(own, async change =>
    {
        await change.RemoveAllAsync(InvoiceNumberResource.Definition, Condition.And());
        var bill = (await change.Related.ListAsync<Bill>(Condition.And()))
            .Single(one => one.SequentialInvoiceNumber == "INV-103");
        await change.PutAsync(BillResource.Definition, bill, bill with { SequentialInvoiceNumber = "INV-102" });
        await BillDocuments.KeepSequenceAsync(change, new InvoiceSequence(100, 102));
    });

    private static Task ChangeAsync(ApiServer own, Func<ResourceChange, ValueTask> work) =>
        own.Service<ResourceService>().ChangeAsync(own.OrganizationId, "test", default, async change =>
        {
            await work(change);
            return true;
        });

    private static async Task BillAsync(BilledAccount account, params string[] billDates)
    {
        foreach (var billDate in billDates)
            await account.ShouldBeBilledAsync(billDate);
    }

    private static async Task NumberAsync(
        ApiClient client, string prefix, int? start, HttpStatusCode status = HttpStatusCode.OK) =>
        (await PutAsync(client, prefix, start)).Status.ShouldBe(status);

    private static async Task<ApiAnswer> PutAsync(ApiClient client, string prefix, int? start)
    {
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["billPrefix"] = prefix;
        config["sequenceStartNumber"] = start;
        return await client.PutAsync("organizationconfig", config);
    }

    private static async Task<IEnumerable<string?>> NumbersAsync(ApiClient client) =>
        (await client.GetAsync("bills?pageSize=50")).Data
            .OrderBy(bill => (string)bill["billDate"]!, StringComparer.Ordinal)
            .Select(bill => (string?)bill["sequentialInvoiceNumber"]);
}
