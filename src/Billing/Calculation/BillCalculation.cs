using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// Calculates one bill: <see cref="Begin"/> resolves its terms once, <see cref="Needs"/> states the usage to aggregate,
/// <see cref="Charge"/> calculates the charges, and <see cref="ChargedBill.Finish"/> the bill. Pure: the same input
/// always produces the same bill, byte for byte.
/// </summary>
public sealed class BillCalculation
{
    private readonly BillInput _input;
    private readonly BillSettings _settings;
    private readonly IReadOnlyList<DuePlan> _plans;
    private readonly IReadOnlyList<DatedItem> _items;
    private readonly IReadOnlyList<PricedWindow> _priced;
    private readonly IReadOnlyList<Credit> _credits;
    private readonly IReadOnlyList<PricedWindow> _partly;
    private readonly MeasureUsage _measure;
    private readonly IReadOnlyList<LateUsage> _late;

    private BillCalculation(BillInput input)
    {
        if (input.Run.Interval < 1)
            throw new ArgumentException("Bills have an interval of 1 or more.", nameof(input));
        _input = input;
        _settings = ResolveSettings.For(input.Terms, input.Organization, input.Run.Overrides);
        if (input.Run.IsRecalculation)
            FindDuePlans.RefuseMovedBoundaries(input, _settings);    // a recalculated bill must not lose its charges
        _plans = FindDuePlans.For(input, _settings);                 // the account plans on the bill and their periods
        _items = DatedItems.On(input, _settings);                    // what has a bill date of its own
        _priced = ResolvePricings.Over(input.Terms.Account, _plans); // the pricing in effect at each time
        CheckTerms.In(input, _settings, _priced);                    // never omits terms silently
        _credits = Credit.InOrder(input.Terms, _settings, input.Currencies); // what charges can draw on
        _partly = CreditShares.Partly(_priced, _credits);            // usage for which a credit is active only partly
        _measure = new MeasureUsage(input.Terms.Account, _settings.Zone);
        _late = LateUsage.On(input);                                 // locked bills whose usage may have changed
        Needs =
        [
            .. _measure.Needs([.. _priced, .. _partly]).Concat(_late.SelectMany(late => late.Needs)).Distinct(),
        ];
    }

    /// <summary>The usage that must be aggregated for the bill, in a fixed order.</summary>
    public IReadOnlyList<UsageNeed> Needs { get; }

    /// <summary>UUID of the bill of an account in a run. Deterministic.</summary>
    public static string IdOf(string organizationId, string accountId, BillRun run) =>
        ContentId.OfBill(organizationId, accountId, run);

    /// <summary>Determines who is billed on what, and when.</summary>
    /// <exception cref="BillRefusedException">The terms are faulty.</exception>
    public static BillCalculation Begin(BillInput input) =>
        Limits.Within(input.Terms.Account, () => new BillCalculation(input));

    /// <summary>Calculates the charges from the results of all <see cref="Needs"/>.</summary>
    /// <exception cref="BillRefusedException">The bill would be incorrect; the message states why.</exception>
    /// <exception cref="ArgumentException">The result of a need is missing.</exception>
    public ChargedBill Charge(IReadOnlyList<UsageResult> usage)
    {
        var account = _input.Terms.Account;
        return Limits.Within(account, () =>
        {
            var amounts = new ConvertAmounts(_settings, _input.Currencies);   // exchange rates and decimal places
            return Limits.OfAmounts(account, () =>
            {
                // A parent's plan on the bill of a child charges only usage there.
                List<DuePlan> own = [.. _plans.Where(plan => plan.Terms.Route is not { HasFlatCharges: false })];
                var measured = _measure.For(_priced, usage);                  // quantity per priced window
                List<Line> lines =
                [
                    .. ChargeStanding.For(_plans),                            // prorated recurring amounts
                    .. new ChargeCounters(_input.Terms, _settings.Zone).For(own), // values and their changes
                    .. RateUsage.By(account, measured),                       // exact amounts
                    .. ChargeFees.For(FeesDue(amounts)),                      // what commitments cost
                    .. ChargeFees.For(DifferencesDue(amounts)),               // and what locked bills missed of it
                    .. BillCharges.For(_items, _input.Terms),                 // ad hoc and balance charges
                ];
                var round = new RoundLines(account, amounts);                 // amounts are rounded only here
                List<MoneyLine> charges = [.. lines.Select(round.Once)];
                var ids = new LineIds(_input);
                var minimums = new ChargeMinimums(ids, _input.Terms, _settings.Organization, round, amounts);
                charges.AddRange(minimums.For(own, charges));                 // compares rounded amounts
                charges = [.. SumChildren.Of(charges, ids)];                  // one line for equal lines of children
                var credits = new ApplyUsageCredits(ids, amounts);            // never below 0
                var drawn = CreditsOf(amounts, round, _measure.For(_partly, usage));
                charges = [.. credits.To(charges)];
                List<MoneyLine> late = [.. _late.SelectMany(one => one.Lines(usage, round)).Select(round.Once)];
                charges.AddRange(LimitLateCredits.Of(late, charges, amounts).ToList());
                return new ChargedBill(_input, _settings, _plans, _items, amounts, drawn, charges)
                {
                    Prices = _input.Organization.LateUsageDays > 0 ? BilledPrice.Of(_priced, _measure) : null,
                };
            });
        });
    }

    private List<DueFee> FeesDue(ConvertAmounts amounts)
    {
        var (run, terms) = (_input.Run, _input.Terms);
        var instalments =
            from routed in terms.BilledCommitments
            let cycle = CommitmentFees.CycleOf(routed, _settings)
            where cycle is not null && routed.GroupingKeyId == run.GroupingKeyId
                && (run.IsConsolidated || (cycle.Frequency, cycle.Interval) == (run.Frequency, run.Interval))
            select CommitmentFees.InstalmentOn(
                run.BillDate, routed, cycle, _settings, amounts.RoundingOf(routed.Commitment.Currency));
        return
        [
            .. instalments.OfType<DueFee>().Concat(_items.OfType<DatedCommitmentFee>().Select(item => item.Fee))
                .Where(fee => !FeeDifferences.AreBilledElsewhere(run.BillDate, terms, _settings, fee.Of)),
        ];
    }

    private IEnumerable<FeeDifference> DifferencesDue(ConvertAmounts amounts) => _input.Terms.BilledCommitments
        .Select(routed => FeeDifferences.On(
            _input.Run, _input.Terms, _settings, routed, amounts.RoundingOf(routed.Commitment.Currency)))
        .OfType<FeeDifference>();

    private CreditTerms CreditsOf(
        ConvertAmounts amounts, RoundLines round, IReadOnlyList<MeasuredUsage> measured) => new(
        ContentId.OfBill(_input.OrganizationId, _input.Terms.Account.Id, _input.Run),
        _credits,
        new CreditShares(_input.Terms.Account.Id, _settings.Zone, _partly, measured),
        LocalDay.Start(_input.Run.BillDate, _settings.Zone),
        _settings.Organization.AllowNegativeBalances is true,
        CreditTerms.PricingsOf(_plans),
        amounts,
        round);
}
