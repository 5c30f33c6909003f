using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Present;

/// <summary>Last stage: adds the dates and the total to the finished lines.</summary>
internal static class AssembleBill
{
    /// <summary>Assembles the bill. The total is the sum of the rounded amounts and is not rounded again.</summary>
    public static CalculatedBill From(
        BillInput input,
        BillSettings settings,
        IReadOnlyList<DuePlan> plans,
        IReadOnlyList<DatedItem> items,
        ConvertAmounts amounts,
        IReadOnlyList<BillLineItem> lines,
        BillDerivation derivation)
    {
        var arrears = ArrearsOf(input.Run, settings, plans, items);
        var (frequency, interval) = FrequencyOf(input.Run, settings, plans);
        var instants = arrears.In(settings.Zone);
        return new CalculatedBill
        {
            Id = ContentId.OfBill(input.OrganizationId, input.Terms.Account.Id, input.Run),
            AccountId = input.Terms.Account.Id,
            AccountCode = input.Terms.Account.Code,
            StartDate = arrears.Start,
            EndDate = arrears.End,
            StartDateTimeUtc = instants.Start,
            EndDateTimeUtc = instants.End,
            BillDate = input.Run.BillDate,
            DueDate = settings.Overrides.DueDate ?? input.Run.BillDate.PlusDays(settings.DaysBeforeBillDue),
            ExternalInvoiceDate = settings.Overrides.ExternalInvoiceDate
                ?? InvoiceDateOf(input.Run.BillDate, settings.Organization.ExternalInvoiceDate),
            BillingFrequency = frequency,
            BillFrequencyInterval = interval,
            IsConsolidated = input.Run.IsConsolidated,
            GroupingKeyId = input.Run.GroupingKeyId,
            Timezone = settings.Organization.Timezone,
            Currency = settings.Currency,
            CurrencyConversions = amounts.Used(lines.Select(line => line.Currency)),
            PurchaseOrderNumber = PurchaseOrderOf(input.Terms, lines),
            Cycles = plans.ToDictionary(plan => plan.Terms.Key, plan => CycleOf(plan, settings)),
            LineItems = lines,
            LockedFees = FeeDifferences.LockedFees(input.Terms, lines),
            Derivation = derivation,
            BillTotal = TotalOf(lines),
            IsSuppressed = lines.Count == 0 && settings.Organization.SuppressedEmptyBills == true,
        };
    }

    private static StoredCycle CycleOf(DuePlan plan, BillSettings settings)
    {
        var cycle = settings.CycleOf(plan.Terms).Cycle;
        return new StoredCycle(cycle.Epoch, cycle.Frequency, cycle.Interval);
    }

    /// <summary>
    /// The period billed in arrears. It starts at the earliest start of the account plans' periods that end on the bill
    /// date. If no account plan is due any more, it is one billing period counted back from the bill date. A bill of
    /// items with dates of their own starts with the earliest of their service periods.
    /// </summary>
    private static DatePeriod ArrearsOf(
        BillRun run, BillSettings settings, IReadOnlyList<DuePlan> plans, IReadOnlyList<DatedItem> items)
    {
        if (plans.Count > 0)
            return new DatePeriod(plans.Min(plan => plan.ArrearsStart), run.BillDate);
        if (BillingCycle.IsRegular(run.Frequency))
            return new BillingCycle(run.BillDate, run.Frequency, run.Interval).PeriodEndingAt(run.BillDate);
        var first = items.Select(item => LocalDay.Of(item.ServicePeriodStart, settings.Zone))
            .Append(run.BillDate).Min();
        return new DatePeriod(first, run.BillDate);
    }

    /// <summary>
    /// A consolidated bill has the frequency of its account plans if they have the same, <c>MIXED</c> if they differ,
    /// and <c>AD_HOC</c> without account plans.
    /// </summary>
    private static (BillingFrequency Frequency, int Interval) FrequencyOf(
        BillRun run, BillSettings settings, IReadOnlyList<DuePlan> plans) => run.IsConsolidated
        ? plans.Select(plan => settings.KindOf(plan.Terms)).Distinct().ToList() switch
        {
            [] => (BillingFrequency.AdHoc, 1),
            [var only] => only,
            _ => (BillingFrequency.Mixed, 1),
        }
        : (run.Frequency, run.Interval);

    /// <summary>The number of the contract that all lines belong to, otherwise of the account.</summary>
    private static string? PurchaseOrderOf(AccountTerms terms, IReadOnlyList<BillLineItem> lines) =>
        lines.Select(line => line.ContractId).Distinct().ToList() is [{ } only]
            ? terms.ContractOf(only)?.PurchaseOrderNumber ?? terms.Account.PurchaseOrderNumber
            : terms.Account.PurchaseOrderNumber;

    private static LocalDate InvoiceDateOf(LocalDate billDate, InvoiceDate? rule) =>
        (rule ?? InvoiceDate.FirstDayOfNextPeriod) switch
        {
            InvoiceDate.FirstDayOfNextPeriod => billDate,
            InvoiceDate.LastDayOfArrears => billDate.PlusDays(-1),
        };

    /// <summary>Exact, because currencies have at most 5 decimal places.</summary>
    private static decimal TotalOf(IReadOnlyList<BillLineItem> lines)
    {
        var total = lines.Aggregate(Fraction.Zero, (sum, line) => sum + line.ConvertedSubtotal);
        return total.Round(5, RoundingMode.Unnecessary);
    }
}
