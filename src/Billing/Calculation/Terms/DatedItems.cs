using NodaTime;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Charges;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>Something to bill on a date of its own, regardless of the periods of account plans.</summary>
/// <param name="Date">The bill date.</param>
/// <param name="GroupingKeyId">UUID of the key that puts it on a separate bill; null for none.</param>
/// <param name="BillId">UUID of the bill that it is on; null if it is on none.</param>
/// <param name="IsDateFixed">False if the date was derived from the account's bill dates, which can change.</param>
internal abstract record DatedItem(LocalDate Date, string? GroupingKeyId, string? BillId, bool IsDateFixed)
{
    /// <summary>Start of the time that it covers.</summary>
    public abstract Instant ServicePeriodStart { get; }

    /// <summary>Whether a bill contains it. An item is on one bill only, until it is released from that bill.</summary>
    public bool IsOn(string billId, LocalDate billDate) => BillId == billId
        ? Date == billDate || !IsDateFixed
        : BillId is null && Date == billDate;
}

/// <summary>A charge that is due.</summary>
internal sealed record DatedCharge(Charge Charge, LocalDate Date, string? GroupingKeyId)
    : DatedItem(Date, GroupingKeyId, Charge.BillId, Charge.BillDate is not null)
{
    public override Instant ServicePeriodStart => Charge.ServicePeriodStartDate;
}

/// <summary>A commitment fee with its own date.</summary>
internal sealed record DatedCommitmentFee(DueFee Fee, LocalDate Date, string? GroupingKeyId)
    : DatedItem(Date, GroupingKeyId, BillId: null, IsDateFixed: true)
{
    public override Instant ServicePeriodStart => Fee.ServicePeriod.Start;
}

/// <summary>
/// Lists what an account is billed on individual dates. The items of a date share a bill with the frequency
/// <c>AD_HOC</c>, or the only bill of that date if the organization consolidates bills.
/// </summary>
internal static class DatedItems
{
    /// <summary>Everything with a date of its own, whatever bill it is on.</summary>
    public static IReadOnlyList<DatedItem> Of(AccountTerms terms, BillSettings settings) =>
        [.. Charges(terms, settings), .. Fees(terms)];

    /// <summary>The items on a bill.</summary>
    public static IReadOnlyList<DatedItem> On(BillInput input, BillSettings settings)
    {
        if (BillingCycle.IsRegular(input.Run.Frequency))
            return [];
        var billId = ContentId.OfBill(input.OrganizationId, input.Terms.Account.Id, input.Run);
        return
        [
            .. Of(input.Terms, settings).Where(item =>
                item.GroupingKeyId == input.Run.GroupingKeyId && item.IsOn(billId, input.Run.BillDate)),
        ];
    }

    private static IEnumerable<DatedItem> Fees(AccountTerms terms) => terms.BilledCommitments.SelectMany(routed =>
        CommitmentFees.Dated(routed).Select(fee =>
            new DatedCommitmentFee(fee.Fee, fee.Date, routed.GroupingKeyId)));

    private static IEnumerable<DatedItem> Charges(AccountTerms terms, BillSettings settings) =>
        terms.Charges.Select(charge => new DatedCharge(
            charge,
            charge.BillDate ?? FirstBillDate(charge.ServicePeriodEndDate, terms, settings),
            terms.ContractOf(charge.ContractId)?.BillGroupingKeyId));

    /// <summary>
    /// The first bill date of any account plan at or after the end of a service period. An account without such a date
    /// is billed on the day on which the period ends.
    /// </summary>
    private static LocalDate FirstBillDate(Instant end, AccountTerms terms, BillSettings settings)
    {
        var day = LocalDay.Of(end, settings.Zone);
        if (LocalDay.Start(day, settings.Zone) < end)
            day = day.PlusDays(1);
        return terms.BilledPlans
            .Select(plan => FirstBillDate(day, plan, terms, settings))
            .Min() ?? day;
    }

    private static LocalDate? FirstBillDate(
        LocalDate day, AccountPlanTerms plan, AccountTerms terms, BillSettings settings)
    {
        if (!BillingCycle.IsRegular(settings.KindOf(plan).Frequency))
            return null;
        var periods = settings.CycleOf(plan);
        var index = Math.Max(periods.Cycle.IndexOf(day.PlusDays(-1)) + 1, periods.FirstBillInAdvance());
        // The bill of the plan's start exists only if the plan has charges in advance; the next one always does.
        return new[] { index, index + 1 }.Select(periods.Cycle.Boundary)
            .Where(date => FindDuePlans.At(plan, settings, terms, date) is not null)
            .Select(date => (LocalDate?)date)
            .FirstOrDefault();
    }
}
