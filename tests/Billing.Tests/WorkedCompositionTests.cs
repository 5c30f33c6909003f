using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// The worked composition: standing charge in advance, minimum spend, a commitment that ends within the usage, a
/// balance and a fee on one bill.
/// </summary>
public sealed class WorkedCompositionTests
{
    private static readonly Window February = new(At("2025-02-01"), At("2025-03-01"));

    private static readonly Window March = new(At("2025-03-01"), At("2025-04-01"));

    private static readonly Commitment Prepaid = new()
    {
        Id = "prepaid",
        AccountId = Account.Id,
        StartDate = Date("2025-01-01"),
        EndDate = Date("2026-01-01"),
        Amount = 5000,
        Currency = "USD",
        LineItemTypes = [CommitmentLineItemType.Usage, CommitmentLineItemType.MinimumSpend],
        OverageSurchargePercent = 10,
        FeeDates =
        [
            new CommitmentFee
            {
                Date = Date("2025-03-01"),
                Amount = 1250,
                ServicePeriodStartDate = At("2025-03-01"),
                ServicePeriodEndDate = At("2025-06-01"),
            },
        ],
    };

    private static readonly Balance Bonus = new()
    {
        Id = "bonus",
        Code = "bonus",
        Name = "bonus",
        AccountId = Account.Id,
        StartDate = At("2025-01-01"),
        EndDate = At("2026-01-01"),
        Currency = "USD",
    };

    [Fact]
    public void Composition_OfTheReference_HasItsSevenLines()
    {
        var settings = ResolveSettings.For(TermsOf(), Organization, RunOverrides.None);
        var amounts = new ConvertAmounts(settings, Currencies);
        var round = new RoundLines(Account, amounts);
        var terms = TermsOf() with { Commitments = [Prepaid], Balances = [Bonus] };
        var credits = new CreditTerms(
            "bill", Credit.InOrder(terms, settings, Currencies), new CreditShares(Account.Id, settings.Zone, [], []),
            At("2025-03-01"), AllowsOverdraft: false, CreditTerms.PricingsOf([]), amounts, round);
        var ledger = new AccountLedger(
            [Prepaid], [Bonus],
            [new BalanceTransaction { BalanceId = "bonus", Amount = 30, AppliedDate = At("2025-01-01") }],
            [new LedgerEntry("other", CreditKind.Commitment, "prepaid", IsRollover: false, 4750)]);
        List<Line> charges =
        [
            ChargeOf(LineItemType.StandingCharge, March, 100),
            ChargeOf(LineItemType.Usage, February, 300),
            ChargeOf(LineItemType.MinimumSpend, February, 100),
            .. ChargeFees.For(CommitmentFees.Dated(new RoutedCommitment(Prepaid, terms)).Select(dated => dated.Fee)),
        ];

        var (lines, entries) = Drawdown.Of(credits, ledger, [.. charges.Select(round.Once)]);

        OrderLines.Of(lines).Select(line => (line.Line.Type, line.Converted)).ShouldBe(
        [
            (LineItemType.StandingCharge, 100),
            (LineItemType.Usage, 300),
            (LineItemType.OverageSurcharge, 5), // 300 - 250 = 50 not covered, 10 percent
            (LineItemType.MinimumSpend, 100),
            (LineItemType.CommitmentConsumed, -250), // all that is left, usage first
            (LineItemType.BalanceConsumed, -30), // standing charge first
            (LineItemType.CommitmentFee, 1250),
        ]);
        lines.Sum(line => line.Converted).ShouldBe(1475);
        entries.Select(entry => (entry.CreditId, entry.Amount)).ShouldBe([("bonus", 30m), ("prepaid", 250m)]);
        var draws = lines.Select(line => line.Line.Derivation).OfType<CreditDraw>().SelectMany(draw => draw.Draws);
        draws.Select(draw => draw.LineId).ShouldBe(
            [ContentId.OfLine("bill", charges[1]), ContentId.OfLine("bill", charges[0])]);
    }

    [Fact]
    public void Composition_AsAConsolidatedBill_HasTheFeeOfItsOwnDateToo() => BillStory.Check("""
        organization consolidate yes
        plan       basic    from 2025-01-01  standing 100  timing advance  minimum 400
        price      calls    tiered
        band       from 0   unit 0.10
        usage      calls    2025-02-10  3000
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 5000  types USAGE,MINIMUM_SPEND  percent 10
        fee        prepaid  on 2025-03-01  amount 1250  from 2025-01-01  to 2026-01-01
        drawn      prepaid  amount 4750
        balance    bonus    from 2025-01-01  to 2026-01-01
        credit     bonus    on 2025-01-01  amount 30
        bill       2025-03-01
        line       STANDING_CHARGE 2025-03-01..2025-04-01 100.00
        line       USAGE 2025-02-01..2025-03-01 300.00
        line       OVERAGE_SURCHARGE 2025-02-01..2025-03-01 5.00
        line       MINIMUM_SPEND 2025-02-01..2025-03-01 100.00
        line       COMMITMENT_CONSUMED 2025-02-01..2025-03-01 -250.00
        line       BALANCE_CONSUMED 2025-03-01..2025-04-01 -30.00
        line       COMMITMENT_FEE 2025-01-01..2026-01-01 1250.00
        total      1475.00
        """);

    [Theory]
    [InlineData(LineItemType.MinimumSpendRefund)]
    [InlineData(LineItemType.CounterAdjustmentCredit)]
    public void DrawableAmounts_NegativeLines_ReduceTheChargesOfTheirProductInProportion(LineItemType type)
    {
        var settings = ResolveSettings.For(TermsOf(), Organization, RunOverrides.None);
        var round = new RoundLines(Account, new ConvertAmounts(settings, Currencies));
        List<Line> charges =
        [
            ChargeOf(LineItemType.StandingCharge, March, 100),
            ChargeOf(LineItemType.Usage, February, 200),
            ChargeOf(type, February, -60),
        ];

        DrawableAmounts.Of([.. charges.Select(round.Once)], new(2, RoundingMode.HalfUp)).ShouldBe([80, 160, 0]);
    }

    [Fact]
    public void Decision12_OrderOfChargesDrawn_IsByType() => Enum.GetValues<LineItemType>()
        .Where(Credit.IsDrawable).OrderBy(Credit.RankOf).ShouldBe(
        [
            LineItemType.StandingCharge,
            LineItemType.CounterRunningTotalCharge,
            LineItemType.CounterAdjustmentDebit,
            LineItemType.Usage,
            LineItemType.OverageUsage,
            LineItemType.MinimumSpend,
            LineItemType.AdHoc,
        ]);

    private static Line ChargeOf(LineItemType type, Window period, decimal amount) => new()
    {
        Type = type,
        Source = LineSource.Of(On("2025-01-01")),
        ServicePeriod = period,
        Amount = amount,
        Description = type.ToString(),
        Derivation = new DatedFee(amount),
    };
}
