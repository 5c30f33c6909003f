using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Bills;

/// <summary>
/// The definition of bills. Bill jobs calculate them; people approve, lock and delete them and add memos.
/// </summary>
public static class BillResource
{
    private const string LineItemTypes = "line_item_types";

    /// <summary>The definition.</summary>
    public static ResourceDefinition<Bill> Definition { get; } = new("Bill", "bills", () => BillingJson.Format.Bill)
    {
        EventName = "billing.bill",
        PolicyNames = ["billing:bill", "config:bill"],
        IsInternal = true,
        IndexedBy =
        [
            new("status", bill => JsonFormat.Name(bill.Status)) { HasFewValues = true },
            new("locked", bill => bill.Locked ? "true" : "false") { HasFewValues = true },
            new("bill_date", bill => InstantText.Write(bill.BillDate)) { HasFewValues = true },
            new("end_date", bill => InstantText.Write(bill.EndDate)) { HasFewValues = true },
            new("external_invoice_date", bill => bill.ExternalInvoiceDate is { } date ? InstantText.Write(date) : null),
            new("bill_job_id", bill => bill.BillJobId),
            new("billing_frequency", bill => JsonFormat.Name(bill.BillingFrequency)) { HasFewValues = true },
        ],
        SearchedBy =
        [
            new("start_date", bill => InstantText.Write(bill.StartDate)),
            new("due_date", bill => InstantText.Write(bill.DueDate)),
            new("created_by", bill => bill.CreatedBy),
            new("last_modified_by", bill => bill.LastModifiedBy),
            new("dt_created", bill => bill.DtCreated is { } created ? InstantText.Sortable(created) : null),
            new(LineItemTypes, bill => Entries.Write(
                [.. (bill.LineItems ?? []).Select(line => JsonFormat.Name(line.LineItemType)).Distinct().Order()])),
        ],
        Search = new Dictionary<string, string>
        {
            ["accountId"] = "account_id",
            ["locked"] = "locked",
            ["billDate"] = "bill_date",
            ["startDate"] = "start_date",
            ["endDate"] = "end_date",
            ["dueDate"] = "due_date",
            ["billingFrequency"] = "billing_frequency",
            ["id"] = "id",
            ["ids"] = "id",
            ["createdBy"] = "created_by",
            ["dtCreated"] = "dt_created",
            ["lastModifiedBy"] = "last_modified_by",
        },
        Parts =
        [
            new("CreditLineItem", "bill_id"), new("DebitLineItem", "bill_id"), new("FormerBill", "bill_id"),
        ],
        Filters =
        [
            ListFilter.One("accountId", "account_id", "Only bills of this account."),
            new ListFilter.Part("locked",
                "Whether to include locked bills. Default: true.", new BooleanShape()),
            new ListFilter.ByColumn("status", "Only bills with this status.", FilterKind.One, "status")
            {
                Shape = new TextShape(Choices: ["PENDING", "APPROVED"]) { ChoicesName = nameof(BillStatus) },
            },
            ListFilter.One("billDate", "bill_date", "Only bills with this bill date."),
            Bound("billDateStart", "Only bills with a bill date on or after this date."),
            Bound("billDateEnd", "Only bills with a bill date before this date."),
            Bound("externalInvoiceDateStart", "Only bills with an invoice date on or after this date."),
            Bound("externalInvoiceDateEnd", "Only bills with an invoice date before this date."),
            ListFilter.One("billJobId", "bill_job_id", "Only bills last calculated by this job."),
            ListFilter.One("billingFrequency", "billing_frequency", "Only bills with this billing frequency."),
            new ListFilter.Custom((parameters, _) => ValueTask.FromResult<Condition?>(Within(parameters))),
        ],
        Refers = [new("accountId", "Account", bill => bill.AccountId)],
    };

    /// <summary>Selects the bills that have a line of a type.</summary>
    public static Condition HasLineItem(string type) => Condition.Has(LineItemTypes, type);

    private static ListFilter Bound(string parameter, string description) =>
        new ListFilter.Part(parameter, description, new TextShape());

    private static Condition Within(ListParameters parameters) => Condition.And(
        parameters.Flag("locked") is false ? Condition.Equal("locked", "false") : Condition.And(),
        parameters.Dated("billDateStart", "bill_date", Comparison.GreaterOrEqual),
        parameters.Dated("billDateEnd", "bill_date", Comparison.Less),
        parameters.Dated("externalInvoiceDateStart", "external_invoice_date", Comparison.GreaterOrEqual),
        parameters.Dated("externalInvoiceDateEnd", "external_invoice_date", Comparison.Less));
}
