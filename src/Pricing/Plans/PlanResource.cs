using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Plans;

/// <summary>What is special about plans.</summary>
public static class PlanResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Plan> Definition { get; } = new("Plan", "plans", () => PricingJson.Format.Plan)
    {
        UniqueBy = [new("code", plan => plan.Code)],
        IndexedBy = [new("product_id", plan => plan.ProductId)],
        Filters =
        [
            ListFilter.One("productId", "product_id", "Only plans of this product."),
            ListFilter.Many("accountId", "account_id", "Only plans made for these accounts."),
        ],
        Refers =
        [
            new("planTemplateId", "PlanTemplate", plan => plan.PlanTemplateId) { Opposes = OpposeTemplate },
            new("accountId", "Account", plan => plan.AccountId),
            new("minimumSpendAccountingProductId", "Product", plan => plan.MinimumSpendAccountingProductId),
            new("standingChargeAccountingProductId", "Product", plan => plan.StandingChargeAccountingProductId),
        ],
        Complete = async (plan, _, related) =>
            plan with { ProductId = (await related.FindAsync<PlanTemplate>(plan.PlanTemplateId))?.ProductId },
        CheckAgainst = CheckAgainstAsync,
    };

    private static IEnumerable<Issue> OpposeTemplate(Plan plan, TargetChange change)
    {
        if (((PlanTemplate)change.Proposed).ProductId != plan.ProductId)
            yield return new Issue(
                "immutable", "productId", $"cannot change while the plan template has plans, such as '{plan.Code}'");
    }

    private static ValueTask CheckAgainstAsync(Plan plan, Plan? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.AccountId != plan.AccountId)
            issues.Add("immutable", "accountId", "cannot change; make a new plan");
        // Prices and the plans of an account are checked per product, so a plan stays with its product.
        if (current is not null && current.ProductId != plan.ProductId && plan.ProductId is not null)
            issues.Add("immutable", "planTemplateId", "must stay with a plan template of the same product");
        return ValueTask.CompletedTask;
    }
}
