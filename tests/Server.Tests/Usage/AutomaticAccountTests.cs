using System.Net;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Measurements for account codes that do not exist (metering reference 4.5).</summary>
public sealed class AutomaticAccountTests(SqliteServer shared)
{
    [Theory]
    [InlineData("acme corp", "acme corp")]
    [InlineData("ACME Corp", null)]
    [InlineData("acme  corp", null)]
    [InlineData("Acme   CORP", null)]
    [InlineData("acmecorp", "acme corp,acmecorp")]
    [InlineData("acme-corp", "acme corp,acme-corp")]
    [InlineData("acme corp.", "acme corp,acme corp.")]
    public async Task Code_NearToAnExistingOne_CreatesNoAccount(string sent, string? accounts)
    {
        using var client = await shared.NewOrganizationAsync();
        (await client.PostAsync("accounts", """{"code":"acme corp","name":"A","emailAddress":"a@example.com"}"""))
            .Status.ShouldBe(HttpStatusCode.OK);

        var failures = await SubmitAsync(client, sent);

        (await client.GetAsync("accounts")).Data.Select(account => (string)account["code"]!)
            .ShouldBe((accounts ?? "acme corp").Split(','), ignoreOrder: true);
        failures.ShouldBe(accounts is null ? ["InvalidAccountCode"] : []);
    }

    [Fact]
    public async Task Account_CreatedForItsCode_CanBeRenamedAndKeepsItsUsage()
    {
        using var client = await shared.NewOrganizationAsync();
        (await SubmitAsync(client, "TempAcct")).ShouldBeEmpty();

        var account = (await client.GetAsync("accounts")).Data.ShouldHaveSingleItem();

        ((string)account["name"]!).ShouldBe("TempAcct-autocreated");
        ((string)account["emailAddress"]!).ShouldMatch("^[0-9a-f]+-autocreated@example\\.com$");
        ((string)account["createdBy"]!).ShouldBe("SYSTEM");
        (account["code"], account["name"], account["emailAddress"]) = ("real", "Real", "real@example.com");
        (await client.PutAsync($"accounts/{account["id"]}", account)).Status.ShouldBe(HttpStatusCode.OK);
        var row = (await new MeteredUsage(client).QueryAsync("\"limit\":10")).Data.ShouldHaveSingleItem();
        $"{row["accountId"]} {row["accountCode"]} {row["accountName"]}".ShouldBe($"{account["id"]} real Real");
    }

    private static async Task<string[]> SubmitAsync(ApiClient client, string account)
    {
        var usage = new MeteredUsage(client);
        await usage.MeterAsync("calls", "measure.n");
        var measurement = MeteredUsage.Measurement("calls CODE 2025-03-01 measure.n=1", "u");
        measurement["account"] = account;
        (await usage.PostAsync(measurement)).Status.ShouldBe(HttpStatusCode.OK);
        await usage.QueryAsync("\"limit\":1");
        return
        [
            .. (await client.GetAsync("events?eventType=IngestValidationFailure")).Data
                .Select(failure => (string)failure["m3terEvent"]!["eventData"]!["newDto"]!["type"]!),
        ];
    }
}
