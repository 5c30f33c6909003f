using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.Picklists;

/// <summary>The picklists of an organization.</summary>
internal static class AllPicklists
{
    private static readonly FormField Archived = new("archived", "Archived", InputKind.Switch)
    {
        Hint = "Not offered for new entities. Those that use it keep it.",
    };

    internal static Picklist<Currency> Currencies { get; } = new(
        "Currencies", "currency", "currencies", "picklists/currency",
        "Currencies of prices and bills, and how their amounts are rounded.")
    {
        Table = Table<Currency>(
            "currencies", "picklists/currency",
            query => query.Api.Client.Currencies.ListAsync(query.PageSize), one => one.Id,
            new Columns<Currency>()
            .Text("Name", one => one.Name).Code("Code", one => one.Code)
            .Quantity("Decimal places", one => one.MaxDecimalPlaces)
            .Text("Rounding", one => Figures.Words.Of(one.RoundingMode?.Value))
            .Text("Counts", one => one.CountsUnits == true ? "Units of usage" : "Money")
            .Text("Archived", one => YesNo(one.Archived)).Time("Created", one => one.DtCreated).Extra()),
        Fields =
        [
            .. FormField.NameAndCode,
            new("maxDecimalPlaces", "Decimal places", InputKind.Whole) { Default = "2", Hint = "0 to 5." },
            new("roundingMode", "Rounding", InputKind.Choice)
            {
                Default = "HALF_UP",
                Options = Option.Of(
                    "UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN", "UNNECESSARY"),
            },
            new("countsUnits", "Counts units of usage instead of money", InputKind.Switch)
            {
                Hint = "A balance in it grants free units of aggregations whose unit is its code.",
            },
            Archived,
        ],
        GetAsync = (api, id) => api.Client.Currencies.GetAsync(id, api.Cancelled),
        CreateAsync = (api, one) => api.Client.Currencies.CreateAsync(one, api.Cancelled),
        UpdateAsync = (api, one) => api.Client.Currencies.UpdateAsync(one, api.Cancelled),
        DeleteAsync = (api, id) => api.Client.Currencies.DeleteAsync(id, api.Cancelled),
    };

    internal static Picklist<CreditReason> CreditReasons { get; } = new(
        "Credit reasons", "credit reason", "credit-reasons", "picklists/creditreasons",
        "Why a bill is credited. Chosen for each credit line item.")
    {
        Table = Table<CreditReason>(
            "credit-reasons", "picklists/creditreasons",
            query => query.Api.Client.CreditReasons.ListAsync(query.PageSize), one => one.Id,
            new Columns<CreditReason>()
            .Text("Name", one => one.Name).Code("Code", one => one.Code)
            .Text("Archived", one => YesNo(one.Archived)).Time("Created", one => one.DtCreated).Extra()),
        Fields = [.. FormField.NameAndCode, Archived],
        GetAsync = (api, id) => api.Client.CreditReasons.GetAsync(id, api.Cancelled),
        CreateAsync = (api, one) => api.Client.CreditReasons.CreateAsync(one, api.Cancelled),
        UpdateAsync = (api, one) => api.Client.CreditReasons.UpdateAsync(one, api.Cancelled),
        DeleteAsync = (api, id) => api.Client.CreditReasons.DeleteAsync(id, api.Cancelled),
    };

    internal static Picklist<DebitReason> DebitReasons { get; } = new(
        "Debit reasons", "debit reason", "debit-reasons", "picklists/debitreasons",
        "Why a bill is debited. Chosen for each debit line item.")
    {
        Table = Table<DebitReason>(
            "debit-reasons", "picklists/debitreasons",
            query => query.Api.Client.DebitReasons.ListAsync(query.PageSize), one => one.Id,
            new Columns<DebitReason>()
            .Text("Name", one => one.Name).Code("Code", one => one.Code)
            .Text("Archived", one => YesNo(one.Archived)).Time("Created", one => one.DtCreated).Extra()),
        Fields = [.. FormField.NameAndCode, Archived],
        GetAsync = (api, id) => api.Client.DebitReasons.GetAsync(id, api.Cancelled),
        CreateAsync = (api, one) => api.Client.DebitReasons.CreateAsync(one, api.Cancelled),
        UpdateAsync = (api, one) => api.Client.DebitReasons.UpdateAsync(one, api.Cancelled),
        DeleteAsync = (api, id) => api.Client.DebitReasons.DeleteAsync(id, api.Cancelled),
    };

    internal static Picklist<TransactionType> TransactionTypes { get; } = new(
        "Transaction types", "transaction type", "transaction-types", "picklists/transactiontypes",
        "What a transaction of a balance is, such as a purchase or a gift.")
    {
        Table = Table<TransactionType>(
            "transaction-types", "picklists/transactiontypes",
            query => query.Api.Client.TransactionTypes.ListAsync(query.PageSize), one => one.Id,
            new Columns<TransactionType>()
            .Text("Name", one => one.Name).Code("Code", one => one.Code)
            .Text("Archived", one => YesNo(one.Archived)).Time("Created", one => one.DtCreated).Extra()),
        Fields = [.. FormField.NameAndCode, Archived],
        GetAsync = (api, id) => api.Client.TransactionTypes.GetAsync(id, api.Cancelled),
        CreateAsync = (api, one) => api.Client.TransactionTypes.CreateAsync(one, api.Cancelled),
        UpdateAsync = (api, one) => api.Client.TransactionTypes.UpdateAsync(one, api.Cancelled),
        DeleteAsync = (api, id) => api.Client.TransactionTypes.DeleteAsync(id, api.Cancelled),
    };

    internal static Picklist<BillGroupingKey> BillGroupingKeys { get; } = new(
        "Bill grouping keys", "bill grouping key", "bill-grouping-keys", "picklists/billgroupingkeys",
        "Contracts that use a key have their charges on a bill of their own.")
    {
        Table = Table<BillGroupingKey>(
            "bill-grouping-keys", "picklists/billgroupingkeys",
            query => query.Api.Client.BillGroupingKeys.ListAsync(query.PageSize), one => one.Id,
            new Columns<BillGroupingKey>()
            .Text("Name", one => one.Name).Code("Code", one => one.Code)
            .Text("Exclusive", one => YesNo(one.Exclusive))
            .Text("Archived", one => YesNo(one.Archived)).Time("Created", one => one.DtCreated).Extra()),
        Fields =
        [
            .. FormField.NameAndCode,
            new("exclusive", "Exclusive", InputKind.Switch)
            {
                Hint = "Only one contract can use the key. Otherwise, several contracts share a bill.",
            },
            Archived,
        ],
        GetAsync = (api, id) => api.Client.BillGroupingKeys.GetAsync(id, api.Cancelled),
        CreateAsync = (api, one) => api.Client.BillGroupingKeys.CreateAsync(one, api.Cancelled),
        UpdateAsync = (api, one) => api.Client.BillGroupingKeys.UpdateAsync(one, api.Cancelled),
        DeleteAsync = (api, id) => api.Client.BillGroupingKeys.DeleteAsync(id, api.Cancelled),
    };

    private static readonly Picklist[] All =
        [Currencies, CreditReasons, DebitReasons, TransactionTypes, BillGroupingKeys];

    /// <summary>The picklist of an address such as <c>/org/…/settings/credit-reasons/new</c>.</summary>
    internal static Picklist Of(string address) => All.First(list => address.Split('/').Contains(list.Path));

    private static TableDefinition<T> Table<T>(
        string path, string resource, Func<TableQuery, PagedList<T>> load, Func<T, string> key, Columns<T> columns) =>
        new()
        {
            Name = path,
            Operation = $"GET {resource}",
            Load = load,
            Key = key,
            Page = one => $"settings/{path}/{key(one)}",
            Columns = columns,
        };

    private static string YesNo(bool? value) => value == true ? "Yes" : "No";
}
