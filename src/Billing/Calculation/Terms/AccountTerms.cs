using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Pricing.Plans;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>An account and what its bills depend on. The order of lists does not matter.</summary>
/// <param name="Account">The account.</param>
/// <param name="Plans">
/// All plans attached to the account, by themselves or through a plan group, regardless of dates and frequency.
/// </param>
public sealed record AccountTerms(Account Account, IReadOnlyList<AccountPlanTerms> Plans)
{
    /// <summary>The plan groups attached to the account. Their plans are among <see cref="Plans"/>.</summary>
    public IReadOnlyList<GroupPlanTerms> GroupPlans { get; init; } = [];

    /// <summary>True when other accounts have this one as their parent.</summary>
    public bool HasChildren { get; init; }

    /// <summary>The account's counter adjustments.</summary>
    public IReadOnlyList<CounterAdjustment> CounterAdjustments { get; init; } = [];

    /// <summary>Charges of the account that are on no other bill.</summary>
    public IReadOnlyList<Charge> Charges { get; init; } = [];

    /// <summary>Commitments of the account.</summary>
    public IReadOnlyList<Commitment> Commitments { get; init; } = [];

    /// <summary>Templates of the plans at whose bill dates the fees of commitments are billed, by plan UUID.</summary>
    public IReadOnlyDictionary<string, PlanTemplate> BillingPlans { get; init; } =
        new Dictionary<string, PlanTemplate>();

    /// <summary>Balances of the account.</summary>
    public IReadOnlyList<Balance> Balances { get; init; } = [];

    /// <summary>The plan group whose own charges are on the bills of a plan; null for most plans.</summary>
    internal GroupPlanTerms? GroupLedBy(AccountPlanTerms plan) => plan.Group is null
        ? null
        : GroupPlans.FirstOrDefault(
            group => group.AccountPlan.Id == plan.AccountPlan.Id && group.LeadPlanId == plan.Plan.Id);
}
