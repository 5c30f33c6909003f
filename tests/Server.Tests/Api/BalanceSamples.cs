using System.Text.Json.Nodes;
using static Tallystick.Server.Tests.Api.FullSamples;

namespace Tallystick.Server.Tests.Api;

/// <summary>Bodies with every member for balances and their schedules.</summary>
internal static class BalanceSamples
{
    internal static async Task<JsonObject> BalanceAsync(ApiClient client)
    {
        var account = await CreateAsync(client, "accounts", Account("holder"));
        var body = With(
            Parse("""
            {"name":"Credit","code":"credit","description":"As a gift","currency":"GBP","rolloverAmount":100.5,
              "startDate":"2026-01-01T00:00:00Z","endDate":"2027-01-01T00:00:00Z",
              "rolloverEndDate":"2027-03-01T00:00:00Z","balanceDrawDownDescription":"Drawn",
              "overageSurchargePercent":-5,"overageDescription":"Beyond","lineItemTypes":["AD_HOC"],
              "allowOverdraft":true}
            """),
            ("accountId", account),
            ("contractId", await BillingSamples.ContractAsync(client, account)),
            ("consumptionsAccountingProductId", await ProductAsync(client, "accounting of consumptions")),
            ("feesAccountingProductId", await ProductAsync(client, "accounting of fees")));
        body["productIds"] = new JsonArray(
            await ProductAsync(client, "drawn first"), await ProductAsync(client, "drawn second"));
        return body;
    }

    /// <summary>A balance in dollars that needs nothing else, and its id.</summary>
    internal static async Task<string> PlainAsync(ApiClient client) =>
        await CreateAsync(client, "balances", await Samples.MakeAsync(client, "Balance", "plain"));

    internal static Task<string> TransactionTypeAsync(ApiClient client) =>
        CreateAsync(client, "picklists/transactiontypes", Parse("""{"name":"Top-up"}"""));

    internal static async Task<JsonObject> TransactionScheduleAsync(ApiClient client) => With(
        Parse("""
        {"name":"Top-ups","code":"top-ups","amount":25.5,"transactionDescription":"Monthly","paid":30,
          "currencyPaid":"GBP","startDate":"2126-01-31T10:00:00Z","endDate":"2126-12-31T00:00:00Z",
          "frequency":"MONTHLY","frequencyInterval":2}
        """),
        ("balanceId", await PlainAsync(client)),
        ("transactionTypeId", await TransactionTypeAsync(client)));

    internal static async Task<JsonObject> ChargeScheduleAsync(ApiClient client) => With(
        Parse("""
        {"name":"Fees","code":"fees","units":3,"unitPrice":4.5,"currency":"GBP","billEpoch":"2126-01-15",
          "servicePeriodStartDate":"2126-01-01T00:00:00Z","servicePeriodEndDate":"2126-12-31T00:00:00Z",
          "billFrequency":"MONTHLY","billFrequencyInterval":3,"billInAdvance":false,"chargeDescription":"Fee"}
        """),
        ("balanceId", await PlainAsync(client)));
}
