using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
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

    /// <summary>The hierarchy that the account belongs to; null for an account without parent and children.</summary>
    public FamilyTerms? Family { get; init; }

    /// <summary>The account's contracts.</summary>
    public IReadOnlyList<Contract> Contracts { get; init; } = [];

    /// <summary>The account's counter adjustments.</summary>
    public IReadOnlyList<CounterAdjustment> CounterAdjustments { get; init; } = [];

    /// <summary>Charges of the account, including those that are on a bill.</summary>
    public IReadOnlyList<Charge> Charges { get; init; } = [];

    /// <summary>Commitments of the account.</summary>
    public IReadOnlyList<Commitment> Commitments { get; init; } = [];

    /// <summary>Templates of the plans at whose bill dates the fees of commitments are billed, by plan UUID.</summary>
    public IReadOnlyDictionary<string, PlanTemplate> BillingPlans { get; init; } =
        new Dictionary<string, PlanTemplate>();

    /// <summary>Balances of the account.</summary>
    public IReadOnlyList<Balance> Balances { get; init; } = [];

    /// <summary>
    /// The existing bills of the account, if its bills depend on them: for the fees of commitments, and of children.
    /// </summary>
    public IReadOnlyList<StoredBill> StoredBills { get; init; } = [];

    /// <summary>
    /// Bills of accounts outside of the hierarchy, such as a former parent, that have fees of the account's
    /// commitments.
    /// </summary>
    public IReadOnlyList<StoredBill> BillsElsewhere { get; init; } = [];

    /// <summary>The lock date of bills; null if there is none.</summary>
    public LocalDate? LockedUntil { get; init; }

    /// <summary>The account, or all accounts of its hierarchy.</summary>
    internal IEnumerable<AccountTerms> Related => Family is { } family ? [family.Parent, .. family.Children] : [this];

    /// <summary>
    /// The account plans that can be on bills of the account: its own, and in a hierarchy those of its parent or
    /// children, depending on their <c>childBillingMode</c>.
    /// </summary>
    internal IReadOnlyList<AccountPlanTerms> BilledPlans => RoutePlans.OnBillsOf(this);

    /// <summary>The terms of the account that a plan is attached to, which can be the parent or a child.</summary>
    internal AccountTerms OwnerOf(AccountPlanTerms plan) =>
        plan.Route is not { } route || route.Owner.Id == Account.Id
            ? this
            : Family!.Children.Append(Family.Parent).First(member => member.Account.Id == route.Owner.Id);

    /// <summary>A contract of the account; null if there is none.</summary>
    internal Contract? ContractOf(string? id) => Contracts.FirstOrDefault(contract => contract.Id == id);

    /// <summary>
    /// The commitments that can be on bills of the account: its own, and in a hierarchy those of its children,
    /// depending on their <c>childBillingMode</c>.
    /// </summary>
    internal IReadOnlyList<RoutedCommitment> BilledCommitments => RouteCommitments.OnBillsOf(this);

    /// <summary>
    /// The accounts whose commitments bills of the account draw on, or drew on before a <c>childBillingMode</c>
    /// changed.
    /// </summary>
    internal IEnumerable<AccountTerms> CommitmentOwners =>
        Family is { } family && family.Parent.Account.Id == Account.Id ? [this, .. family.Children] : [this];

    /// <summary>The plan group whose own charges are on the bills of a plan; null for most plans.</summary>
    internal GroupPlanTerms? GroupLedBy(AccountPlanTerms plan) => plan.Group is null
        ? null
        : GroupPlans.FirstOrDefault(
            group => group.AccountPlan.Id == plan.AccountPlan.Id && group.LeadPlanId == plan.Plan.Id);
}
