using System.Text.Json.Nodes;
using static Tallystick.Server.Tests.Api.FullSamples;

namespace Tallystick.Server.Tests.Api;

/// <summary>A body with every member that is offered, for the kinds of recurring, single and prepaid charges.</summary>
internal static class BillingSamples
{
    internal static async Task<JsonObject> MakeAsync(ApiClient client, string kind, string product) => kind switch
    {
        "Counter" => With(Counter("seats"), ("productId", product)),
        "CounterPricing" => await CounterPricingAsync(client, product),
        "CounterAdjustment" => With(
            Parse("""{"date":"2026-03-01","value":12,"purchaseOrderNumber":"PO 8"}"""),
            ("counterId", await CreateAsync(client, "counters", Counter("seats"))),
            ("accountId", await CreateAsync(client, "accounts", Account("holder")))),
        "PlanGroup" => await PlanGroupAsync(client, "bundle"),
        "PlanGroupLink" => With(
            [],
            ("planGroupId", await CreateAsync(client, "plangroups", await PlanGroupAsync(client, "bundle"))),
            ("planId", await PlanAsync(client, product))),
        "Charge" => await ChargeAsync(client),
        "Contract" => With(
            ContractBody("agreement"),
            ("accountId", await CreateAsync(client, "accounts", Account("holder"))),
            ("billGroupingKeyId", await CreateAsync(
                client, "picklists/billgroupingkeys", Parse("""{"name":"Apart","exclusive":true}""")))),
        "Commitment" => await CommitmentAsync(client, product),
        "Balance" => await BalanceSamples.BalanceAsync(client),
        "BalanceTransactionSchedule" => await BalanceSamples.TransactionScheduleAsync(client),
        "BalanceChargeSchedule" => await BalanceSamples.ChargeScheduleAsync(client),
        "ExternalMapping" => With(
            Parse("""
            {"m3terEntity":"Account","externalSystem":"Salesforce","externalTable":"Account","externalId":"0015"}
            """),
            ("m3terId", await CreateAsync(client, "accounts", Account("mapped")))),
        "StatementDefinition" => await StatementDefinitionAsync(client),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A new kind needs a full sample here."),
    };

    internal static JsonObject Counter(string code) => Parse($$"""
        {"name":"Seats","code":"{{code}}","unit":"seats"}
        """);

    internal static async Task<string> PlanAsync(ApiClient client, string product, string code = "taken")
    {
        var plan = Parse($$"""{"name":"Plan","code":"{{code}}"}""");
        plan["planTemplateId"] =
            await CreateAsync(client, "plantemplates", PlanTemplate($"template of {code}", product));
        return await CreateAsync(client, "plans", plan);
    }

    private static async Task<JsonObject> CounterPricingAsync(ApiClient client, string product) => With(
        Parse("""
        {"code":"seat prices","cumulative":true,"startDate":"2026-01-01T00:00:00Z","endDate":"2027-01-01T00:00:00Z",
          "description":"Seats","runningTotalBillInAdvance":false,"proRateRunningTotal":false,
          "proRateAdjustmentDebit":false,"proRateAdjustmentCredit":false,
          "pricingBands":[{"id":"first","lowerLimit":0,"fixedPrice":1,"unitPrice":2.5,"creditTypeId":"old"}]}
        """),
        ("planTemplateId", await CreateAsync(client, "plantemplates", PlanTemplate("counted", product))),
        ("counterId", await CreateAsync(client, "counters", With(Counter("seats"), ("productId", product)))),
        ("accountingProductId", await ProductAsync(client, "accounting of seats")));

    internal static async Task<JsonObject> PlanGroupAsync(ApiClient client, string code) => With(
        Parse($$"""
        {"name":"Bundle","code":"{{code}}","currency":"GBP","minimumSpend":100.5,"minimumSpendDescription":"At least",
          "standingCharge":10,"standingChargeDescription":"Base","standingChargeBillInAdvance":true,
          "minimumSpendBillInAdvance":true}
        """),
        ("accountId", await CreateAsync(client, "accounts", Account($"owner of {code}"))),
        ("minimumSpendAccountingProductId", await ProductAsync(client, $"minimum of {code}")),
        ("standingChargeAccountingProductId", await ProductAsync(client, $"standing of {code}")));

    internal static JsonObject ContractBody(string code) => Parse($$"""
        {"name":"Agreement","code":"{{code}}","description":"As agreed","purchaseOrderNumber":"PO 9",
          "applyContractPeriodLimits":true,"usageFilters":[{"dimensionCode":"region","value":"eu","mode":"INCLUDE"}],
          "startDate":"2024-01-01","endDate":"2027-01-01"}
        """);

    /// <summary>A contract of the account.</summary>
    internal static Task<string> ContractAsync(ApiClient client, string account, string code = "of it") =>
        CreateAsync(client, "contracts", With(ContractBody(code), ("accountId", account)));

    private static async Task<JsonObject> CommitmentAsync(ApiClient client, string product)
    {
        var account = await CreateAsync(client, "accounts", Account("holder"));
        var body = With(
            Parse("""
            {"startDate":"1900-01-01","endDate":"2027-01-01","currency":"GBP","amount":5000,"amountPrePaid":0,
              "amountFirstBill":0,"overageSurchargePercent":10,"separateOverageUsage":false,"billingInterval":3,
              "billingOffset":1,"commitmentFeeDescription":"Fee","commitmentUsageDescription":"Drawn",
              "overageDescription":"Beyond","commitmentFeeBillInAdvance":true,"billEpoch":"1900-02-01",
              "childBillingMode":"PARENT_SUMMARY","lineItemTypes":["USAGE"]}
            """),
            ("accountId", account),
            ("billingPlanId", await PlanAsync(client, product)),
            ("contractId", await ContractAsync(client, account)),
            ("accountingProductId", await ProductAsync(client, "accounting")),
            ("feesAccountingProductId", await ProductAsync(client, "accounting of fees")),
            ("drawdownsAccountingProductId", await ProductAsync(client, "accounting of drawdowns")));
        body["productIds"] = new JsonArray(
            await ProductAsync(client, "drawn first"), await ProductAsync(client, "drawn second"));
        return body;
    }

    private static async Task<JsonObject> ChargeAsync(ApiClient client)
    {
        var account = await CreateAsync(client, "accounts", Account("holder"));
        return With(
            Parse("""
            {"name":"Set-up","code":"set-up","billDate":"2026-02-01","units":3,"unitPrice":-1.25,"currency":"GBP",
              "description":"Setting up","entityType":"AD_HOC","lineItemType":"AD_HOC","notes":"As agreed",
              "servicePeriodStartDate":"2026-01-01T00:00:00Z","servicePeriodEndDate":"2026-02-01T00:00:00Z"}
            """),
            ("accountId", account),
            ("contractId", await ContractAsync(client, account)),
            ("accountingProductId", await ProductAsync(client, "accounting of charges")));
    }

    private static async Task<JsonObject> StatementDefinitionAsync(ApiClient client)
    {
        var body = Parse("""
            {"name":"By region","aggregationFrequency":"MONTH","includePricePerUnit":true,"generateSlimStatements":true,
              "dimensions":[{"name":"region","attributes":["zone"],"filter":["*"]}],
              "measures":[{"name":"count","aggregations":["SUM"]}]}
            """);
        body["dimensions"]![0]!["meterId"] = await CreateAsync(client, "meters", MeterBody("by region"));
        body["measures"]![0]!["meterId"] = await CreateAsync(client, "meters", MeterBody("counted"));
        return body;
    }
}
