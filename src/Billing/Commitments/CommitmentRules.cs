using Tallystick.Billing.Calendar;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.Ledger;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;
using Tallystick.Resources.Definitions;

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
        await ContractResource.CheckMemberAsync(commitment.ContractId, commitment.AccountId, related, issues);
    }

    // Bills have drawn this much from it, so they would exceed a smaller amount.
    private static async ValueTask CheckDrawnAsync(
        Commitment commitment, Commitment? current, IResourceReader related, Issues issues)
    {
        if (current is null)
            return;
        if (current.AmountSpent > commitment.Amount)
            issues.Add("range", "amount", FormattableString.Invariant(
                $"must be at least {current.AmountSpent}, the amount that bills have drawn (amountSpent)"));
        if (current.Currency != commitment.Currency && await BillLedger.IsDrawnAsync(current.Id, related))
            issues.Add("immutable", "currency", "cannot be changed once bills have drawn from the commitment");
    }
}
