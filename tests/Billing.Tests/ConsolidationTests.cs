using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>Bills that contain everything due on their date (reference 12, 21).</summary>
public sealed class ConsolidationTests
{
    private const string Plans = """
        plan    monthly    from 2025-01-01  standing 20
        plan    quarterly  from 2025-01-01  standing 50  interval 3  product Support
        plan    weekly     from 2025-01-01  standing 7  frequency WEEKLY  product Backup
        charge  setup      amount 120  date 2025-04-01

        """;

    [Fact]
    public void Bill_WhereFrequenciesMeet_IsMixedAndHasThemAll()
    {
        var story = "organization consolidate yes\n" + Plans + "bill 2025-04-01\n";
        BillStory.Check(story + """
            line    STANDING_CHARGE 2025-03-01..2025-04-01 20.00
            line    STANDING_CHARGE 2025-01-01..2025-04-01 50.00
            line    AD_HOC 2025-04-01..2025-04-01 120.00
            total   190.00
            """);
        var bill = BillStory.BillOf(story);
        (bill.BillingFrequency, bill.BillFrequencyInterval).ShouldBe((BillingFrequency.Mixed, 1));
        (bill.StartDate, bill.EndDate).ShouldBe((Date("2025-01-01"), Date("2025-04-01")));
    }

    [Theory]
    [InlineData("2025-02-01", BillingFrequency.Monthly, 1, "20.00")]
    [InlineData("2025-01-13", BillingFrequency.Weekly, 1, "7.00")]
    [InlineData("2025-04-01", BillingFrequency.Mixed, 1, "190.00")]
    public void Bill_WhereOneFrequencyIsDue_HasThatFrequency(
        string date, BillingFrequency frequency, int interval, string total)
    {
        var bill = BillStory.BillOf("organization consolidate yes\n" + Plans + $"bill {date}");

        (bill.BillingFrequency, bill.BillFrequencyInterval).ShouldBe((frequency, interval));
        BillText.Amount(bill.BillTotal).ShouldBe(total);
    }

    [Fact]
    public void Bill_OfAChargeAlone_IsAdHoc() => BillStory.BillOf("""
        organization consolidate yes
        plan    monthly  from 2025-01-01  standing 20
        charge  setup    amount 120  date 2025-04-07
        bill    2025-04-07
        """).BillingFrequency.ShouldBe(BillingFrequency.AdHoc);

    [Fact]
    public void Decision21_Key_WithConsolidationDoesNotContainTheFrequency()
    {
        string IdOf(BillingFrequency frequency, string? key = null) =>
            BillCalculation.IdOf("organization-1", "account-1", new BillRun
            {
                BillDate = Date("2025-04-01"),
                Frequency = frequency,
                Interval = 1,
                GroupingKeyId = key,
            });

        var separate = new DueBill(Date("2025-04-01"), BillingFrequency.Monthly, 1, OnlyIfMissing: false);
        var monthly = separate with { IsConsolidated = true };
        var weekly = monthly with { Frequency = BillingFrequency.Weekly };

        monthly.RunWith(RunOverrides.None).ShouldBe(weekly.RunWith(RunOverrides.None));
        string[] ids =
        [
            IdOf(separate.RunWith(RunOverrides.None).Frequency), IdOf(monthly.RunWith(RunOverrides.None).Frequency),
            IdOf(BillingFrequency.Monthly, "key"), IdOf(BillingFrequency.Mixed, "key"),
        ];
        ids.Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void On_WithConsolidation_ListsTheBillForEachOfItsFrequencies()
    {
        var terms = TermsOf(
            Scenario.On("2025-01-01"),
            Scenario.On("2025-01-01", template: Template with { BillFrequencyInterval = 3 }));

        DueBills.On(
            Date("2025-04-01"), Organization with { ConsolidateBills = true }, terms, RunOverrides.None)
            .Select(bill => bill.RunWith(RunOverrides.None)).Distinct().ShouldHaveSingleItem()
            .Frequency.ShouldBe(BillingFrequency.Mixed);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Recalculation_AfterConsolidationWasSwitched_KeepsTheBill(bool before, bool after)
    {
        var input = Input(
            "2025-04-01", Scenario.On("2025-01-01", template: Template with { StandingCharge = 10 })) with
        {
            Organization = Organization with { ConsolidateBills = before },
        };
        input = input with
        {
            Run = input.Run with { Frequency = before ? BillingFrequency.Mixed : BillingFrequency.Monthly },
        };
        var bill = input.Bill();
        var kept = RunOverrides.FromJson(RunOverrides.None.Kept(input.Organization, bill).ToJson());
        kept.ConsolidateBills.ShouldBe(before);

        var again = (input with { Organization = Organization with { ConsolidateBills = after } }).Overriding(kept);
        Json((again with { Run = again.Run with { IsRecalculation = true } }).Bill()).ShouldBe(Json(bill));
    }

    [Theory]
    [InlineData("organization suppress empty consolidate yes", true)]
    [InlineData("organization suppress empty", true)]
    [InlineData("organization consolidate yes", false)]
    public void Bill_WithoutLines_IsSuppressedOnlyWhereAskedFor(string organization, bool isSuppressed) =>
        BillStory.BillOf(organization + "\nplan basic from 2025-01-01\nbill 2025-04-01").IsSuppressed
            .ShouldBe(isSuppressed);
}
