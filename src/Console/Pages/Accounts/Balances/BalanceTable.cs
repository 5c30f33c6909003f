using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Accounts.Balances;

/// <summary>The table and the forms of balances and their transactions.</summary>
internal static class BalanceTable
{
    internal static TableDefinition<Balance> Definition { get; } = new()
    {
        Name = "balances",
        Operation = "GET balances",
        Load = query => query.Api.Client.Balances.ListAsync(
            query.PageSize, query["account"], query["endsFrom"], query["endsBefore"], contractId: query["contract"]),
        Key = one => one.Id,
        Page = one => $"balances/{one.Id}",
        Filters =
        [
            new("account", "Account") { Reference = References.Accounts },
            new("endsFrom", "Ends on or after") { IsDate = true },
            new("endsBefore", "Ends before") { IsDate = true },
        ],
        Columns = new Columns<Balance>()
            .Text("Name", one => one.Name)
            .Code("Code", one => one.Code)
            .Reference("Account", References.Accounts, one => one.AccountId)
            .Money("Amount", one => one.Amount ?? 0, one => one.Currency)
            .Time("Start", one => one.StartDate)
            .Time("End", one => one.EndDate)
            .Time("Rolls over until", one => one.RolloverEndDate).Extra()
            .Reference("Contract", References.Contracts, one => one.ContractId).Extra()
            .Time("Created", one => one.DtCreated).Extra()
            .Code("Id", one => one.Id).Extra(),
    };

    internal static async Task<IReadOnlyList<FormField>> FieldsAsync(OrganizationApi api, string accountId) =>
    [
        .. FormField.NameAndCode,
        new("currency", "Currency", InputKind.Choice)
        {
            IsRequired = true, IsFixed = true, Options = await AccountChoices.CurrenciesAsync(api),
        },
        new("startDate", "Start (UTC)", InputKind.Instant) { IsRequired = true },
        new("endDate", "End (UTC)", InputKind.Instant)
        {
            IsRequired = true, Hint = "The first moment at which charges cannot draw on it any more.",
        },
        new("description", "Description", InputKind.Lines),
        new("contractId", "Contract", InputKind.Choice)
        {
            Options = await AccountChoices.ContractsAsync(api, accountId),
        },
        new("rolloverEndDate", "Rolls over until (UTC)", InputKind.Instant)
        {
            Hint = "Without one, nothing rolls over.",
        },
        new("rolloverAmount", "Maximum that rolls over", InputKind.Decimal)
        {
            Hint = "Without one, all that remains at the end.",
        },
        new("productIds", "Products", InputKind.Choices)
        {
            Reference = References.Products, Hint = "Whose charges draw on it. All if none is chosen.",
        },
        new("lineItemTypes", "Types of charges", InputKind.Choices)
        {
            Options = [.. AccountChoices.LineItems, .. Option.Of("AD_HOC")],
            Hint = "Which draw on it. All if none is chosen.",
        },
        new("allowOverdraft", "May fall below zero", InputKind.Switch)
        {
            Hint = "The organization must also allow negative balances.",
        },
        new("overageSurchargePercent", "Overage surcharge in percent", InputKind.Decimal)
        {
            Hint = "For usage beyond it. A negative value is a discount.",
        },
        new("balanceDrawDownDescription", "Bill line of amounts drawn") { MaxLength = 200 },
        new("overageDescription", "Bill line of usage beyond it") { MaxLength = 200 },
    ];

    internal static async Task<IReadOnlyList<FormField>> TransactionFieldsAsync(OrganizationApi api) =>
    [
        new("amount", "Amount", InputKind.Decimal)
        {
            IsRequired = true, Hint = "In the currency of the balance. A negative amount is subtracted.",
        },
        new("transactionTypeId", "Transaction type", InputKind.Choice)
        {
            Options = await AccountChoices.TransactionTypesAsync(api),
        },
        new("description", "Description") { MaxLength = 200 },
        new("appliedDate", "Takes effect (UTC)", InputKind.Instant) { Hint = "Now, if there is no time." },
        new("transactionDate", "Happened (UTC)", InputKind.Instant) { Hint = "For information only." },
        new("paid", "Amount paid", InputKind.Decimal) { Hint = "If it was paid in another currency." },
        new("currencyPaid", "Currency paid", InputKind.Choice)
        {
            Options = await AccountChoices.CurrenciesAsync(api),
        },
    ];
}
