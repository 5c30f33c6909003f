using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>How an account plan of a hierarchy is billed on one bill.</summary>
/// <param name="Owner">The account that the plan is attached to.</param>
/// <param name="Users">The accounts whose usage is rated as one block; the owner first, then by code.</param>
internal sealed record PlanRoute(Account Owner, IReadOnlyList<PlanUser> Users)
{
    /// <summary>How the usage of the block appears on the bill.</summary>
    public BlockLines Lines { get; init; }

    /// <summary>The child whose plan is on the bill of its parent; otherwise null.</summary>
    public Account? Child { get; init; }

    /// <summary>True if equal lines of several children are added up to one line.</summary>
    public bool IsSummed { get; init; }

    /// <summary>
    /// The dates of locked bills of the child that the plan was on; its parent is not billed for them.
    /// </summary>
    public IReadOnlyList<LocalDate> BilledDates { get; init; } = [];

    /// <summary>False if only usage is charged: other charges of a parent's plan are on the parent's bill.</summary>
    public bool HasFlatCharges { get; init; } = true;
}

/// <summary>An account whose usage a plan rates.</summary>
/// <param name="Account">The account.</param>
/// <param name="OwnPlans">
/// Its own plans of the same product. While one of them is active, it takes the account's usage.
/// </param>
internal sealed record PlanUser(Account Account, IReadOnlyList<AccountPlanTerms> OwnPlans)
{
    /// <summary>The times for which its usage is on locked bills of its own, from before it had a parent.</summary>
    public IReadOnlyList<Window> Billed { get; init; } = [];

    /// <summary>
    /// The parts of a window in which neither a plan of its own nor a locked bill takes the account's usage.
    /// </summary>
    public IEnumerable<Window> WindowsIn(Window window, DateTimeZone zone)
    {
        var from = window.Start;
        foreach (var own in OwnPlans.Select(plan => plan.ActiveIn(zone)).Concat(Billed)
            .Where(own => !window.Intersect(own.Start, own.End).IsEmpty)
            .OrderBy(own => own.Start))
        {
            if (from < own.Start)
                yield return new Window(from, own.Start);
            from = Instant.Max(from, own.End);
        }
        if (from < window.End)
            yield return new Window(from, window.End);
    }
}

/// <summary>How usage that is rated as one block appears on a bill.</summary>
internal enum BlockLines
{
    /// <summary>As one line.</summary>
    Together,

    /// <summary>As one line per account, in proportion to its units.</summary>
    PerAccount,

    /// <summary>As the line of the billed account; those of the other accounts are on their own bills.</summary>
    BilledAccountOnly,
}

/// <summary>
/// Determines which account plans of a hierarchy are on which bill. A plan of the parent also rates the usage of those
/// children that have no plan of their own for the product. <c>childBillingMode</c> of the account plan determines the
/// bill; the default is <c>PARENT_BREAKDOWN</c>.
/// </summary>
internal static class RoutePlans
{
    /// <summary>The account plans that can be on bills of the account.</summary>
    public static IReadOnlyList<AccountPlanTerms> OnBillsOf(AccountTerms terms)
    {
        if (terms.Family is not { } family)
            return terms.Plans;
        return terms.Account.Id == family.Parent.Account.Id
            ? [
                .. family.Parent.Plans.Select(plan => plan with { Route = OfParent(plan, family) }),
                .. family.Children.SelectMany(child => child.Plans.Where(plan => ModeOf(plan) != ChildBillingMode.Child)
                    .Select(plan => plan with { Route = OnParentsBill(plan, child) })),
            ]
            : [
                .. terms.Plans.Where(plan => ModeOf(plan) == ChildBillingMode.Child)
                    .Select(plan => plan with { Route = Alone(terms.Account) }),
                .. family.Parent.Plans.Where(plan => ModeOf(plan) == ChildBillingMode.Child)
                    .Select(plan => plan with { Route = OfParent(plan, family) with { HasFlatCharges = false } }),
            ];
    }

    private static ChildBillingMode ModeOf(AccountPlanTerms terms) =>
        terms.AccountPlan.ChildBillingMode ?? ChildBillingMode.ParentBreakdown;

    private static PlanRoute Alone(Account owner) => new(owner, [new PlanUser(owner, [])]);

    private static PlanRoute OnParentsBill(AccountPlanTerms plan, AccountTerms child) =>
        Alone(child.Account) with
        {
            Child = child.Account,
            IsSummed = ModeOf(plan) == ChildBillingMode.ParentSummary,
            BilledDates =
            [
                .. child.StoredBills.Where(bill => bill.IsLocked && OwnLines(bill).Any(line =>
                    plan.Group is null ? line.PlanId == plan.Plan.Id : line.PlanGroupId == plan.Group.Id))
                    .Select(bill => bill.BillDate),
            ],
        };

    private static IEnumerable<BillLineItem> OwnLines(StoredBill bill) =>
        bill.Lines.Where(line => line.ChildAccountId is null);

    private static IEnumerable<Window> UsageBilled(AccountTerms child, string productId) => child.StoredBills
        .Where(bill => bill.IsLocked)
        .SelectMany(OwnLines)
        .Where(line => line.LineItemType is LineItemType.Usage or LineItemType.OverageUsage
            && line.ProductId == productId && line.ServicePeriodStartDate < line.ServicePeriodEndDate)
        .Select(line => new Window(line.ServicePeriodStartDate!.Value, line.ServicePeriodEndDate!.Value))
        .Distinct();

    private static PlanRoute OfParent(AccountPlanTerms plan, FamilyTerms family) => new(
        family.Parent.Account,
        [
            new PlanUser(family.Parent.Account, []),
            .. family.Children.OrderBy(child => child.Account.Code, StringComparer.Ordinal)
                .ThenBy(child => child.Account.Id, StringComparer.Ordinal)
                .Select(child => new PlanUser(
                    child.Account, [.. child.Plans.Where(own => own.Product.Id == plan.Product.Id)])
                {
                    Billed = ModeOf(plan) == ChildBillingMode.Child
                        ? [] : [.. UsageBilled(child, plan.Product.Id)],
                }),
        ])
    {
        Lines = ModeOf(plan) switch
        {
            ChildBillingMode.ParentSummary => BlockLines.Together,
            ChildBillingMode.ParentBreakdown => BlockLines.PerAccount,
            ChildBillingMode.Child => BlockLines.BilledAccountOnly,
        },
    };
}
