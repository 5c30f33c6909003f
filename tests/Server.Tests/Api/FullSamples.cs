using System.Text.Json.Nodes;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>A body with every member that is offered, for each kind of resource.</summary>
internal static class FullSamples
{
    internal static async Task<JsonObject> MakeAsync(ApiClient client, string kind)
    {
        var products = await ProductAsync(client, "maps");
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        var body = kind switch
        {
            "Product" => Parse("""{"name":"Routes","code":"routes"}"""),
            "Meter" => With(
                WithDerivedField(MeterBody("requests")), ("productId", products),
                ("groupId", "3f2504e0-4f89-11d3-9a0c-0305e82c3301")),
            "Aggregation" => await AggregationAsync(client),
            "CompoundAggregation" => await CompoundAsync(client, products),
            "LookupTable" => Parse("""{"name":"Rates","code":"rates by country"}"""),
            "LookupTableRevision" => await RevisionAsync(client),
            "PlanTemplate" => PlanTemplate("gold template", products),
            "Plan" => await PlanAsync(client, products),
            "Pricing" => await PricingAsync(client, products),
            "Account" => With(
                Account("child"),
                ("parentAccountId", await CreateAsync(client, "accounts", Account("parent"))),
                ("statementDefinitionId", await StatementDefinitionAsync(client))),
            "AccountPlan" => await AccountPlanAsync(client, products),
            "Currency" => Parse("""
                {"name":"Euro","code":"EUR","archived":true,"maxDecimalPlaces":3,"roundingMode":"HALF_EVEN",
                  "countsUnits":false}
                """),
            "OrganizationConfig" => With(
                Config, ("defaultStatementDefinitionId", await StatementDefinitionAsync(client))),
            "CustomField" => CustomFields,
            "Support" => Parse("""
                {"dtEndSupportUsersAccess":"2026-03-02T00:00:00Z","supportUsersPermissionPolicy":[
                  {"effect":"allow","action":["config:retrieve"],"resource":["*"]}]}
                """),
            "PermissionPolicy" => Parse("""
                {"name":"Meters","permissionPolicy":[
                  {"effect":"Allow","action":["CONFIG_CREATE","config:retrieve"],"resource":["config:a","config:*"]},
                  {"effect":"DENY","action":["all"],"resource":["config:plan/item/1","config:plan/group/*"]}]}
                """),
            "BillGroupingKey" => Parse("""{"name":"Apart","code":"apart","archived":true,"exclusive":true}"""),
            "CreditReason" or "DebitReason" or "TransactionType" =>
                Parse("""{"name":"Goodwill","code":"goodwill","archived":true}"""),
            "UsageSavedQuery" => Parse("""
                {"name":"This month","usageQuery":{"startDate":"2026-01-01T00:00:00Z","endDate":"2026-02-01T00:00:00Z",
                  "timePeriod":"MONTH_TO_DATE","meterIds":["m"],"accountIds":["a"],"limit":10,
                  "dimensionFilters":[{"meterId":"m","fieldCode":"region","values":["eu"]}],
                  "aggregations":[{"meterId":"m","fieldCode":"count","fieldType":"MEASURE","function":"SUM"}],
                  "groups":[{"groupType":"DIMENSION","meterId":"m","fieldCode":"region","frequency":"DAY"}]}}
                """),
            "OtlpMapping" => With(
                Parse("""
                {"name":"Tokens","signal":"METRICS","ordinal":3,"preset":"GEN_AI","uid":"request.id",
                  "match":[{"property":"SCOPE","value":"chat"}],
                  "account":{"attributes":["customer"],"default":"unknown"},"fields":[
                    {"code":"region","attributes":["region"],"default":"none"},
                    {"code":"count","attributes":["tokens"]},{"code":"note","constant":"x"}]}
                """),
                ("meterId", await CreateAsync(client, "meters", MeterBody("mapped")))),
            "BillConfig" => Parse("""{"billLockDate":"2020-01-31"}"""),
            "InvoiceSettings" => Parse("""
                {"legalName":"Acme GmbH","addressLines":["Lindenstr. 5","Berlin"],"taxId":"DE1","taxText":"Net",
                  "paymentText":"30 days","footer":"HRB 1",
                  "logo":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="}
                """),
            _ => await BillingSamples.MakeAsync(client, kind, products),
        };
        if (AllKinds.Catalog.Of(kind).Shape.Members.Any(member => member.Name == "customFields"))
            body["customFields"] = Parse("""{"region":"EU","seats":12.5}""");
        return body;
    }

    internal static JsonObject MeterBody(string code) => Parse($$"""
        {"name":"Requests","code":"{{code}}","derivedFields":[],"dataFields":[
          {"category":"MEASURE","code":"count","name":"Count","unit":"1"},
          {"category":"WHERE","code":"region","name":"Region","unit":"place"},
          {"category":"METADATA","code":"note","name":"Note","unit":"text"}]}
        """);

    // True or false fits every category; the data fields are free to change.
    private static JsonObject WithDerivedField(JsonObject meter)
    {
        meter["derivedFields"] = new JsonArray(Parse(
            """{"category":"MEASURE","code":"late","name":"Late","unit":"1","calculation":"ts.hour > 17"}"""));
        return meter;
    }

    private static async Task<JsonObject> CompoundAsync(ApiClient client, string product)
    {
        await client.PostAsync("aggregations", await AggregationAsync(client));
        return With(
            Parse("""
            {"name":"Billable","code":"billable","rounding":"UP","quantityPerUnit":12.5,"unit":"1000 requests",
              "calculation":"aggregation.total - 100","evaluateNullAggregations":true}
            """),
            ("productId", product),
            ("accountingProductId", await ProductAsync(client, "accounting of compounds")));
    }

    private static async Task<JsonObject> RevisionAsync(ApiClient client)
    {
        client.Parents["lookupTableId"] = await CreateAsync(
            client, "lookuptables", Parse("""{"name":"Rates","code":"rates"}"""));
        return Parse("""
            {"name":"Rates of spring","startDate":"2026-03-01T00:00:00Z","keys":["tier","country"],"fields":[
              {"name":"rate","type":"NUMBER"},{"name":"country","type":"STRING"},{"name":"tier","type":"NUMBER"}]}
            """);
    }

    private static async Task<JsonObject> AggregationAsync(ApiClient client) => With(
        Parse("""
        {"name":"Total","code":"total","aggregation":"SUM","targetField":"count","rounding":"UP",
          "quantityPerUnit":1234567890123456.123456789012,"unit":"1000 requests","defaultValue":0.5,
          "segmentedFields":["region"],"segments":[{"region":"eu"},{"region":"*"}]}
        """),
        ("meterId", await CreateAsync(client, "meters", MeterBody("metered"))),
        ("accountingProductId", await ProductAsync(client, "accounting of usage")));

    internal static JsonObject PlanTemplate(string code, string product) => With(
        Parse($$"""
        {"name":"Gold","code":"{{code}}","currency":"GBP","standingCharge":9.9,"standingChargeDescription":"Base",
          "standingChargeInterval":2,"standingChargeOffset":1,"billFrequencyInterval":3,"billFrequency":"MONTHLY",
          "ordinal":4,"minimumSpend":20.25,"minimumSpendDescription":"At least","standingChargeBillInAdvance":true,
          "minimumSpendBillInAdvance":false}
        """),
        ("productId", product));

    private static async Task<JsonObject> PlanAsync(ApiClient client, string product) => With(
        Parse("""
        {"name":"Gold plan","code":"gold plan","standingCharge":0,"standingChargeDescription":"Own base","ordinal":5,
          "bespoke":true,"minimumSpend":0,"minimumSpendDescription":"Own least","standingChargeBillInAdvance":false,
          "minimumSpendBillInAdvance":true}
        """),
        ("planTemplateId", await CreateAsync(client, "plantemplates", PlanTemplate("of plan", product))),
        ("minimumSpendAccountingProductId", await ProductAsync(client, "accounting of minimum")),
        ("standingChargeAccountingProductId", await ProductAsync(client, "accounting of standing")),
        ("accountId", await CreateAsync(client, "accounts", Account("owner"))));

    private static async Task<JsonObject> PricingAsync(ApiClient client, string product) => With(
        Parse("""
        {"code":"price list","cumulative":true,"startDate":"2026-01-01T00:00:00Z","endDate":"2027-01-01T00:00:00Z",
          "description":"Requests in the EU","type":"PRODUCT_CREDIT","segment":{"region":"eu"},"tiersSpanPlan":false,
          "minimumSpend":1.5,"minimumSpendDescription":"At least","minimumSpendBillInAdvance":true,
          "pricingBands":[{"id":"first","lowerLimit":0,"fixedPrice":1,"unitPrice":0.001,"creditTypeId":"old"}],
          "overagePricingBands":[{"id":"over","lowerLimit":0,"fixedPrice":0,"unitPrice":0.01,"creditTypeId":"old"}]}
        """),
        ("planTemplateId", await CreateAsync(client, "plantemplates", PlanTemplate("priced", product))),
        ("aggregationId", await CreateAsync(client, "aggregations", await AggregationAsync(client))),
        ("accountingProductId", await ProductAsync(client, "accounting of prices")));

    internal static JsonObject Account(string code) => Parse($$"""
        {"name":"Ann's","code":"{{code}}","emailAddress":"ann@example.com","billEpoch":"2026-02-28","currency":"GBP",
          "purchaseOrderNumber":"PO 7","autoGenerateStatementMode":"JSON_AND_CSV","daysBeforeBillDue":14,
          "timezone":"Europe/London",
          "creditApplicationOrder":["BALANCE"],"address":{"addressLine1":"1","addressLine2":"2","addressLine3":"3",
            "addressLine4":"4","locality":"York","region":"Yorkshire","postCode":"YO1","country":"UK"} }
        """);

    private static async Task<JsonObject> AccountPlanAsync(ApiClient client, string product)
    {
        var plan = Parse("""{"name":"Plan","code":"taken"}""");
        plan["planTemplateId"] = await CreateAsync(client, "plantemplates", PlanTemplate("of plan", product));
        var account = await CreateAsync(client, "accounts", Account("holder"));
        return With(
            Parse("""
            {"code":"on gold","startDate":"2026-01-01T00:00:00Z","endDate":"2027-01-01T00:00:00Z",
              "billEpoch":"2026-01-31","childBillingMode":"PARENT_SUMMARY"}
            """),
            ("accountId", account),
            ("contractId", await BillingSamples.ContractAsync(client, account)),
            ("planId", await CreateAsync(client, "plans", plan)));
    }

    private static JsonObject Config => Parse("""
        {"timezone":"Europe/London","yearEpoch":"2023-02-01","monthEpoch":"2023-02-02","weekEpoch":"2023-02-03",
          "dayEpoch":"2023-02-04","currency":"USD","daysBeforeBillDue":15,"scheduledBillInterval":24,
          "scheduledBillOffset":5,"standingChargeBillInAdvance":true,"commitmentFeeBillInAdvance":true,
          "minimumSpendBillInAdvance":true,"autoApproveBillsGracePeriod":3,"autoApproveBillsGracePeriodUnit":"HOURS",
          "externalInvoiceDate":"LAST_DAY_OF_ARREARS","suppressedEmptyBills":true,"consolidateBills":true,
          "autoGenerateStatementMode":"JSON","creditApplicationOrder":["BALANCE"],"allowNegativeBalances":true,
          "allowOverlappingPlans":true,"billPrefix":"INVOICE-","sequenceStartNumber":100,"lateUsageDays":30,
          "currencyConversions":[{"from":"EUR","to":"USD","multiplier":1.123456}]}
        """);

    private static JsonObject CustomFields => Parse("""
        {"organization":{"a":1},"account":{"a":"x"},"accountPlan":{"a":2},"meter":{"a":3},"product":{"a":4},
          "planTemplate":{"a":5},"plan":{"a":6},"aggregation":{"a":7},"compoundAggregation":{"a":8},
          "contract":{"a":"y","b":0.5}}
        """);

    private static Task<string> StatementDefinitionAsync(ApiClient client) =>
        CreateAsync(client, "statementdefinitions", Parse("""{"aggregationFrequency":"WHOLE_PERIOD"}"""));

    // What is referred to is referred to once, so that each reference shows for itself.
    internal static Task<string> ProductAsync(ApiClient client, string code) =>
        CreateAsync(client, "products", Parse($$"""{"name":"Product","code":"{{code}}"}"""));

    internal static async Task<string> CreateAsync(ApiClient client, string path, JsonObject body) =>
        (await client.PostAsync(path, body)).Id;

    internal static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    internal static JsonObject With(JsonObject body, params (string Name, string Value)[] members)
    {
        foreach (var (name, value) in members)
            body[name] = value;
        return body;
    }
}
