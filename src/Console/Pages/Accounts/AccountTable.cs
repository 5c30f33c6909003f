using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Accounts;

/// <summary>The table and the form of accounts.</summary>
internal static class AccountTable
{
    internal static TableDefinition<Account> Definition { get; } = new()
    {
        Name = "accounts",
        Operation = "GET accounts",
        Load = Load,
        Key = account => account.Id,
        Page = account => $"accounts/{account.Id}",
        Filters =
        [
            new("name", "Name starts with"),
            new("code", "Code starts with"),
            new("currency", "Currency"),
            new("purchaseOrderNumber", "Purchase order number"),
        ],
        Columns = Columns(),
    };

    /// <summary>The children of an account, which the page fixes.</summary>
    internal static TableDefinition<Account> Children { get; } = new()
    {
        Name = "children",
        Operation = "GET accounts/{id}/children",
        Load = query => query.Api.Client.Accounts.ListChildrenAsync(
            $"{(Guid.TryParse(query["account"], out var id) ? id : Guid.Empty)}", query.PageSize),
        Key = account => account.Id,
        Page = account => $"accounts/{account.Id}",
        Columns = Columns(),
    };

    internal static async Task<IReadOnlyList<FormField>> FieldsAsync(Api.OrganizationApi api) =>
    [
        .. FormField.NameAndCode,
        new("emailAddress", "E-mail") { IsRequired = true, MaxLength = 254 },
        new("currency", "Currency", InputKind.Choice)
        {
            Options = await AccountChoices.CurrenciesAsync(api),
            Hint = "The currency of its bills. Without one, the organization's.",
        },
        new("daysBeforeBillDue", "Days before bill due", InputKind.Whole)
        {
            Hint = "From the bill date to the due date. Without a number, the organization's.",
        },
        new("purchaseOrderNumber", "Purchase order number") { MaxLength = 200, Hint = "Copied to bills." },
        new("billEpoch", "Bill epoch", InputKind.Date) { Hint = "The date from which its bill dates are counted." },
        new("timezone", "Time zone") { MaxLength = 80, Hint = "Such as Europe/Berlin. Overrides the organization's." },
        new("statementDefinitionId", "Statement definition", InputKind.Choice)
        {
            Reference = References.StatementDefinitions,
        },
        new("autoGenerateStatementMode", "Statements on approval", InputKind.Choice)
        {
            Options = Option.Of("NONE", "JSON", "JSON_AND_CSV"),
        },
        new("creditApplicationOrder", "Credit application order", InputKind.Texts)
        {
            Hint = "PREPAYMENT, BALANCE or the other way round. Overrides the organization's.",
        },
        .. Address(
            ("addressLine1", "Address line 1"), ("addressLine2", "Address line 2"), ("addressLine3", "Address line 3"),
            ("addressLine4", "Address line 4"), ("locality", "Town"), ("region", "Region"), ("postCode", "Post code"),
            ("country", "Country")),
    ];

    private static IEnumerable<FormField> Address(params IEnumerable<(string Path, string Label)> parts) =>
        parts.Select(part => new FormField($"address.{part.Path}", part.Label) { MaxLength = 200 });

    private static PagedList<Account> Load(TableQuery query)
    {
        // The sign separates clauses, and no value needs it to be found.
        var clauses = Definition.Filters
            .Where(filter => query[filter.Name] is not null)
            .Select(filter => filter.Name + (filter.Name == "currency" ? ":" : "~")
                + query[filter.Name]!.Replace("$", "", StringComparison.Ordinal))
            .ToList();
        return clauses.Count == 0
            ? query.Api.Client.Accounts.ListAsync(query.PageSize)
            : query.Api.Client.Accounts.SearchAsync(string.Join('$', clauses), query.PageSize);
    }

    private static Columns<Account> Columns() => new Columns<Account>()
        .Text("Name", account => account.Name)
        .Code("Code", account => account.Code)
        .Text("E-mail", account => account.EmailAddress)
        .Text("Currency", account => account.Currency)
        .Reference("Parent", References.Accounts, account => account.ParentAccountId)
        .Time("Created", account => account.DtCreated)
        .Text("Purchase order number", account => account.PurchaseOrderNumber).Extra()
        .Time("Last modified", account => account.DtLastModified).Extra()
        .Code("Id", account => account.Id).Extra();
}
