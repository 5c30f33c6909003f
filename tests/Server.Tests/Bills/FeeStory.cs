using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>
/// An account with a monthly plan and a prepayment of 1,200.00 for 2025, whose fees of 100.00 are on the bills of that
/// plan. Nothing draws on it.
/// </summary>
internal sealed class FeeStory
{
    private FeeStory(ApiClient client, BilledAccount account, string commitmentId) =>
        (Client, Account, CommitmentId) = (client, account, commitmentId);

    internal ApiClient Client { get; }

    internal BilledAccount Account { get; }

    internal string CommitmentId { get; }

    internal static async Task<FeeStory> MakeAsync(ApiClient client, string? fees = null)
    {
        var account = await BilledAccount.MakePricedAsync(client, new MeteredUsage(client));
        fees ??= $$""" "billingPlanId":"{{account.PlanId}}" """;
        var commitment = await FullSamples.CreateAsync(client, "commitments", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","amount":1200,"currency":"USD","startDate":"2025-01-01",
              "endDate":"2026-01-01","lineItemTypes":["MINIMUM_SPEND"],{{fees}} }
            """));
        return new FeeStory(client, account, commitment);
    }

    /// <summary>Fees with their own dates, as members of a commitment.</summary>
    internal static string Dated(params (string Date, decimal Amount)[] fees) =>
        $"\"feeDates\":{DatesOf(fees).ToJsonString()}";

    internal static JsonArray DatesOf(params (string Date, decimal Amount)[] fees) =>
        [.. fees.Select(fee => (JsonNode)new JsonObject
        {
            ["date"] = fee.Date,
            ["amount"] = fee.Amount,
            ["servicePeriodStartDate"] = "2025-01-01T00:00:00Z",
            ["servicePeriodEndDate"] = "2026-01-01T00:00:00Z",
        })];

    internal Task<string> AccountAsync(string code) => FullSamples.CreateAsync(Client, "accounts", FullSamples.Parse(
        $$"""{"name":"{{code}}","code":"{{code}}","emailAddress":"a@example.com"}"""));

    /// <summary>Makes it a child of an account; null for no parent.</summary>
    internal Task MoveAsync(string? parent) => PutAsync($"accounts/{Account.Id}", "parentAccountId", parent);

    /// <summary>Sets a member of the commitment.</summary>
    internal Task SetAsync(string member, JsonNode? value) => PutAsync($"commitments/{CommitmentId}", member, value);

    /// <summary>Sets on whose bill its plan is.</summary>
    internal Task SetPlanAsync(string childBillingMode) =>
        PutAsync($"accountplans/{Account.AccountPlanId}", "childBillingMode", childBillingMode);

    internal Task LockUntilAsync(string date) => PutAsync("billconfig", "billLockDate", date);

    /// <summary>Bills a date, which must succeed.</summary>
    internal async Task BillAsync(string date) =>
        ((await Account.BillAsync(date))["failures"]?.ToJsonString()).ShouldBeNull();

    /// <summary>The fees on the bills that an account has of a date, and the differences of fees.</summary>
    internal async Task<string> FeesAsync(string date, string? accountId = null) => string.Join(", ", (await BillsAsync(
        date, accountId)).SelectMany(bill => bill["lineItems"]!.AsArray())
        .Where(line => (string?)line!["lineItemType"] == "COMMITMENT_FEE")
        .OrderBy(line => line!["additional"]?["billed"] is not null)
        .Select(line => line!["subtotal"]!.ToString() + (line["additional"]?["billed"] is null ? "" : " difference")));

    /// <summary>Approves and locks the bills that an account has of a date.</summary>
    internal async Task LockAsync(string date, string? accountId = null)
    {
        foreach (var bill in await BillsAsync(date, accountId))
        {
            (await Client.PutAsync($"bills/{bill["id"]}/status", new JsonObject { ["status"] = "APPROVED" })).Status
                .ShouldBe(HttpStatusCode.OK);
            (await Client.PutAsync($"bills/{bill["id"]}/lock", new JsonObject())).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    internal async Task<IReadOnlyList<JsonObject>> BillsAsync(string date, string? accountId = null) =>
    [
        .. (await Client.GetAsync($"bills?accountId={accountId ?? Account.Id}&billDate={date}&includeBillTotal=true"))
            .Object["data"]!.AsArray().Select(bill => bill!.AsObject()),
    ];

    private async Task PutAsync(string path, string member, JsonNode? value)
    {
        var proposed = (await Client.GetAsync(path)).Object;
        proposed[member] = value;
        (await Client.PutAsync(path, proposed)).Status.ShouldBe(HttpStatusCode.OK);
    }
}
