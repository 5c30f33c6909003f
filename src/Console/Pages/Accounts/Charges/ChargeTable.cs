using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Accounts.Charges;

/// <summary>The tables and forms of charges, counter adjustments and external mappings of an account.</summary>
internal static class ChargeTable
{
    internal static TableDefinition<Charge> Definition { get; } = new()
    {
        Name = "charges",
        Operation = "GET charges",
        Load = query => query.Api.Client.Charges.ListAsync(query.PageSize, query["account"]),
        Key = one => one.Id,
        Page = one => $"charges/{one.Id}",
        Columns = Columns(),
    };

    /// <summary>The charges for a balance, which the page fixes.</summary>
    internal static TableDefinition<Charge> OfBalance { get; } = Definition with
    {
        Load = query => query.Api.Client.Charges.ListAsync(
            query.PageSize, entityType: ChargeEntityType.Balance, entityId: query["balance"]),
    };

    internal static TableDefinition<ExternalMapping> Mappings { get; } = new()
    {
        Name = "externalmappings",
        Operation = "GET externalmappings/external/{entity}/{m3terId}",
        Load = query => query.Api.Client.ExternalMappings.ListByEntityAsync(
            "Account", query["account"] ?? "", query.PageSize),
        Key = one => one.Id,
        Page = one => $"externalmappings/{one.Id}",
        Columns = new Columns<ExternalMapping>()
            .Text("System", one => one.ExternalSystem)
            .Text("Table", one => one.ExternalTable)
            .Code("External id", one => one.ExternalId),
    };

    internal static IReadOnlyList<FormField> MappingFields { get; } =
    [
        new("externalSystem", "External system") { IsRequired = true, MaxLength = 80, Hint = "Such as Stripe." },
        new("externalTable", "External table") { IsRequired = true, MaxLength = 80, Hint = "Such as Customer." },
        new("externalId", "External id") { IsRequired = true, MaxLength = 200 },
    ];

    internal static IReadOnlyList<FormField> AdjustmentFields { get; } =
    [
        new("counterId", "Counter", InputKind.Choice)
        {
            IsRequired = true, IsFixed = true, Reference = References.Counters,
        },
        new("date", "First day", InputKind.Date) { IsRequired = true },
        new("value", "Value", InputKind.Whole)
        {
            IsRequired = true, Hint = "The new value from that day on, not the difference.",
        },
        new("purchaseOrderNumber", "Purchase order number") { MaxLength = 200 },
    ];

    internal static async Task<IReadOnlyList<FormField>> FieldsAsync(OrganizationApi api, string accountId) =>
    [
        .. FormField.NameAndCode,
        new("amount", "Amount", InputKind.Decimal)
        {
            Hint = "A negative amount is a credit. Or give units and a unit price.",
        },
        new("units", "Units", InputKind.Decimal),
        new("unitPrice", "Unit price", InputKind.Decimal),
        new("currency", "Currency", InputKind.Choice)
        {
            IsRequired = true, Options = await AccountChoices.CurrenciesAsync(api),
        },
        new("description", "Description") { MaxLength = 200, Hint = "Shown on the bill. Without one, the name is." },
        new("billDate", "Bill date", InputKind.Date) { Hint = "Of the bill on which it appears." },
        new("servicePeriodStartDate", "Period start (UTC)", InputKind.Instant) { IsRequired = true },
        new("servicePeriodEndDate", "Period end (UTC)", InputKind.Instant) { IsRequired = true },
        new("entityId", "For the balance", InputKind.Choice)
        {
            Options = await AccountChoices.BalancesAsync(api, accountId),
            Hint = "A fee for a balance, such as the price of a top-up. Without one, a charge of its own.",
        },
        new("contractId", "Contract", InputKind.Choice)
        {
            Options = await AccountChoices.ContractsAsync(api, accountId),
        },
        new("accountingProductId", "Accounting product", InputKind.Choice) { Reference = References.Products },
        new("notes", "Notes", InputKind.Lines) { Hint = "Not shown on the bill." },
    ];

    /// <summary>What a charge is for follows from its balance.</summary>
    internal static void Read(System.Text.Json.Nodes.JsonObject entity)
    {
        var isForBalance = entity["entityId"] is not null;
        entity["entityType"] = (isForBalance ? ChargeEntityType.Balance : ChargeEntityType.AdHoc).Value;
        entity["lineItemType"] = (isForBalance ? ChargeLineItemType.BalanceFee : ChargeLineItemType.AdHoc).Value;
    }

    private static Columns<Charge> Columns() => new Columns<Charge>()
        .Text("Name", one => one.Name)
        .Code("Code", one => one.Code)
        .Reference("Account", References.Accounts, one => one.AccountId)
        .Money("Amount", one => one.Amount, one => one.Currency)
        .Date("Bill date", one => one.BillDate)
        .Reference("Bill", References.Bills, one => one.BillId);
}
