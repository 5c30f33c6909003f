using System.Text.Json.Nodes;
using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Accounts.Prepayments;

/// <summary>The table and the form of prepayments, which the API calls commitments.</summary>
internal static class CommitmentTable
{
    private const string InAdvance = "commitmentFeeBillInAdvance";

    internal static TableDefinition<Commitment> Definition { get; } = new()
    {
        Name = "commitments",
        Operation = "GET commitments",
        Load = query => query.Api.Client.Commitments.ListAsync(
            query.PageSize, query["account"], query["product"], query["date"], query["endsFrom"], query["endsBefore"],
            query["contract"]),
        Key = one => one.Id,
        Page = one => $"commitments/{one.Id}",
        Filters =
        [
            new("account", "Account") { Reference = References.Accounts },
            new("product", "Product") { Reference = References.Products },
            new("date", "Active on") { IsDate = true },
            new("endsFrom", "Ends on or after") { IsDate = true },
            new("endsBefore", "Ends before") { IsDate = true },
        ],
        Columns = new Columns<Commitment>()
            .Text("Period", PeriodOf)
            .Reference("Account", References.Accounts, one => one.AccountId)
            .Reference("Contract", References.Contracts, one => one.ContractId)
            .Money("Amount", one => one.Amount, one => one.Currency)
            .Money("Spent", one => one.AmountSpent ?? 0, one => one.Currency)
            .Money("Paid before the start", one => one.AmountPrePaid, one => one.Currency).Extra()
            .Time("Created", one => one.DtCreated).Extra()
            .Code("Id", one => one.Id).Extra(),
    };

    internal static string PeriodOf(Commitment one) => $"{Figure.Date(one.StartDate)} to {Figure.Date(one.EndDate)}";

    internal static async Task<IReadOnlyList<FormField>> FieldsAsync(OrganizationApi api, string accountId) =>
    [
        new("amount", "Amount", InputKind.Decimal) { IsRequired = true, Hint = "What the account commits to spend." },
        new("currency", "Currency", InputKind.Choice)
        {
            IsRequired = true, Options = await AccountChoices.CurrenciesAsync(api),
        },
        new("startDate", "First day", InputKind.Date) { IsRequired = true },
        new("endDate", "First day after it", InputKind.Date) { IsRequired = true },
        new("amountPrePaid", "Amount paid before the start", InputKind.Decimal),
        new("contractId", "Contract", InputKind.Choice)
        {
            Options = await AccountChoices.ContractsAsync(api, accountId),
        },
        .. await FeesAsync(api, accountId),
        .. Rare.Select(field => field with { IsMore = true }),
    ];

    // What few prepayments need.
    private static IReadOnlyList<FormField> Rare { get; } =
    [
        new("productIds", "Products", InputKind.Choices)
        {
            Reference = References.Products, Hint = "Whose charges draw it down. All if none is chosen.",
        },
        new("lineItemTypes", "Types of charges", InputKind.Choices)
        {
            Options = AccountChoices.LineItems, Hint = "Which draw it down. All if none is chosen.",
        },
        new("overageSurchargePercent", "Overage surcharge in percent", InputKind.Decimal)
        {
            Hint = "For usage beyond it. A negative value is a discount.",
        },
        new("separateOverageUsage", "Show usage beyond it separately", InputKind.Switch),
        new("commitmentFeeDescription", "Bill line of fees") { MaxLength = 200 },
        new("commitmentUsageDescription", "Bill line of amounts drawn") { MaxLength = 200 },
        new("overageDescription", "Bill line of usage beyond it") { MaxLength = 200 },
        new("childBillingMode", "Child billing mode", InputKind.Choice) { Options = AccountChoices.ChildBilling },
        new("accountingProductId", "Accounting product", InputKind.Choice) { Reference = References.Products },
    ];

    /// <summary>A yes or no that may be absent is a choice in the form.</summary>
    internal static void Read(JsonObject entity)
    {
        if (entity[InAdvance]?.ToString() is { Length: > 0 } text)
            entity[InAdvance] = text == "true";
    }

    private static async Task<IReadOnlyList<FormField>> FeesAsync(OrganizationApi api, string accountId) =>
    [
        new("feeDates", "Fee dates", InputKind.Rows)
        {
            RowName = "fee",
            Hint = "The fees and the dates on which they are billed. Either these or a billing plan.",
            Fields =
            [
                new("date", "Bill date", InputKind.Date) { IsRequired = true },
                new("amount", "Amount", InputKind.Decimal) { IsRequired = true },
                new("servicePeriodStartDate", "Period start (UTC)", InputKind.Instant) { IsRequired = true },
                new("servicePeriodEndDate", "Period end (UTC)", InputKind.Instant) { IsRequired = true },
            ],
        },
        new("billingPlanId", "Billing plan", InputKind.Choice)
        {
            Options = await AccountChoices.PlansAsync(api, accountId),
            Hint = "Fees are billed on the bill dates of this plan.",
            IsMore = true,
        },
        new("billingInterval", "Billing interval", InputKind.Whole)
        {
            IsMore = true,
            Hint = "A fee on every nth bill of the plan.",
        },
        new("billingOffset", "Billing offset", InputKind.Whole)
        {
            IsMore = true,
            Hint = "Bills of the plan before the first fee.",
        },
        new("amountFirstBill", "Amount on the first bill", InputKind.Decimal) { IsMore = true },
        new(InAdvance, "Fees are billed", InputKind.Choice)
        {
            Options = [new("true", "At the start of their period"), new("false", "At the end of their period")],
            Hint = "Without a choice, as the organization does.",
            IsMore = true,
        },
        new("billEpoch", "Bill epoch", InputKind.Date) { IsMore = true, Hint = "Date of the first fee bill." },
    ];
}
