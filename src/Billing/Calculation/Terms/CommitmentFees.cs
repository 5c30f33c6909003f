using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A commitment fee that is due on a bill.</summary>
/// <param name="Of">The commitment.</param>
/// <param name="ServicePeriod">The period that the fee covers.</param>
/// <param name="Amount">The amount, in the currency of the commitment; above 0.</param>
/// <param name="Instalment">Which instalment it is; null for a fee with its own date.</param>
internal sealed record DueFee(RoutedCommitment Of, Window ServicePeriod, decimal Amount, Instalment? Instalment)
{
    /// <summary>The commitment.</summary>
    public Commitment Commitment => Of.Commitment;
}

/// <summary>One of the instalments in which a commitment is paid.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Count">Number of instalments.</param>
/// <param name="Weight">Its weight: 1, or the share of days if a billing period is partly in the commitment.</param>
/// <param name="Weights">Sum of the weights of all instalments among which the amount is divided.</param>
/// <param name="FirstWeight">Weight of the first of those.</param>
internal sealed record Instalment(int Number, int Count, Fraction Weight, Fraction Weights, Fraction FirstWeight);

/// <summary>
/// Determines when the fees of a commitment are billed: either as instalments at the bill dates of a plan, or with
/// their own dates. <c>amountFirstBill</c>, if above 0, is the first instalment; the others are equal, except for
/// billing periods that are partly outside the commitment, which count by days. Each is rounded, and the last one has
/// the remainder.
/// </summary>
internal static class CommitmentFees
{
    /// <summary>The fees with their own dates. They need no account plan.</summary>
    public static IEnumerable<(LocalDate Date, DueFee Fee)> Dated(RoutedCommitment routed) =>
        (routed.Commitment.FeeDates ?? []).Select(fee => (fee.Date, new DueFee(
            routed, new Window(fee.ServicePeriodStartDate, fee.ServicePeriodEndDate), fee.Amount, null)));

    /// <summary>The bills of a date that have an instalment, whether or not an account plan is due.</summary>
    public static IEnumerable<DueBill> On(LocalDate date, AccountTerms terms, BillSettings settings) =>
        from routed in terms.BilledCommitments
        let cycle = CycleOf(routed, settings)
        where cycle is not null && PositionAt(date, routed.Commitment, cycle, settings) is not null
        select new DueBill(date, cycle.Frequency, cycle.Interval, OnlyIfMissing: false)
        {
            GroupingKeyId = routed.GroupingKeyId,
        };

    /// <summary>
    /// The bills with an instalment at the start and at the end of the period that contains <paramref name="today"/>.
    /// </summary>
    public static IEnumerable<DueBill> Around(LocalDate today, AccountTerms terms, BillSettings settings) =>
        from routed in terms.BilledCommitments
        let cycle = CycleOf(routed, settings)
        where cycle is not null
        let current = cycle.PeriodContaining(today)
        from date in new[] { current.Start, current.End }
        where PositionAt(date, routed.Commitment, cycle, settings) is not null
        select new DueBill(date, cycle.Frequency, cycle.Interval, OnlyIfMissing: date == current.Start)
        {
            GroupingKeyId = routed.GroupingKeyId,
        };

    /// <summary>Whether a billing cycle has any bill date on which an instalment is due.</summary>
    public static bool IsEverDue(Commitment commitment, BillingCycle cycle, BillSettings settings)
    {
        var (first, last, _) = BillsOf(commitment, cycle, settings);
        return (commitment.BillingOffset ?? 0) <= last - first;
    }

    /// <summary>The billing cycle of the instalments; null if there are none.</summary>
    public static BillingCycle? CycleOf(RoutedCommitment routed, BillSettings settings)
    {
        var (commitment, terms) = (routed.Commitment, routed.Owner);
        settings = settings with { Account = terms.Account };    // its own epoch counts
        if (commitment.BillingPlanId is not { } planId)
            return null;
        var attached = terms.Plans.Where(plan => plan.Plan.Id == planId)
            .OrderBy(plan => plan.AccountPlan.StartDate).ThenBy(plan => plan.AccountPlan.Id, StringComparer.Ordinal)
            .FirstOrDefault(plan => !new DatePeriod(commitment.StartDate, commitment.EndDate).In(settings.Zone)
                .Intersect(plan.AccountPlan.StartDate, plan.AccountPlan.EndDate).IsEmpty);
        var template = attached?.Template ?? terms.BillingPlans.GetValueOrDefault(planId);
        if (template is null)
            throw new BillRefusedException(
                $"Account {terms.Account.Code}, commitment {commitment.Id}: its billing plan {planId} was created "
                + "after the run had loaded its prices. Run the job again.");
        var (frequency, interval) = attached is null
            ? (template.BillFrequency, BillSettings.IntervalOf(template)) : settings.KindOf(attached);
        if (!BillingCycle.IsRegular(frequency))
            throw new BillRefusedException(
                $"Account {terms.Account.Code}, commitment {commitment.Id}: its billing plan {planId} has no regular "
                + "bill dates.");
        var epoch = commitment.BillEpoch
            ?? (attached is null ? default(LocalDate?) : settings.CycleOf(attached).Cycle.Epoch)
            ?? terms.Account.BillEpoch
            ?? BillingEpoch.OfFrequency(settings.Organization, frequency);
        return new BillingCycle(epoch, frequency, interval);
    }

    /// <summary>The instalment that a commitment has on a bill date; null if none, or if its amount is 0.</summary>
    public static DueFee? InstalmentOn(
        LocalDate date, RoutedCommitment routed, BillingCycle cycle, BillSettings settings, CurrencyRounding rounding)
    {
        var commitment = routed.Commitment;
        if (PositionAt(date, commitment, cycle, settings) is not { } at)
            return null;
        var (amount, weights, firstWeight) = AmountAt(at, commitment, rounding);
        return amount <= 0 ? null : new DueFee(
            routed,
            PeriodOf(at, settings),
            amount,
            new Instalment(at.Index + 1, at.Count, at.Weight, weights, firstWeight));
    }

    /// <summary>The dates of the instalments up to a date, with the periods that they cover.</summary>
    public static IEnumerable<(LocalDate Date, Window Period)> Until(
        LocalDate last, RoutedCommitment routed, BillingCycle cycle, BillSettings settings)
    {
        var bills = BillsOf(routed.Commitment, cycle, settings);
        for (var index = bills.First; index <= bills.Last && cycle.Boundary(index) <= last; index++)
        {
            if (PositionAt(cycle.Boundary(index), routed.Commitment, cycle, settings) is { } at)
                yield return (cycle.Boundary(index), PeriodOf(at, settings));
        }
    }

    /// <summary>
    /// Whether a line has the period of the instalment of a date, be it billed in advance or afterwards.
    /// </summary>
    public static bool IsInstalment(
        BillLineItem line, LocalDate date, RoutedCommitment routed, BillingCycle cycle, BillSettings settings) =>
        new[] { true, false }.Any(inAdvance => IsInstalment(line, date, routed, cycle, settings, inAdvance));

    /// <summary>
    /// Whether a line has the period of the instalment of a date only if that were billed in advance instead of
    /// afterwards, or the other way round.
    /// </summary>
    public static bool IsOppositeInstalment(
        BillLineItem line, LocalDate date, RoutedCommitment routed, BillingCycle cycle, BillSettings settings)
    {
        var inAdvance = IsInAdvance(routed.Commitment, settings);
        return IsInstalment(line, date, routed, cycle, settings, !inAdvance)
            && !IsInstalment(line, date, routed, cycle, settings, inAdvance);
    }

    private static bool IsInstalment(
        BillLineItem line, LocalDate date, RoutedCommitment routed, BillingCycle cycle, BillSettings settings,
        bool inAdvance) =>
        PositionAt(date, routed.Commitment with { CommitmentFeeBillInAdvance = inAdvance }, cycle, settings) is { } at
        && PeriodOf(at, settings) is var period
        && (period.Start, period.End) == (line.ServicePeriodStartDate, line.ServicePeriodEndDate);

    private static Window PeriodOf(Position at, BillSettings settings) =>
        new DatePeriod(at.From, LocalDate.Max(at.From, at.To)).In(settings.Zone);

    private static bool IsInAdvance(Commitment commitment, BillSettings settings) =>
        commitment.CommitmentFeeBillInAdvance ?? settings.Organization.CommitmentFeeBillInAdvance ?? false;

    private static (decimal Amount, Fraction Weights, Fraction FirstWeight) AmountAt(
        Position at, Commitment commitment, CurrencyRounding rounding)
    {
        var first = commitment.AmountFirstBill is > 0 and var given ? given : 0;
        var rest = (Fraction)commitment.Amount - (commitment.AmountPrePaid ?? 0) - first;
        var weights = at.FirstWeight + (at.Count > 1 ? at.LastWeight : 0) + Math.Max(0, at.Count - 2);
        if (first > 0 && (at.Index == 0 || at.Count == 1))
            return (((Fraction)first + (at.Count == 1 ? rest : 0)).ToDecimal(), at.FirstWeight, at.FirstWeight);
        // Without the first bill, the division starts at the second instalment.
        var (skipped, firstWeight) = first > 0 ? (1, at.Count == 2 ? at.LastWeight : 1) : (0, at.FirstWeight);
        weights = first > 0 ? weights - at.FirstWeight : weights;
        var (index, count) = (at.Index - skipped, at.Count - skipped);
        var before = index == 0
            ? Fraction.Zero
            : Share(firstWeight) + ((Fraction)(index - 1) * Share(1));
        var left = rest > before ? rest - before : Fraction.Zero;
        if (index == count - 1)
            return (left.ToDecimal(), weights, firstWeight);
        var share = Share(at.Weight);
        return ((share < left ? share : left).ToDecimal(), weights, firstWeight);

        Fraction Share(Fraction weight) => rounding.RoundPart(rest * weight / weights);
    }

    // Only the first and the last instalment can have a weight other than 1, so none needs to be enumerated.
    private static Position? PositionAt(
        LocalDate date, Commitment commitment, BillingCycle cycle, BillSettings settings)
    {
        if (!cycle.IsBoundary(date))
            return null;
        var (start, end) = (commitment.StartDate, commitment.EndDate);
        var startsIn = cycle.IndexOf(start);
        var (first, last, inAdvance) = BillsOf(commitment, cycle, settings);
        var (interval, offset) = (commitment.BillingInterval ?? 1, commitment.BillingOffset ?? 0);
        var bill = cycle.IndexOf(date) - first;
        if (bill < offset || bill > last - first || (bill - offset) % interval != 0)
            return null;
        var count = ((last - first - offset) / interval) + 1;
        var lastIndex = first + offset + ((count - 1) * interval);
        var index = (bill - offset) / interval;
        var (from, to) = inAdvance
            ? (index == 0 ? start : date, index == count - 1 ? end : cycle.Boundary(first + bill + interval))
            : (index == 0 ? start : cycle.Boundary(first + bill - interval), LocalDate.Min(date, end));
        return new Position(
            index, count, from, to, WeightAt(first + bill), WeightAt(first + offset), WeightAt(lastIndex));

        Fraction WeightAt(int boundary)
        {
            var period = inAdvance ? boundary : boundary - 1;
            var weight = ShareOf(period);
            // The first bill also covers the time before its period; only the period of the start is partial.
            return boundary == first && startsIn < period
                ? weight + ShareOf(startsIn) + (period - 1 - startsIn)
                : weight;
        }

        Fraction ShareOf(int period)
        {
            var nominal = cycle.IndexOf(LocalDate.MaxIsoValue) == period
                ? new DatePeriod(cycle.Boundary(period), LocalDate.MaxIsoValue) // the calendar ends within the period
                : cycle.PeriodAt(period);
            var days = Period.DaysBetween(
                LocalDate.Max(start, nominal.Start), LocalDate.Min(end, nominal.End));
            return Fraction.Of(Math.Max(0, days), nominal.Days);
        }
    }

    /// <summary>The first and the last boundary of the cycle on which a commitment can be billed.</summary>
    private static (int First, int Last, bool InAdvance) BillsOf(
        Commitment commitment, BillingCycle cycle, BillSettings settings)
    {
        var inAdvance = IsInAdvance(commitment, settings);
        var (start, end) = (commitment.StartDate, commitment.EndDate);
        // The epoch, boundary 0, is the date of the first bill.
        var first = Math.Max(0, cycle.IndexOf(start) + (cycle.IsBoundary(start) && inAdvance ? 0 : 1));
        // A commitment between two boundaries, or before the epoch, is billed at the next one.
        var last = Math.Max(first, (cycle.IsBoundary(end), inAdvance) switch
        {
            (true, false) => cycle.IndexOf(end),
            (false, false) => cycle.IndexOf(end) + 1,
            (true, true) => cycle.IndexOf(end) - 1,
            (false, true) => cycle.IndexOf(end),
        });
        return (first, last, inAdvance);
    }

    private sealed record Position(
        int Index, int Count, LocalDate From, LocalDate To, Fraction Weight, Fraction FirstWeight,
        Fraction LastWeight);
}
