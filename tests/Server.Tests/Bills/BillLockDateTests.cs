using System.Net;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>The lock date of the organization keeps bills of closed periods as they are.</summary>
public sealed class BillLockDateTests(SqliteServer server)
{
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
}
