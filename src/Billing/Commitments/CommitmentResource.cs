using Tallystick.Billing.Ledger;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Commitments;

/// <summary>The definition of commitments.</summary>
public static class CommitmentResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Commitment> Definition { get; } =
        new("Commitment", "commitments", () => BillingJson.Format.Commitment)
        {
            Tag = "Commitments",
            IndexedBy =
            [
                new("start_date", commitment => InstantText.Write(commitment.StartDate)),
                new("end_date", commitment => InstantText.Write(commitment.EndDate)),
            ],
            SearchedBy =
            [
                new("created_by", commitment => commitment.CreatedBy),
                new("last_modified_by", commitment => commitment.LastModifiedBy),
                new("dt_created", commitment =>
                    commitment.DtCreated is { } created ? InstantText.Sortable(created) : null),
            ],
            Filters =
            [
                ListFilter.One("accountId", "account_id", "Only commitments of this account."),
                new ListFilter.Part("productId", "Only commitments restricted to this product.", new TextShape()),
                new ListFilter.Part("date", "Only commitments active on this date.", new TextShape()),
                new ListFilter.Part("endDateStart", "Only commitments that end on or after this date.",
                    new TextShape()),
                new ListFilter.Part("endDateEnd", "Only commitments that end before this date.", new TextShape()),
                new ListFilter.ByColumn(
                    "contractId", "Only commitments of this contract.", FilterKind.One, "contract_id")
                {
                    Shape = new TextShape(Maximum: 36),
                },
                new ListFilter.Custom((parameters, _) => ValueTask.FromResult<Condition?>(Condition.And(
                    parameters.Text("productId") is { } product
                        ? Condition.Has("product_ids", product) : Condition.And(),
                    parameters.Dated("date", "start_date", Comparison.LessOrEqual),
                    parameters.Dated("date", "end_date", Comparison.Greater),
                    parameters.Dated("endDateStart", "end_date", Comparison.GreaterOrEqual),
                    parameters.Dated("endDateEnd", "end_date", Comparison.Less)))),
            ],
            Search = new Dictionary<string, string>
            {
                ["startDate"] = "start_date",
                ["endDate"] = "end_date",
                ["contractId"] = "contract_id",
                ["accountId"] = "account_id",
                ["productId"] = "product_ids",
                ["productIds"] = "product_ids",
                ["id"] = "id",
                ["ids"] = "id",
                ["createdBy"] = "created_by",
                ["dtCreated"] = "dt_created",
                ["lastModifiedBy"] = "last_modified_by",
            },
            Refers =
            [
                new("accountId", "Account", commitment => commitment.AccountId),
                new("billingPlanId", "Plan", commitment => commitment.BillingPlanId),
                new("currency", "Currency", commitment => commitment.Currency, "code"),
                new("contractId", "Contract", commitment => commitment.ContractId),
                new("accountingProductId", "Product", commitment => commitment.AccountingProductId),
                new("feesAccountingProductId", "Product", commitment => commitment.FeesAccountingProductId),
                new("drawdownsAccountingProductId", "Product", commitment => commitment.DrawdownsAccountingProductId),
                Reference<Commitment>.Many("productIds", "Product", commitment => commitment.ProductIds),
            ],
            Complete = (commitment, current, _) => ValueTask.FromResult(commitment with
            {
                // Clients send an unused reference as an empty string.
                BillingPlanId = string.IsNullOrEmpty(commitment.BillingPlanId) ? null : commitment.BillingPlanId,
                AmountSpent = current?.AmountSpent ?? 0,
            }),
            Check = CommitmentRules.Check,
            CheckAgainst = CommitmentRules.CheckAgainstAsync,
            CheckDelete = BillLedger.CheckUndrawnAsync,
        };
}
