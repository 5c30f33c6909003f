using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>When the fees of a commitment are billed, and how they are divided.</summary>
public sealed class CommitmentFeeTests
{
    [Fact]
    public void Decision11_EqualInstalments_HaveTheRemainderOnTheLast()
    {
        foreach (var (billDate, line) in new[]
        {
            ("2025-02-01", "2025-01-01..2025-02-01 33.33"),
            ("2025-03-01", "2025-02-01..2025-03-01 33.33"),
            ("2025-04-01", "2025-03-01..2025-04-01 33.34"),
        })
            ShouldBill("from 2025-01-01  to 2025-04-01  amount 100", billDate, line);
        ShouldBill("from 2025-01-01  to 2025-04-01  amount 100", "2025-05-01", null);
    }

    [Theory]
    [InlineData("2025-01-01", "2025-01-01..2025-02-01 1000.00")]
    [InlineData("2025-12-01", "2025-12-01..2026-01-01 1000.00")]
    [InlineData("2026-01-01", null)]
    public void Instalments_InAdvance_AreOnTheBillsAtTheStartOfTheirPeriods(string billDate, string? line) =>
        ShouldBill("from 2025-01-01  to 2026-01-01  amount 12000  timing advance", billDate, line);

    [Theory]
    [InlineData("2025-01-01", null)]
    [InlineData("2025-02-01", "2025-01-01..2025-02-01 1000.00")]
    [InlineData("2026-01-01", "2025-12-01..2026-01-01 1000.00")]
    public void Instalments_InArrears_AreOnTheBillsAtTheEndOfTheirPeriods(string billDate, string? line) =>
        ShouldBill("from 2025-01-01  to 2026-01-01  amount 12000", billDate, line);

    [Theory]
    [InlineData("2025-02-01", "2025-01-01..2025-02-01 500.00")] // amountFirstBill
    [InlineData("2025-03-01", "2025-02-01..2025-03-01 100.00")] // (2000 - 400 paid - 500 first) / 11
    [InlineData("2026-01-01", "2025-12-01..2026-01-01 100.00")]
    public void Instalments_WithPrePaidAndFirstBill_DivideTheRest(string billDate, string line) => ShouldBill(
        "from 2025-01-01  to 2026-01-01  amount 2000  paid 400  first 500", billDate, line);

    [Theory]
    [InlineData("2025-02-01", null)] // the first bill, before the offset
    [InlineData("2025-03-01", "2025-01-01..2025-03-01 3000.00")]
    [InlineData("2025-04-01", null)]
    [InlineData("2025-06-01", "2025-03-01..2025-06-01 3000.00")]
    [InlineData("2025-12-01", "2025-09-01..2025-12-01 3000.00")]
    public void Instalments_EveryThirdBillFromTheSecond_AreFour(string billDate, string? line) =>
        ShouldBill("from 2025-01-01  to 2026-01-01  amount 12000  every 3  offset 1", billDate, line);

    [Theory]
    [InlineData("2025-02-01", "2025-01-16..2025-02-01 160.00")] // 16 of 31 days: weight 16/31 of 3 1/31
    [InlineData("2025-03-01", "2025-02-01..2025-03-01 310.00")]
    [InlineData("2025-04-01", "2025-03-01..2025-04-01 310.00")]
    [InlineData("2025-05-01", "2025-04-01..2025-04-16 155.00")] // 15 of 30 days, on the bill after the end
    public void Decision11_PartialPeriods_CountByDays(string billDate, string line) =>
        ShouldBill("from 2025-01-16  to 2025-04-16  amount 935", billDate, line);

    [Theory]
    [InlineData("2025-02-01", "2025-01-16..2025-03-01 470.00")] // 16/31 before the first bill, and February
    [InlineData("2025-03-01", "2025-03-01..2025-04-01 310.00")]
    [InlineData("2025-04-01", "2025-04-01..2025-04-16 155.00")]
    public void Decision11_PartialPeriodsInAdvance_CountByDays(string billDate, string line) =>
        ShouldBill("from 2025-01-16  to 2025-04-16  amount 935  timing advance", billDate, line);

    [Fact]
    public void Instalment_OfACommitmentBetweenTwoBillDates_IsBilledAtTheNext()
    {
        ShouldBill(
            "from 2025-01-10  to 2025-01-20  amount 50  timing advance", "2025-02-01", "2025-01-10..2025-01-20 50.00");
        ShouldBill("from 2025-01-10  to 2025-01-20  amount 50", "2025-02-01", "2025-01-10..2025-01-20 50.00");
    }

    [Theory]
    [InlineData("", "2025-02-01", "2025-01-01..2025-02-01")]
    [InlineData("timing advance", "2025-01-01", "2025-01-01..2025-02-01")]
    public void Instalments_OfACommitmentToTheEndOfTheCalendar_AreBilled(string timing, string billDate, string period)
    {
        // December 9999 is the last of 95,700 months.
        var commitment = $"from 2025-01-01  to 9999-12-31  amount 957000  {timing}";
        ShouldBill(commitment, billDate, $"{period} 10.00");
        ShouldBill(commitment, "2025-01-10", null);
    }

    [Theory]
    [InlineData("", "2025-01-15", null)]
    [InlineData("", "2025-02-15", "2025-01-01..2025-02-15 450.00")] // 14 of 31 days, and a month: 45/31 of 4 14/31
    [InlineData("", "2025-03-15", "2025-02-15..2025-03-15 310.00")]
    [InlineData("", "2025-05-15", "2025-04-15..2025-05-15 310.00")]
    [InlineData("timing advance", "2025-01-15", null)]
    [InlineData("timing advance", "2025-02-15", "2025-01-01..2025-03-15 760.00")]
    [InlineData("timing advance", "2025-03-15", "2025-03-15..2025-04-15 310.00")]
    [InlineData("timing advance", "2025-05-15", null)]
    public void Instalments_EpochAfterTheStart_BeginAtTheEpochWithAllTheTimeBefore(
        string timing, string billDate, string? line) => BillStory.Check($"""
        account    epoch 2025-02-15
        plan       basic  from 2025-01-01
        commitment prepaid  plan basic  from 2025-01-01  to 2025-05-15  amount 1380  {timing}
        bill       {billDate}
        {(line is null ? "" : "line COMMITMENT_FEE " + line)}
        total      {(line is null ? "0.00" : line.Split(' ')[1])}
        """);

    [Theory]
    [InlineData("")]
    [InlineData("timing advance")]
    public void Instalment_OfACommitmentBeforeTheEpoch_IsBilledAtTheEpoch(string timing) => BillStory.Check($"""
        account    epoch 2025-06-15
        plan       basic  from 2025-01-01
        commitment prepaid  plan basic  from 2025-01-01  to 2025-04-01  amount 90  {timing}
        bill       2025-03-15
        total      0.00
        bill       2025-06-15
        line       COMMITMENT_FEE 2025-01-01..2025-04-01 90.00
        total      90.00
        bill       2025-07-15
        total      0.00
        """);

    [Fact]
    public void Instalments_RoundedUp_NeverExceedTheAmount()
    {
        var amounts = Enumerable.Range(2, 11).Select(month => BillStory.BillOf($"""
            currency USD  mode UP
            plan     basic  from 2025-01-01
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 0.05  plan basic
            bill     2025-{month:00}-01
            """).BillTotal).ToList();
        amounts.ShouldBe([0.01m, 0.01m, 0.01m, 0.01m, 0.01m, 0, 0, 0, 0, 0, 0]);
    }

    [Fact]
    public void Fee_FullyPrepaidOrWithoutPlanAndDates_IsNotBilled()
    {
        ShouldBill("from 2025-01-01  to 2026-01-01  amount 100  paid 100", "2025-02-01", null);
        BillStory.BillOf("""
            plan  basic  from 2025-01-01
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 100
            bill  2025-02-01
            """).LineItems.ShouldBeEmpty();
    }

    [Fact]
    public void DueBills_InstalmentWithoutADuePlan_HasItsBill()
    {
        var terms = TermsOf(On("2025-01-01")) with
        {
            Commitments =
            [
                new()
                {
                    Id = "prepaid",
                    AccountId = Account.Id,
                    StartDate = Date("2025-01-01"),
                    EndDate = Date("2026-01-01"),
                    Currency = "USD",
                    Amount = 1200,
                    BillingPlanId = "plan-1",
                    CommitmentFeeBillInAdvance = true,
                },
            ],
        };
        DueBills.On(Date("2025-01-01"), Organization, terms, RunOverrides.None).Count.ShouldBe(1);
        DueBills.On(Date("2025-01-02"), Organization, terms, RunOverrides.None).ShouldBeEmpty();
        DueBills.Around(Date("2025-01-15"), Organization, terms, RunOverrides.None)
            .Select(bill => bill.BillDate).ShouldBe([Date("2025-01-01"), Date("2025-02-01")]);
    }

    [Fact]
    public void DatedItems_FeesWithTheirOwnDates_AreDueOnAdHocBills()
    {
        var commitment = new Commitments.Commitment
        {
            AccountId = Account.Id,
            StartDate = Date("2025-01-01"),
            EndDate = Date("2026-01-01"),
            Currency = "USD",
            Amount = 100,
            FeeDates = [Fee("2025-07-01"), Fee("2025-03-01"), Fee("2025-07-01")],
        };
        var terms = TermsOf() with { Commitments = [commitment] };
        DueBills.On(Date("2025-03-01"), Organization, terms, RunOverrides.None).ShouldHaveSingleItem().Frequency
            .ShouldBe(BillingFrequency.AdHoc);
        DueBills.On(Date("2025-03-02"), Organization, terms, RunOverrides.None).ShouldBeEmpty();
        DueBills.Around(Date("2025-08-01"), Organization, terms, RunOverrides.None)
            .Select(bill => (bill.BillDate, bill.OnlyIfMissing))
            .ShouldBe([(Date("2025-03-01"), true), (Date("2025-07-01"), true)]);
    }

    private static Commitments.CommitmentFee Fee(string date) => new()
    {
        Date = Date(date),
        Amount = 50,
        ServicePeriodStartDate = At(date),
        ServicePeriodEndDate = At("2026-01-01"),
    };

    private static void ShouldBill(string commitment, string billDate, string? line) => BillStory.Check($"""
        plan       basic  from 2025-01-01
        commitment prepaid  plan basic  {commitment}
        bill       {billDate}
        {(line is null ? "" : "line COMMITMENT_FEE " + line)}
        total      {(line is null ? "0.00" : line.Split(' ')[1])}
        """);
}
