using System.Net;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Tests.Bills;

namespace Tallystick.Server.Tests.Api;

/// <summary>Lists that are counted, not stored: a token of a place outside them is refused.</summary>
public sealed class CountedPageTests(SqliteServer server)
{
    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    [InlineData(4_294_967_296)]
    [InlineData(4_294_967_295)]
    [InlineData(long.MinValue)]
    public async Task LineItems_FromAPlaceOutside_AreRefused(long place)
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var bill = (string)(await account.BillAsync("2025-02-01"))["billIds"]![0]!;
        var list = $"BillLineItem|{client.OrganizationId}|{bill}";

        (await ItemsAsync(1)).Data.ShouldBeEmpty();
        (await ItemsAsync(place)).Faults.ShouldBe(["token nextToken"]);

        Task<ApiAnswer> ItemsAsync(long from) => client.GetAsync(
            $"bills/{bill}/lineitems?nextToken={PageToken.Write(list, from)}");
    }

    [Theory]
    [InlineData("BalanceTransactionSchedule", -1)]
    [InlineData("BalanceTransactionSchedule", 4_294_967_296)]
    [InlineData("BalanceChargeSchedule", -1)]
    [InlineData("BalanceChargeSchedule", long.MaxValue)]
    public async Task Preview_FromAPlaceOutside_IsRefused(string kind, long place)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        var list = $"{kind}Preview|{client.OrganizationId}|{entity.Body["balanceId"]}";
        var path = $"{Lists.Path(kind, entity.Body)}/preview";

        (await client.PostAsync($"{path}?nextToken={PageToken.Write(list, 1)}", entity.Body)).Status
            .ShouldBe(HttpStatusCode.OK);
        (await client.PostAsync($"{path}?nextToken={PageToken.Write(list, place)}", entity.Body)).Faults
            .ShouldBe(["token nextToken"]);
    }
}
