using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>The difference between the fees that locked bills should have and those that they have.</summary>
/// <param name="Of">The commitment.</param>
/// <param name="ServicePeriod">From the start of the commitment to the bill date.</param>
/// <param name="Due">The fees whose dates are those of locked bills, as they are now.</param>
/// <param name="Billed">The fees on locked bills.</param>
/// <param name="Earlier">The part of a reduction that earlier bills take.</param>
/// <param name="Limit">The fees of this bill, which a reduction cannot exceed; null for a further charge.</param>
internal sealed record FeeDifference(
    RoutedCommitment Of, Window ServicePeriod, decimal Due, decimal Billed, decimal Earlier, decimal? Limit)
{
    /// <summary>The amount, in the currency of the commitment.</summary>
    public Fraction Amount => Limit is { } limit
        ? Larger(Fraction.Zero - limit, (Fraction)Due - Billed + Earlier)
        : (Fraction)Due - Billed;

    private static Fraction Larger(Fraction one, Fraction other) => one < other ? other : one;
}

/// <summary>
/// Keeps the fees of a commitment right when they change after bills were locked: if a fee was moved, raised, lowered
/// or added, the locked bills have more or less than is due on their dates. What is missing is billed on the next bill;
/// what is too much reduces the fees that are still open, the earliest first. If fees were billed by another schedule
/// before, which has other bill dates or other bills, the instalments up to then count as due if their time was billed,
/// so that all bills together have the amount of the commitment. Fees with dates of their own are compared only with
/// bills since the change, because their dates and amounts are as somebody has entered them.
/// </summary>
internal sealed class FeeDifferences
{
    /// <summary>Number of bills with fees, before a bill, that a reduction is followed through.</summary>
    private const int MaxOpen = 1_000;

    private readonly AccountTerms _terms;
    private readonly BillSettings _settings;
    private readonly RoutedCommitment _routed;
    private readonly BillingCycle? _cycle;
    private readonly Dictionary<string, StoredBill> _stored;
    private readonly IReadOnlyList<StoredBill> _lockedWithFees;
    private readonly IReadOnlyList<string> _otherIds;
    private LocalDate? _changedOn;

    private FeeDifferences(AccountTerms terms, BillSettings settings, RoutedCommitment routed)
    {
        (_terms, _settings, _routed) = (terms, settings, routed);
        _cycle = CommitmentFees.CycleOf(routed, settings);
        // Fees of a child can have been on its own bills or on those of its parent, before its mode changed.
        AccountTerms[] others = [routed.Owner, terms.Family?.Parent ?? terms];
        // They can also have been on the bills of a former parent.
        _stored = terms.StoredBills.Concat(others.SelectMany(one => one.StoredBills))
            .Concat(routed.Owner.BillsElsewhere).DistinctBy(bill => bill.Id)
            .ToDictionary(bill => bill.Id, StringComparer.Ordinal);
        _lockedWithFees =
            [.. _stored.Values.Where(bill => bill.IsLocked && bill.Lines.Any(line => IsFeeOf(routed, line)))];
        _otherIds =
        [
            .. others.Select(one => one.Account.Id).Concat(_lockedWithFees.Select(bill => bill.AccountId)).Distinct()
                .Where(id => id != terms.Account.Id),
        ];
    }

    // Up to this date, fees were billed by another schedule.
    private LocalDate ChangedOn => _changedOn ??= _lockedWithFees.Where(bill => !IsOfSchedule(bill))
        .Select(bill => bill.BillDate).DefaultIfEmpty(LocalDate.MinIsoValue).Max();

    private IEnumerable<BillLineItem> Billed => _lockedWithFees
        .Where(bill => _cycle is not null || bill.BillDate > ChangedOn)
        .SelectMany(bill => bill.Lines)
        .Where(line => IsFeeOf(_routed, line));

    // The dates of instalments for which another schedule has billed, or whose bills were locked in the meantime.
    private HashSet<LocalDate> Settled => field ??= _cycle is null || ChangedOn == LocalDate.MinIsoValue
        ? [] : [.. SettledDates(_cycle)];

    // A further charge stays on the bill that has it as long as that bill can change.
    private StoredBill? Holder => _stored.Values
        .Where(bill => !bill.IsLocked
            && bill.Lines.Any(line => IsFeeOf(_routed, line) && IsDifference(line) && line.Subtotal > 0))
        .OrderBy(bill => bill.BillDate).ThenBy(bill => bill.Id, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>The difference on a bill; null if there is none.</summary>
    public static FeeDifference? On(
        BillRun run, AccountTerms terms, BillSettings settings, RoutedCommitment routed, CurrencyRounding rounding)
    {
        var fees = new FeeDifferences(terms, settings, routed);
        return fees._stored.Count > 0 && fees.IsOn(run) ? fees.On(run.BillDate, rounding) : null;
    }

    /// <summary>
    /// Whether the fees of a date are on another locked bill: of a child or its parent, or, from before a change, of
    /// another schedule or grouping key.
    /// </summary>
    public static bool AreBilledElsewhere(
        LocalDate date, AccountTerms terms, BillSettings settings, RoutedCommitment routed)
    {
        var fees = new FeeDifferences(terms, settings, routed);
        return fees._stored.Count > 0
            && (fees.Settled.Contains(date)
                || fees._otherIds.Any(id => fees.IsLockedAt(date, id))
                || fees._lockedWithFees.Any(bill => bill.BillDate == date
                    && bill.Id != fees.IdAt(date, terms.Account.Id)
                    && bill.Lines.Any(line => IsFeeOf(routed, line) && !IsDifference(line))));
    }

    /// <summary>
    /// The bill that is due only for what is missing of fees with their own dates; null if there is none.
    /// </summary>
    public static DueBill? DueFor(AccountTerms terms, BillSettings settings, RoutedCommitment routed)
    {
        if (routed.Commitment.FeeDates is not { Count: > 0 })
            return null;
        var fees = new FeeDifferences(terms, settings, routed);
        var missing = fees.ClosedDates().Aggregate(Fraction.Zero, (sum, date) => sum + fees.DatedOn(date))
            - fees.BilledAmount();
        // A bill of another account that has it keeps it.
        return missing.Sign > 0 && !(fees.Holder is { } holder && holder.AccountId != terms.Account.Id)
            && (fees.Holder?.BillDate ?? fees.NextAfterLocked()) is { } next
            ? fees.BillAt(next) : null;
    }

    /// <summary>
    /// The fees on locked bills, by commitment UUID, that the differences on a bill were calculated from.
    /// </summary>
    public static IReadOnlyDictionary<string, decimal> LockedFees(AccountTerms terms, IEnumerable<BillLineItem> lines)
    {
        var ids = lines.Where(IsDifference).Select(line => line.CommitmentId!).Distinct().ToList();
        var locked = ids.Count == 0 ? [] : terms.Related
            .SelectMany(one => one.StoredBills.Concat(one.BillsElsewhere)).DistinctBy(bill => bill.Id)
            .Where(bill => bill.IsLocked).ToList();
        return ids.ToDictionary(id => id, id => SumOf(locked, id), StringComparer.Ordinal);
    }

    /// <summary>The sum of the fees of a commitment on bills.</summary>
    public static decimal SumOf(IEnumerable<StoredBill> bills, string commitmentId) => bills
        .SelectMany(bill => bill.Lines)
        .Where(line => line.LineItemType == LineItemType.CommitmentFee && line.CommitmentId == commitmentId)
        .Aggregate(Fraction.Zero, (sum, line) => sum + line.Subtotal).ToDecimal();

    /// <summary>
    /// The bills, of fees with their own dates, that can still change and have a fee that was moved to another date or
    /// removed. Until they are made again, the fee could be on two bills.
    /// </summary>
    public static IEnumerable<DueBill> Outdated(AccountTerms terms, BillSettings settings, RoutedCommitment routed)
    {
        if (settings.Organization.ConsolidateBills == true)
            return [];
        return
        [
            .. from bill in terms.StoredBills
               where !bill.IsLocked && bill.AccountId == terms.Account.Id
                   && bill.Lines.Any(line => IsFeeOf(routed, line) && !IsDifference(line))
                   && !HasFeesOf(routed, bill.BillDate, bill)
               let due = new DueBill(bill.BillDate, BillingFrequency.AdHoc, 1, OnlyIfMissing: false)
               {
                   GroupingKeyId = routed.GroupingKeyId,
               }
               where bill.Id == ContentId.OfBill(
                   settings.Organization.Id, terms.Account.Id, due.RunWith(settings.Overrides))
               select due,
        ];
    }

    /// <summary>Whether a line is a fee of a commitment, or a difference of its fees.</summary>
    public static bool IsFeeOf(RoutedCommitment routed, BillLineItem line) =>
        line.LineItemType == LineItemType.CommitmentFee && line.CommitmentId == routed.Commitment.Id
        && line.Currency == routed.Commitment.Currency;

    /// <summary>Whether a line is a difference of fees.</summary>
    public static bool IsDifference(BillLineItem line) =>
        line.LineItemType == LineItemType.CommitmentFee && line.Additional?.ContainsKey("billed") == true;

    /// <summary>Whether a bill has all fees of a commitment that are due on its date, and no others.</summary>
    public static bool HasFeesOf(RoutedCommitment routed, LocalDate date, StoredBill bill) =>
        (routed.Commitment.FeeDates ?? []).Where(fee => fee.Date == date).Select(fee => fee.Amount).Order()
            .SequenceEqual(bill.Lines
                .Where(line => IsFeeOf(routed, line) && !IsDifference(line))
                .Select(line => line.Subtotal).Order());

    private bool IsOn(BillRun run) => run.GroupingKeyId == _routed.GroupingKeyId
        && (run.IsConsolidated
            || (_cycle is null
                ? run.Frequency == BillingFrequency.AdHoc
                : (run.Frequency, run.Interval) == (_cycle.Frequency, _cycle.Interval)));

    private FeeDifference? On(LocalDate date, CurrencyRounding rounding)
    {
        if (IsLockedAt(date) || Settled.Contains(date))
            return null;
        var due = ClosedDates().Concat(Settled)
            .Aggregate(Fraction.Zero, (sum, closed) => sum + FeesOn(closed, rounding));
        var billed = BilledAmount();
        var period = new DatePeriod(
            _routed.Commitment.StartDate, LocalDate.Max(_routed.Commitment.StartDate, date)).In(_settings.Zone);
        if (due == billed)
            return null;
        if (due > billed)
            return (Holder is { } holder ? holder.Id == IdAt(date, _terms.Account.Id) : NextAfterLocked() == date)
                ? new FeeDifference(_routed, period, due.ToDecimal(), billed.ToDecimal(), 0, null)
                : null;
        var own = FeesOn(date, rounding);
        if (own.Sign <= 0)
            return null;
        var before = Fraction.Zero;
        foreach (var open in OpenBefore(date))
        {
            before += FeesOn(open, rounding);
            if (before >= billed - due)
                return null;
        }
        return new FeeDifference(
            _routed, period, due.ToDecimal(), billed.ToDecimal(), before.ToDecimal(), own.ToDecimal());
    }

    private Fraction BilledAmount() => Billed.Aggregate(Fraction.Zero, (sum, line) => sum + line.Subtotal);

    private Fraction FeesOn(LocalDate date, CurrencyRounding rounding) => _cycle is null
        ? DatedOn(date)
        : CommitmentFees.InstalmentOn(date, _routed, _cycle, _settings, rounding)?.Amount ?? 0;

    private Fraction DatedOn(LocalDate date) => (_routed.Commitment.FeeDates ?? [])
        .Where(fee => fee.Date == date)
        .Aggregate(Fraction.Zero, (sum, fee) => sum + fee.Amount);

    private IEnumerable<LocalDate> SettledDates(BillingCycle cycle)
    {
        var billed = BilledPeriods();
        return CommitmentFees.Until(ChangedOn, _routed, cycle, _settings)
            .Where(one => IsLockedAt(one.Date)
                || billed.Any(period => !period.Intersect(one.Period.Start, one.Period.End).IsEmpty))
            .Select(one => one.Date);
    }

    /// <summary>The times for which fees were billed, without overlap. They reach at least to the bill date.</summary>
    private List<Window> BilledPeriods()
    {
        var billed = new List<Window>();
        var fees =
            from bill in _lockedWithFees
            from line in bill.Lines
            where IsFeeOf(_routed, line) && !IsDifference(line)
            let start = line.ServicePeriodStartDate ?? Instant.MaxValue
            let end = Instant.Max(line.ServicePeriodEndDate ?? start, LocalDay.Start(bill.BillDate, _settings.Zone))
            where start < end
            orderby start
            select new Window(start, end);
        foreach (var period in fees)
        {
            if (billed.Count > 0 && period.Start <= billed[^1].End)
                billed[^1] = billed[^1] with { End = Instant.Max(billed[^1].End, period.End) };
            else
                billed.Add(period);
        }
        return billed;
    }

    private bool IsOfSchedule(StoredBill bill) => IsOfCycle(bill)
        && (_cycle is null || !bill.Lines.Any(line => IsFeeOf(_routed, line) && !IsDifference(line)
            && CommitmentFees.IsOppositeInstalment(line, bill.BillDate, _routed, _cycle, _settings)));

    // The id of a bill has its frequency, interval and grouping key. Consolidated bills of all cycles have the same, so
    // there the periods of the fees tell the cycle.
    private bool IsOfCycle(StoredBill bill) => bill.Id == IdAt(bill.BillDate, bill.AccountId)
        && (_cycle is null || (_cycle.IsBoundary(bill.BillDate)
            && (_settings.Organization.ConsolidateBills != true || bill.Lines.All(line =>
                !IsFeeOf(_routed, line) || IsDifference(line)
                || CommitmentFees.IsInstalment(line, bill.BillDate, _routed, _cycle, _settings)))));

    /// <summary>The dates of locked bills on which a fee is due.</summary>
    private IEnumerable<LocalDate> ClosedDates() =>
        (_cycle is null ? (_routed.Commitment.FeeDates ?? []).Select(fee => fee.Date)
            : _stored.Values.Select(bill => bill.BillDate))
        .Distinct().Where(date => date > ChangedOn && IsLockedAt(date));

    private LocalDate? LastLocked()
    {
        var dates = ClosedDates().Concat(_lockedWithFees.Select(bill => bill.BillDate)).ToList();
        return dates.Count == 0 ? null : dates.Max();
    }

    /// <summary>The date of the first bill after the locked ones; null if there is none in the calendar.</summary>
    private LocalDate? NextAfterLocked()
    {
        if (LastLocked() is not { } last)
            return null;
        if (_terms.LockedUntil is { } until && until > last)
            last = until;
        if (_cycle is null)
        {
            var further = (_routed.Commitment.FeeDates ?? []).Select(fee => fee.Date)
                .Where(date => date > last && !IsLockedAt(date)).ToList();
            if (further.Count > 0)
                return further.Min();
        }
        // No more than one bill of each date is stored, so this ends.
        var next = NextDate(last);
        while (next is { } date && IsLockedAt(date))
            next = NextDate(date);
        return next;
    }

    private LocalDate? NextDate(LocalDate after) => _cycle is not null
        ? _cycle.Boundary(_cycle.IndexOf(after) + 1)
        : after < LocalDate.MaxIsoValue ? after.PlusDays(1) : null;

    /// <summary>The earlier dates with a bill that can still change, or that is to come.</summary>
    private IEnumerable<LocalDate> OpenBefore(LocalDate date)
    {
        var last = LastLocked() ?? LocalDate.MinIsoValue;
        var existing = _stored.Values
            .Where(bill => !bill.IsLocked && bill.BillDate < date && bill.BillDate <= last
                && IdAt(bill.BillDate, _terms.Account.Id) == bill.Id)
            .Select(bill => bill.BillDate);
        var toCome = _cycle is null
            ? (_routed.Commitment.FeeDates ?? []).Select(fee => fee.Date).Where(fee => fee > last && fee < date)
                .Distinct()
            : BoundariesBetween(_cycle, last, date);
        return existing.Concat(toCome.Where(open => !IsLockedAt(open) && !(open <= _terms.LockedUntil)))
            .Where(open => !Settled.Contains(open)).Take(MaxOpen);
    }

    private static IEnumerable<LocalDate> BoundariesBetween(BillingCycle cycle, LocalDate after, LocalDate before)
    {
        for (var index = cycle.IndexOf(after) + 1; cycle.Boundary(index) < before; index++)
            yield return cycle.Boundary(index);
    }

    private bool IsLockedAt(LocalDate date) => _otherIds.Append(_terms.Account.Id).Any(id => IsLockedAt(date, id));

    private bool IsLockedAt(LocalDate date, string accountId) => _stored.Count > 0
        && _stored.GetValueOrDefault(IdAt(date, accountId)) is { IsLocked: true };

    private string IdAt(LocalDate date, string accountId) => ContentId.OfBill(
        _settings.Organization.Id, accountId, BillAt(date).RunWith(_settings.Overrides));

    private DueBill BillAt(LocalDate date) => new(
        date, _cycle?.Frequency ?? BillingFrequency.AdHoc, _cycle?.Interval ?? 1, OnlyIfMissing: false)
    {
        GroupingKeyId = _routed.GroupingKeyId,
        IsConsolidated = _settings.Organization.ConsolidateBills == true,
    };
}
