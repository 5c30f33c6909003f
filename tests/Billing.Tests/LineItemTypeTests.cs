using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// The types of line items (reference 17.1, 18.1, 21 and 22): sign, order, description, and which of them draw.
/// </summary>
public sealed class LineItemTypeTests
{
    // Each product shows some of the types, so that no line affects those of another product.
    private const string Everything = """
        organization consolidate yes
        plan       least    from 2025-01-01  product Advance  minimum 60  minimum-timing advance
        price      minutes  tiered
        band       from 0   unit 1
        plan       basic    from 2025-01-01  product Base  standing 100
        plan       talk     from 2025-01-01  product Calls
        price      calls    tiered
        band       from 0   unit 0.10
        plan       gift     from 2025-01-01  product Gifts  standing 50
        price      gifts    tiered  type product-credit
        band       from 0   unit 1
        plan       cpu      from 2025-01-01  product Hours
        price      hours    tiered
        band       from 0   unit 1
        plan       team     from 2025-01-01  product Seats
        count      seats    tiered  timing arrears
        band       from 0   unit 2
        seats      seats    2025-02-01  10
        seats      seats    2025-02-15  15
        seats      seats    2025-02-22  12
        usage      minutes  2025-02-10  40
        usage      calls    2025-02-10  3000
        usage      gifts    2025-02-10  20
        usage      hours    2025-02-10  100
        commitment prepaid  from 2025-01-01  to 2026-01-01  amount 250  types USAGE  products Calls  percent 10
        commitment extra    from 2025-01-01  to 2026-01-01  amount 40   types USAGE  products Hours  separate yes
        fee        extra    on 2025-03-01  amount 1250  from 2025-03-01  to 2025-06-01
        balance    bonus    from 2025-01-01  to 2026-01-01  types STANDING_CHARGE  products Base
        credit     bonus    on 2025-01-01  amount 30
        charge     topup    amount 30   date 2025-03-01  balance bonus
        charge     setup    amount 120  date 2025-03-01
        bill       2025-03-01

        """;

    private static readonly Dictionary<string, decimal> Used = new()
    {
        ["minutes"] = 40,
        ["calls"] = 3000,
        ["gifts"] = 20,
        ["hours"] = 100,
    };

    /// <summary>Every type that is calculated: its sign and default description.</summary>
    public static TheoryData<LineItemType, int, string> Types => new()
    {
        { LineItemType.StandingCharge, 1, "Standing Charge" },
        { LineItemType.Usage, 1, "minutes" }, // name of the aggregation
        { LineItemType.UsageCredit, -1, "gifts" },
        { LineItemType.MinimumSpend, 1, "Advance Minimum Spend Adjustment" }, // name of the product
        { LineItemType.MinimumSpendRefund, -1, "Advance Minimum Spend Adjustment" },
        { LineItemType.CounterRunningTotalCharge, 1, "Counter Running Total Charge" },
        { LineItemType.CounterAdjustmentDebit, 1, "Counter Adjustment Debit" },
        { LineItemType.CounterAdjustmentCredit, -1, "Counter Adjustment Credit" },
        { LineItemType.CommitmentFee, 1, "Prepayment fee" },
        { LineItemType.CommitmentConsumed, -1, "Prepayment consumed" },
        { LineItemType.OverageSurcharge, 1, "Overage surcharge" },
        { LineItemType.OverageUsage, 1, "Overage usage" },
        { LineItemType.BalanceConsumed, -1, "Balance consumed" },
        { LineItemType.BalanceFee, 1, "topup" }, // name of the charge
        { LineItemType.AdHoc, 1, "setup" },
    };

    [Fact]
    public void Bill_WithEveryType_HasThemInOrder() => BillStory.Check(Everything + """
        line       USAGE 2025-02-01..2025-03-01 40.00                      # Advance: 40 x 1
        line       MINIMUM_SPEND 2025-03-01..2025-04-01 60.00
        line       MINIMUM_SPEND_REFUND 2025-02-01..2025-03-01 -40.00      # the usage, up to 60
        line       STANDING_CHARGE 2025-02-01..2025-03-01 100.00           # Base
        line       USAGE 2025-02-01..2025-03-01 300.00                     # Calls: 3,000 x 0.10
        line       OVERAGE_SURCHARGE 2025-02-01..2025-03-01 5.00           # (300 - 250) x 10 percent
        line       COMMITMENT_CONSUMED 2025-02-01..2025-03-01 -250.00
        line       STANDING_CHARGE 2025-02-01..2025-03-01 50.00            # Gifts
        line       USAGE_CREDIT 2025-02-01..2025-03-01 -20.00
        line       USAGE 2025-02-01..2025-03-01 40.00                      # Hours: 100 x 1, of which 40 are covered
        line       OVERAGE_USAGE 2025-02-01..2025-03-01 60.00
        line       COMMITMENT_CONSUMED 2025-02-01..2025-03-01 -40.00
        line       COUNTER_RUNNING_TOTAL_CHARGE 2025-02-01..2025-03-01 20.00
        line       COUNTER_ADJUSTMENT_DEBIT 2025-02-15..2025-03-01 5.00    # 5 x 2 x 14 / 28
        line       COUNTER_ADJUSTMENT_CREDIT 2025-02-22..2025-03-01 -1.50  # 3 x 2 x 7 / 28
        line       BALANCE_CONSUMED 2025-02-01..2025-03-01 -30.00
        line       COMMITMENT_FEE 2025-03-01..2025-06-01 1250.00
        line       BALANCE_FEE 2025-03-01..2025-03-01 30.00
        line       AD_HOC 2025-03-01..2025-03-01 120.00
        total      1698.50
        """);

    [Theory]
    [MemberData(nameof(Types))]
    public void Type_OnABill_HasItsSignAndDefaultDescription(LineItemType type, int sign, string description)
    {
        var lines = BillStory.BillOf(Everything).LineItems.Where(line => line.LineItemType == type).ToList();
        lines.ShouldNotBeEmpty();
        lines.ShouldAllBe(line => Math.Sign(line.Subtotal) == sign);
        lines[0].Description.ShouldBe(description);
    }

    [Fact]
    public void FlatLines_OfABill_HaveOneUnitAtTheirAmount()
    {
        LineItemType[] rated =
        [
            LineItemType.Usage,
            LineItemType.UsageCredit,
            LineItemType.OverageUsage,
            LineItemType.CounterRunningTotalCharge,
            LineItemType.CounterAdjustmentDebit,
            LineItemType.CounterAdjustmentCredit,
        ];
        foreach (var line in BillStory.BillOf(Everything).LineItems)
        {
            (line.UsagePerPricingBand is not null).ShouldBe(rated.Contains(line.LineItemType));
            if (line.UsagePerPricingBand is null)
                (line.Quantity, line.Units, line.Unit, line.AverageUnitPrice).ShouldBe((1m, 1m, "", line.Subtotal));
        }
    }

    [Theory]
    [InlineData(LineItemType.CommitmentFee, "Yearly fee")]
    [InlineData(LineItemType.CommitmentConsumed, "From the fund")]
    [InlineData(LineItemType.OverageSurcharge, "Above the fund")]
    [InlineData(LineItemType.OverageUsage, "Above the fund")]
    [InlineData(LineItemType.BalanceConsumed, "From the bonus")]
    [InlineData(LineItemType.CounterRunningTotalCharge, "Seats")]
    [InlineData(LineItemType.CounterAdjustmentDebit, "Seats")]
    [InlineData(LineItemType.CounterAdjustmentCredit, "Seats")]
    [InlineData(LineItemType.AdHoc, "Visit")]
    [InlineData(LineItemType.BalanceFee, "Visit")]
    public void Description_OfTheEntity_ReplacesTheDefault(LineItemType type, string description)
    {
        var input = BillStory.InputOf(Everything);
        var ledger = new AccountLedger(
            input.Terms.Commitments, input.Terms.Balances,
            [new BalanceTransaction { BalanceId = "bonus", Amount = 30, AppliedDate = At("2025-01-01") }], []);
        var bill = input.For(Described(input.Terms)).Bill(need => Used[need.Aggregation.Name], ledger).Bill;
        var lines = bill.LineItems.Where(line => line.LineItemType == type).ToList();
        lines.ShouldNotBeEmpty();
        lines.ShouldAllBe(line => line.Description == description);
    }

    [Fact]
    public void Order_OfTheTypesOfAProductAndOfThoseWithout_IsFixed()
    {
        LineItemType[] ofProduct =
        [
            LineItemType.StandingCharge,
            LineItemType.CounterRunningTotalCharge,
            LineItemType.CounterAdjustmentDebit,
            LineItemType.CounterAdjustmentCredit,
            LineItemType.Usage,
            LineItemType.OverageUsage,
            LineItemType.OverageSurcharge,
            LineItemType.UsageCredit,
            LineItemType.MinimumSpend,
            LineItemType.MinimumSpendRefund,
            LineItemType.CommitmentConsumed,
            LineItemType.BalanceConsumed,
        ];
        LineItemType[] without = [LineItemType.CommitmentFee, LineItemType.BalanceFee, LineItemType.AdHoc];
        var settings = ResolveSettings.For(TermsOf(), Organization, RunOverrides.None);
        var round = new RoundLines(Account, new ConvertAmounts(settings, Currencies));

        OrderLines.Of(ofProduct.Concat(without).Reverse()
            .Select(type => round.Once(LineOf(type, hasProduct: ofProduct.Contains(type)))))
            .Select(money => money.Line.Type).ShouldBe([.. ofProduct, .. without]);
    }

    [Theory]
    [InlineData("STANDING_CHARGE", "-100.00", "-100.00")]
    [InlineData("COUNTER_RUNNING_TOTAL_CHARGE", "-20.00", "-20.00")]
    [InlineData("COUNTER_ADJUSTMENT_DEBIT", "-5.00", "-5.00")]
    [InlineData("USAGE", "-300.00", "-300.00")]
    [InlineData("MINIMUM_SPEND", "-100.00", "-100.00")]
    [InlineData("AD_HOC", null, "-120.00")] // not on commitments
    [InlineData(null, "-525.00", "-645.00")] // all of them
    public void Type_NamedByACredit_DrawsOnIt(string? type, string? onCommitment, string onBalance)
    {
        const string Charges = """
            organization consolidate yes
            plan    basic  from 2025-01-01  standing 100  minimum 400
            price   calls  tiered
            band    from 0  unit 0.10
            usage   calls  2025-02-10  3000
            count   seats  tiered  timing arrears
            band    from 0  unit 2
            seats   seats  2025-02-01  10
            seats   seats  2025-02-15  15
            charge  setup  amount 120  date 2025-03-01
            charge  topup  amount 30   date 2025-03-01  balance b   # fees never draw
            bill    2025-03-01
            """;
        var types = type is null ? "" : $"types {type}";
        if (onCommitment is not null)
            DrawnOf($"""
                {Charges}
                commitment c  from 2025-01-01  to 2026-01-01  amount 5000  {types}
                fee        c  on 2025-03-01  amount 40  from 2025-01-01  to 2026-01-01
                """).ShouldBe(onCommitment);
        DrawnOf($"{Charges}\nbalance b  from 2025-01-01  to 2026-01-01  {types}\ncredit b on 2025-01-01 amount 5000")
            .ShouldBe(onBalance);
    }

    private static string DrawnOf(string story) => BillText.Amount(BillStory.BillOf(story).LineItems
        .Where(line => line.LineItemType is LineItemType.CommitmentConsumed or LineItemType.BalanceConsumed)
        .Sum(line => line.Subtotal));

    private static AccountTerms Described(AccountTerms terms) => terms with
    {
        Plans =
        [
            .. terms.Plans.Select(plan => plan with
            {
                CounterPricings =
                [
                    .. plan.CounterPricings.Select(one =>
                        one with { Pricing = one.Pricing with { Description = "Seats" } }),
                ],
            }),
        ],
        Commitments =
        [
            .. terms.Commitments.Select(one => one with
            {
                CommitmentFeeDescription = "Yearly fee",
                CommitmentUsageDescription = "From the fund",
                OverageDescription = "Above the fund",
            }),
        ],
        Balances = [.. terms.Balances.Select(one => one with { BalanceDrawDownDescription = "From the bonus" })],
        Charges = [.. terms.Charges.Select(one => one with { Description = "Visit" })],
    };

    private static Line LineOf(LineItemType type, bool hasProduct) => new()
    {
        Type = type,
        Source = hasProduct
            ? LineSource.Of(On("2025-01-01")) : new LineSource { Name = "one", EntityId = "one", Currency = "USD" },
        ServicePeriod = new Window(At("2025-02-01"), At("2025-03-01")),
        Amount = 1m,
        Description = type.ToString(),
        Derivation = new DatedFee(1),
    };
}
