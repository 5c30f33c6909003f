using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.Ledger;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Products;
using Tallystick.Pricing.Plans;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Commitments;

/// <summary>Rules of commitments beyond their shape.</summary>
internal static class CommitmentRules
{
    internal static void Check(Commitment commitment, Issues issues)
    {
        if (commitment.EndDate <= commitment.StartDate)
            issues.Add("order", "endDate", "must be after startDate");
        if (commitment.AmountPrePaid > commitment.Amount)
            issues.Add("range", "amountPrePaid", "must not be more than amount");
        else if (commitment.AmountFirstBill is { } first
            && (Fraction)first > (Fraction)commitment.Amount - (commitment.AmountPrePaid ?? 0))
            issues.Add("range", "amountFirstBill", "must not be more than amount minus amountPrePaid");
        if (commitment.SeparateOverageUsage is true && commitment.OverageSurchargePercent is not (null or 0))
            issues.Add("not_allowed", "separateOverageUsage", "is allowed only if overageSurchargePercent is 0 or "
                + "omitted");
        if (commitment.OverageSurchargePercent < -100)
            issues.Add("range", "overageSurchargePercent", "must be at least -100, a discount of the whole price");
        if (commitment.LineItemTypes is { } types && types.Distinct().Count() < types.Count)
            issues.Add("duplicate", "lineItemTypes", "must not contain duplicates");
        if (commitment.ProductIds is { } products && products.Distinct().Count() < products.Count)
            issues.Add("duplicate", "productIds", "must not contain duplicates");
        CheckFees(commitment, issues);
    }

    // Fees are billed either with a plan or on dates; otherwise they would be billed twice.
    private static void CheckFees(Commitment commitment, Issues issues)
    {
        if (commitment.FeeDates is not { Count: > 0 } fees)
            return;
        if (commitment.BillingPlanId is not null)
            issues.Add("not_allowed", "feeDates", "are allowed only without billingPlanId");
        foreach (var (index, fee) in fees.Index())
        {
            if (fee.ServicePeriodEndDate < fee.ServicePeriodStartDate)
                issues.Add("order", $"feeDates[{index}].servicePeriodEndDate",
                    "must not be before servicePeriodStartDate");
        }
    }

    internal static async ValueTask CheckAgainstAsync(
        Commitment commitment, Commitment? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.AccountId != commitment.AccountId)
            issues.Add("immutable", "accountId", "cannot be changed; create a new commitment");
        if (await related.FindAsync<Plan>(commitment.BillingPlanId) is { AccountId: { } owner }
            && owner != commitment.AccountId)
            issues.Add("other_account", "billingPlanId", "is a custom plan of another account");
        await CheckDrawnAsync(commitment, current, related, issues);
        if (commitment.BillingPlanId is { } planId && await related.FindAsync<Plan>(planId) is { } plan
            && await related.FindAsync<PlanTemplate>(plan.PlanTemplateId) is { } template
            && !BillingCycle.IsRegular(template.BillFrequency))
            issues.Add("frequency", "billingPlanId", "must be a plan with a regular billFrequency");
        await CheckDueAsync(commitment, current, related, issues);
        await ContractResource.CheckMemberAsync(commitment.ContractId, commitment.AccountId, related, issues);
    }

    // With a billingOffset beyond the last bill of the commitment, its fees would never be billed.
    private static async ValueTask CheckDueAsync(
        Commitment commitment, Commitment? current, IResourceReader related, Issues issues)
    {
        if (!issues.IsEmpty || commitment.BillingOffset is not > 0 || IsSameSchedule(commitment, current)
            || await related.FindAsync<Plan>(commitment.BillingPlanId) is not { } plan
            || await related.FindAsync<PlanTemplate>(plan.PlanTemplateId) is not { } template
            || await related.FindAsync<Product>(template.ProductId) is not { } product
            || await related.FindAsync<Account>(commitment.AccountId) is not { } account)
            return;
        var groups = (await related.ListAsync<PlanGroupLink>(Condition.Equal("plan_id", plan.Id)))
            .Select(link => link.PlanGroupId).ToHashSet(StringComparer.Ordinal);
        var terms = new AccountTerms(
            account,
            [
                .. (await related.ListAsync<AccountPlan>(Condition.Equal("account_id", account.Id)))
                    .Where(one => one.PlanId == plan.Id || groups.Contains(one.PlanGroupId ?? ""))
                    .Select(one => new AccountPlanTerms(one, plan, template, product, [])),
            ])
        {
            BillingPlans = new Dictionary<string, PlanTemplate> { [plan.Id] = template },
        };
        try
        {
            var settings = ResolveSettings.For(
                terms, (await related.ListAsync<OrganizationConfig>(Condition.And())).Single(), RunOverrides.None);
            if (CommitmentFees.CycleOf(new RoutedCommitment(commitment, terms), settings) is { } cycle
                && !CommitmentFees.IsEverDue(commitment, cycle, settings))
                issues.Add(
                    "range", "billingOffset",
                    "must be less than the number of bills of the billing plan in the time of the commitment, "
                    + "otherwise its fees are never billed");
        }
        catch (Exception fault) when (fault is BillRefusedException or OverflowException or ArgumentOutOfRangeException)
        {
            issues.Add("range", "billingPlanId", "has no bill dates in the time of the commitment");
        }
    }

    private static bool IsSameSchedule(Commitment commitment, Commitment? current) => current is not null
        && (current.BillingPlanId, current.BillingOffset, current.BillingInterval, current.BillEpoch)
            == (commitment.BillingPlanId, commitment.BillingOffset, commitment.BillingInterval, commitment.BillEpoch)
        && (current.StartDate, current.EndDate, current.CommitmentFeeBillInAdvance)
            == (commitment.StartDate, commitment.EndDate, commitment.CommitmentFeeBillInAdvance);

    // Bills have drawn this much from it, so they would exceed a smaller amount.
    private static async ValueTask CheckDrawnAsync(
        Commitment commitment, Commitment? current, IResourceReader related, Issues issues)
    {
        if (current is null)
            return;
        if (current.AmountSpent > commitment.Amount)
            issues.Add("range", "amount", FormattableString.Invariant(
                $"must be at least {current.AmountSpent}, the amount that bills have drawn (amountSpent)"));
        if (current.Currency == commitment.Currency)
            return;
        if (await BillLedger.IsDrawnAsync(current.Id, related))
            issues.Add("immutable", "currency", "cannot be changed once bills have drawn from the commitment");
        else if (await HasLockedFeesAsync(current, related))
            issues.Add("immutable", "currency", "cannot be changed once locked bills have fees of the commitment");
    }

    // The fees of a child can be on the bills of its parent.
    private static async ValueTask<bool> HasLockedFeesAsync(Commitment commitment, IResourceReader related)
    {
        var account = await related.FindAsync<Account>(commitment.AccountId);
        var config = (await related.ListAsync<BillConfig>(Condition.And(), limit: 1)).FirstOrDefault();
        string[] accountIds =
            account?.ParentAccountId is { } parent ? [commitment.AccountId, parent] : [commitment.AccountId];
        var bills = await related.ListAsync<Bill>(Condition.And(
            new Condition.In("account_id", accountIds),
            BillResource.HasLineItem(JsonFormat.Name(LineItemType.CommitmentFee))));
        return bills.Any(bill => BillStates.IsLocked(bill, config) && (bill.LineItems ?? []).Any(line =>
            line.LineItemType == LineItemType.CommitmentFee && line.CommitmentId == commitment.Id));
    }
}
