using NodaTime;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>Determines which bills are due for an account.</summary>
public static class DueBills
{
    /// <summary>
    /// The bills dated <paramref name="billDate"/>. An account plan is billed if the date is a boundary of its periods
    /// and it was active in the period that ends or has an advance charge for the next one. What has a date of its own
    /// is billed on that date. Empty if nothing is due.
    /// </summary>
    /// <exception cref="BillRefusedException">The account has terms that cannot be billed.</exception>
    public static IReadOnlyList<DueBill> On(
        LocalDate billDate,
        OrganizationConfig organization,
        AccountTerms terms,
        RunOverrides overrides) => Limits.Within(terms.Account, IReadOnlyList<DueBill> () =>
    {
        var settings = ResolveSettings.For(terms, organization, overrides);
        CheckTerms.WithoutBillDates(settings, terms, billDate);
        return InOrder(
        [
            .. terms.BilledPlans.Where(plan => FindDuePlans.At(plan, settings, terms, billDate) is not null)
                .Select(plan => DueOn(billDate, plan, settings, onlyIfMissing: false)),
            .. CommitmentFees.On(billDate, terms, settings).Select(bill => Consolidated(bill, settings)),
            .. DatedOn(billDate, billDate, terms, settings, includeBilled: true),
            .. MissingFees(billDate, billDate, terms, settings),
        ]);
    });

    /// <summary>
    /// The bills of a run without a bill date. For each account plan: the bill at the end of the period that contains
    /// <paramref name="today"/>, and the latest bill dated today or earlier, which is created only if it does not
    /// exist.
    /// </summary>
    /// <exception cref="BillRefusedException">The account has terms that cannot be billed.</exception>
    public static IReadOnlyList<DueBill> Around(
        LocalDate today,
        OrganizationConfig organization,
        AccountTerms terms,
        RunOverrides overrides) => Limits.Within(terms.Account, IReadOnlyList<DueBill> () =>
    {
        var settings = ResolveSettings.For(terms, organization, overrides);
        CheckTerms.WithoutBillDates(settings, terms, today);
        return InOrder(
        [
            .. terms.BilledPlans
                .Where(plan => BillingCycle.IsRegular(plan.Template.BillFrequency))
                .SelectMany(plan => Around(today, plan, terms, settings)),
            .. CommitmentFees.Around(today, terms, settings).Select(bill => Consolidated(bill, settings)),
            .. DatedOn(
                today.PlusDays(-CheckTerms.DaysLookedBack), today, terms, settings, includeBilled: false),
            .. MissingFees(today.PlusDays(-CheckTerms.DaysLookedBack), today, terms, settings),
        ]);
    });

    /// <summary>
    /// The existing bills, of whichever date, that can still change and have a fee with its own date which was moved to
    /// another one or removed.
    /// </summary>
    /// <exception cref="BillRefusedException">The account has terms that cannot be billed.</exception>
    public static IReadOnlyList<DueBill> Outdated(
        OrganizationConfig organization, AccountTerms terms, RunOverrides overrides) =>
        Limits.Within(terms.Account, IReadOnlyList<DueBill> () =>
        {
            var settings = ResolveSettings.For(terms, organization, overrides);
            return InOrder(terms.BilledCommitments
                .SelectMany(routed => FeeDifferences.Outdated(terms, settings, routed)));
        });

    private static IEnumerable<DueBill> Around(
        LocalDate today, AccountPlanTerms plan, AccountTerms terms, BillSettings settings)
    {
        var current = settings.CycleOf(plan).Cycle.PeriodContaining(today);
        if (FindDuePlans.At(plan, settings, terms, current.Start) is not null)
            yield return DueOn(current.Start, plan, settings, onlyIfMissing: true);
        if (FindDuePlans.At(plan, settings, terms, current.End) is not null)
            yield return DueOn(current.End, plan, settings, onlyIfMissing: false);
    }

    private static DueBill DueOn(LocalDate date, AccountPlanTerms terms, BillSettings settings, bool onlyIfMissing)
    {
        var (frequency, interval) = settings.KindOf(terms);
        return Consolidated(
            new DueBill(date, frequency, interval, onlyIfMissing) { GroupingKeyId = terms.GroupingKeyId }, settings);
    }

    /// <summary>
    /// The bills of items that are due between the first and the last date, inclusive. An item on another bill stays
    /// there.
    /// </summary>
    private static IEnumerable<DueBill> DatedOn(
        LocalDate first, LocalDate last, AccountTerms terms, BillSettings settings, bool includeBilled) =>
        from item in DatedItems.Of(terms, settings)
        where first <= item.Date && item.Date <= last
        let bill = Consolidated(
            new DueBill(
                item.Date, BillingFrequency.AdHoc, 1,
                OnlyIfMissing: !includeBilled && item is DatedCommitmentFee fee && !IsMissing(fee, terms, settings))
            {
                GroupingKeyId = item.GroupingKeyId,
            },
            settings)
        where item.BillId is null || (includeBilled && item.BillId == ContentId.OfBill(
            settings.Organization.Id, terms.Account.Id, bill.RunWith(settings.Overrides)))
        select bill;

    // A fee does not know its bill. A bill that can still change is made again if its fees are not those of its date.
    private static bool IsMissing(DatedCommitmentFee item, AccountTerms terms, BillSettings settings)
    {
        var id = ContentId.OfBill(
            settings.Organization.Id, terms.Account.Id,
            Consolidated(
                new DueBill(item.Date, BillingFrequency.AdHoc, 1, OnlyIfMissing: false)
                {
                    GroupingKeyId = item.GroupingKeyId,
                },
                settings).RunWith(settings.Overrides));
        return terms.StoredBills.FirstOrDefault(bill => bill.Id == id && !bill.IsLocked) is { } stored
            && !FeeDifferences.HasFeesOf(item.Fee.Of, item.Date, stored);
    }

    /// <summary>The bills that are due only because locked bills lack fees with their own dates.</summary>
    private static IEnumerable<DueBill> MissingFees(
        LocalDate first, LocalDate last, AccountTerms terms, BillSettings settings) => terms.BilledCommitments
        .Select(routed => FeeDifferences.DueFor(terms, settings, routed))
        .OfType<DueBill>()
        .Where(bill => first <= bill.BillDate && bill.BillDate <= last);

    private static DueBill Consolidated(DueBill bill, BillSettings settings) =>
        bill with { IsConsolidated = settings.Organization.ConsolidateBills == true };

    private static IReadOnlyList<DueBill> InOrder(IEnumerable<DueBill> bills) =>
    [
        .. bills.Distinct()
            .OrderBy(bill => bill.BillDate)
            .ThenBy(bill => bill.Frequency)
            .ThenBy(bill => bill.Interval)
            .ThenBy(bill => bill.GroupingKeyId, StringComparer.Ordinal),
    ];
}

/// <summary>A bill that is due for an account.</summary>
/// <param name="BillDate">The bill date.</param>
/// <param name="Frequency">
/// How often bills are created. For a consolidated bill, the frequency of some of its charges: such a bill is listed
/// for each of its frequencies.
/// </param>
/// <param name="Interval">Length of the period in units of the frequency.</param>
/// <param name="OnlyIfMissing">True to create the bill only if it does not exist yet.</param>
public sealed record DueBill(LocalDate BillDate, BillingFrequency Frequency, int Interval, bool OnlyIfMissing)
{
    /// <summary>UUID of the bill grouping key; null for none.</summary>
    public string? GroupingKeyId { get; init; }

    /// <summary>True if everything that is due on the date is on the bill.</summary>
    public bool IsConsolidated { get; init; }

    /// <summary>The run that creates the bill.</summary>
    public BillRun RunWith(RunOverrides overrides) => new()
    {
        BillDate = BillDate,
        Frequency = IsConsolidated ? BillingFrequency.Mixed : Frequency,
        Interval = IsConsolidated ? 1 : Interval,
        GroupingKeyId = GroupingKeyId,
        Overrides = overrides,
    };
}
