using System.Text.Json.Nodes;

namespace Tallystick.Server.Tests.Api;

/// <summary>A body for each kind of resource; what it refers to is made first.</summary>
internal static class Samples
{
    internal static async Task<JsonObject> MakeAsync(ApiClient client, string kind, string name) => kind switch
    {
        "Product" => Named(name),
        "Currency" => Of(("name", name), ("code", "EUR"), ("maxDecimalPlaces", 3), ("roundingMode", "HALF_EVEN")),
        "Account" => Named(name, ("emailAddress", "a@example.com"), ("currency", "USD"), ("daysBeforeBillDue", 14)),
        "Meter" => Named(
            name,
            ("productId", await CreateAsync(client, "Product", "products")),
            ("dataFields", new JsonArray(Named("x", ("category", "MEASURE"), ("unit", "1")))),
            ("derivedFields", new JsonArray())),
        "Aggregation" => Named(
            name,
            ("meterId", await CreateAsync(client, "Meter", "meters")),
            ("targetField", "x"),
            ("aggregation", "SUM"),
            ("rounding", "UP"),
            ("quantityPerUnit", JsonNode.Parse("1234567890123456.123456789012")),
            ("unit", "1")),
        "CompoundAggregation" => Named(
            name, ("calculation", "Math.max(1, 2)"), ("rounding", "DOWN"), ("quantityPerUnit", 1), ("unit", "1")),
        "LookupTable" => Named(name),
        "LookupTableRevision" => await RevisionAsync(client, name),
        "PlanTemplate" => Named(
            name,
            ("productId", await CreateAsync(client, "Product", "products")),
            ("currency", "USD"),
            ("standingCharge", JsonNode.Parse("9.90")),
            ("billFrequency", "MONTHLY")),
        "Plan" => Named(name, ("planTemplateId", await CreateAsync(client, "PlanTemplate", "plantemplates"))),
        "Pricing" => Of(
            ("planTemplateId", await CreateAsync(client, "PlanTemplate", "plantemplates")),
            ("aggregationId", await GlobalAggregationAsync(client)),
            ("startDate", "2026-01-01T00:00:00Z"),
            ("pricingBands", new JsonArray(
                Of(("id", "b"), ("lowerLimit", 0), ("fixedPrice", 0), ("unitPrice", JsonNode.Parse("0.0010")))))),
        "AccountPlan" => Of(
            ("accountId", await CreateAsync(client, "Account", "accounts")),
            ("planId", await CreateAsync(client, "Plan", "plans")),
            ("startDate", "2026-01-01T00:00:00Z")),
        "PermissionPolicy" => Of(("name", name), ("permissionPolicy", JsonNode.Parse(
            """[{"effect":"allow","action":["config:retrieve"],"resource":["config:meter"]}]"""))),
        "UsageSavedQuery" => Of(("name", name), ("usageQuery", Of(("timePeriod", "YESTERDAY")))),
        "OtlpMapping" => Of(
            ("name", name),
            ("signal", "LOGS"),
            ("match", new JsonArray(Of(("attribute", "tokens")))),
            ("meterId", await CreateAsync(client, "Meter", "meters")),
            ("account", Of(("attributes", new JsonArray("customer")))),
            ("fields", new JsonArray(Of(("code", "x"), ("attributes", new JsonArray("tokens")))))),
        _ => await BilledAsync(client, kind, name),
    };

    private static async Task<JsonObject> BilledAsync(ApiClient client, string kind, string name) => kind switch
    {
        "BillGroupingKey" => Of(("name", name), ("exclusive", true)),
        "CreditReason" or "DebitReason" or "TransactionType" => Of(("name", name)),
        "Counter" => Named(name, ("unit", "seats")),
        "CounterPricing" => Of(
            ("planTemplateId", await CreateAsync(client, "PlanTemplate", "plantemplates")),
            ("counterId", await CreateAsync(client, "Counter", "counters")),
            ("startDate", "2026-01-01T00:00:00Z"),
            ("pricingBands", new JsonArray(
                Of(("id", "b"), ("lowerLimit", 0), ("fixedPrice", 0), ("unitPrice", JsonNode.Parse("2.50")))))),
        "CounterAdjustment" => Of(
            ("accountId", await CreateAsync(client, "Account", "accounts")),
            ("counterId", await CreateAsync(client, "Counter", "counters")),
            ("date", "2026-01-01"),
            ("value", 10)),
        "PlanGroup" => Named(name, ("currency", "USD")),
        "PlanGroupLink" => Of(
            ("planGroupId", await CreateAsync(client, "PlanGroup", "plangroups")),
            ("planId", await CreateAsync(client, "Plan", "plans"))),
        "Charge" => Named(
            name,
            ("accountId", await CreateAsync(client, "Account", "accounts")),
            ("amount", JsonNode.Parse("-12.50")),
            ("currency", "USD"),
            ("entityType", "AD_HOC"),
            ("lineItemType", "AD_HOC"),
            ("servicePeriodStartDate", "2026-01-01T00:00:00Z"),
            ("servicePeriodEndDate", "2026-02-01T00:00:00Z")),
        "Contract" => Named(
            name,
            ("accountId", await CreateAsync(client, "Account", "accounts")),
            ("startDate", "2026-01-01"),
            ("endDate", "2027-01-01")),
        "Commitment" => Of(
            ("accountId", await CreateAsync(client, "Account", "accounts")),
            ("amount", JsonNode.Parse("5000.00")),
            ("currency", "USD"),
            ("startDate", "2026-01-01"),
            ("endDate", "2027-01-01")),
        "StatementDefinition" => Of(("name", name), ("aggregationFrequency", "DAY")),
        _ => await HeldAsync(client, kind, name),
    };

    private static async Task<JsonObject> HeldAsync(ApiClient client, string kind, string name) => kind switch
    {
        "Balance" => Named(
            name,
            ("accountId", await CreateAsync(client, "Account", "accounts")),
            ("currency", "USD"),
            ("startDate", "2026-01-01T00:00:00Z"),
            ("endDate", "2027-01-01T00:00:00Z")),
        "BalanceTransactionSchedule" => Named(
            name,
            ("balanceId", await CreateAsync(client, "Balance", "balances")),
            ("amount", JsonNode.Parse("12.50")),
            ("transactionDescription", "Top-up"),
            ("transactionTypeId", await CreateAsync(client, "TransactionType", "picklists/transactiontypes")),
            ("startDate", "2126-01-01T00:00:00Z"),
            ("endDate", "2127-01-01T00:00:00Z"),
            ("frequency", "MONTHLY"),
            ("frequencyInterval", 1)),
        "BalanceChargeSchedule" => Named(
            name,
            ("balanceId", await CreateAsync(client, "Balance", "balances")),
            ("amount", JsonNode.Parse("12.50")),
            ("currency", "USD"),
            ("servicePeriodStartDate", "2126-01-01T00:00:00Z"),
            ("servicePeriodEndDate", "2127-01-01T00:00:00Z"),
            ("billFrequency", "MONTHLY"),
            ("billFrequencyInterval", 1),
            ("billInAdvance", true),
            ("chargeDescription", "Top-up fee")),
        "ExternalMapping" => Of(
            ("m3terEntity", "Account"),
            ("m3terId", await CreateAsync(client, "Account", "accounts")),
            ("externalSystem", "Salesforce"),
            ("externalTable", "Account"),
            ("externalId", name)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A new kind needs a sample here."),
    };

    private static async Task<string> CreateAsync(ApiClient client, string kind, string path) =>
        (await client.PostAsync(path, await MakeAsync(client, kind, $"of {path}"))).Id;

    private static async Task<JsonObject> RevisionAsync(ApiClient client, string name)
    {
        client.Parents["lookupTableId"] = await CreateAsync(client, "LookupTable", "lookuptables");
        return Of(("name", name), ("keys", new JsonArray("country")), ("fields", new JsonArray(
            Of(("name", "rate"), ("type", "NUMBER")), Of(("name", "country"), ("type", "STRING")))));
    }

    private static async Task<string> GlobalAggregationAsync(ApiClient client)
    {
        var meter = Named(
            "global", ("dataFields", new JsonArray(
                Named("x", ("category", "MEASURE"), ("unit", "1")))), ("derivedFields", new JsonArray()));
        var aggregation = Named(
            "usage", ("targetField", "x"),
                ("aggregation", "SUM"), ("rounding", "NONE"), ("quantityPerUnit", 1), ("unit", "1"));
        aggregation["meterId"] = (await client.PostAsync("meters", meter)).Id;
        return (await client.PostAsync("aggregations", aggregation)).Id;
    }

    private static JsonObject Named(string name, params (string Name, JsonNode? Value)[] members) =>
        Of([("name", name), ("code", name.Replace(' ', '_')), .. members]);

    private static JsonObject Of(params (string Name, JsonNode? Value)[] members)
    {
        var body = new JsonObject();
        foreach (var (name, value) in members)
            body[name] = value;
        return body;
    }
}
