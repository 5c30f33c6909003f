using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Charges;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>Charges with bill dates of their own, and the bills that they are on (reference 19, 21).</summary>
public sealed class ChargeTests
{
    private static readonly Charge Setup = new()
    {
        Id = "charge-1",
        Name = "Setup",
        Code = "setup",
        AccountId = Account.Id,
        Currency = "USD",
        Amount = 120,
        BillDate = Date("2025-02-10"),
        EntityType = ChargeEntityType.AdHoc,
        LineItemType = ChargeLineItemType.AdHoc,
        ServicePeriodStartDate = At("2025-01-15"),
        ServicePeriodEndDate = At("2025-02-10"),
    };

    [Fact]
    public void Charges_OfOneDate_ShareAnAdHocBill() => BillStory.Check("""
        plan    basic   from 2025-01-01  standing 20
        charge  setup   amount 120  date 2025-02-01
        charge  seats   units 3  price 9.995  date 2025-02-01  from 2025-01-01  to 2025-02-01
        charge  refund  amount -15.50  date 2025-02-01
        charge  later   amount 1  date 2025-03-01
        bill    2025-02-01  frequency AD_HOC
        line    AD_HOC 2025-01-01..2025-02-01 29.99         # 29.985
        line    AD_HOC 2025-02-01..2025-02-01 -15.50
        line    AD_HOC 2025-02-01..2025-02-01 120.00
        total   134.49
        """);

    [Fact]
    public void Charge_WithoutConsolidation_IsNotOnTheRegularBill() => BillStory.Check("""
        plan    basic   from 2025-01-01  standing 20
        charge  setup   amount 120  date 2025-02-01
        bill    2025-02-01
        line    STANDING_CHARGE 2025-01-01..2025-02-01 20.00
        total   20.00
        """);

    [Fact]
    public void Charge_WithUnits_ShowsUnitsUnitPriceAndItsReferences()
    {
        var seats = Setup with
        {
            Amount = null,
            Units = 3,
            UnitPrice = 9.995m,
            Description = "Seats",
            AccountingProductId = Product.Id,
        };
        var line = AdHoc(Setup.BillDate!.Value, seats).Bill().LineItems.ShouldHaveSingleItem();

        (line.Quantity, line.Units, line.AverageUnitPrice, line.Subtotal).ShouldBe((3m, 3m, 9.995m, 29.99m));
        (line.Description, line.ChargeId, line.ProductId).ShouldBe(("Seats", seats.Id, null));
        line.AccountingProductId.ShouldBe(Product.Id);
    }

    [Fact]
    public void Charge_WithAnAmount_HasOneUnitAndItsNameAsDescription()
    {
        var line = AdHoc(Setup.BillDate!.Value, Setup).Bill().LineItems.ShouldHaveSingleItem();

        (line.Quantity, line.Units, line.AverageUnitPrice, line.Subtotal).ShouldBe((1m, 1m, 120m, 120m));
        line.Description.ShouldBe("Setup");
    }

    [Fact]
    public void BalanceCharge_WithoutAccountingProduct_HasThatOfTheFeesOfItsBalance()
    {
        var fee = Setup with
        {
            EntityType = ChargeEntityType.Balance,
            LineItemType = ChargeLineItemType.BalanceFee,
            EntityId = "balance-1",
        };
        var input = AdHoc(fee.BillDate!.Value, fee);
        var balance = new Balances.Balance
        {
            Id = "balance-1",
            Name = "Credit",
            Code = "credit",
            AccountId = Account.Id,
            Currency = "USD",
            StartDate = At("2025-01-01"),
            EndDate = At("2025-01-02"),
            FeesAccountingProductId = "product-fees",
        };
        var line = input.For(input.Terms with { Balances = [balance] }).Bill().LineItems.ShouldHaveSingleItem();

        (line.LineItemType, line.BalanceId).ShouldBe((Bills.LineItemType.BalanceFee, "balance-1"));
        line.AccountingProductId.ShouldBe("product-fees");
    }

    [Fact]
    public void AdHocBill_OfCharges_HasTheirPeriodAndFrequency()
    {
        var bill = AdHoc(Setup.BillDate!.Value, Setup).Bill();

        (bill.BillingFrequency, bill.BillFrequencyInterval).ShouldBe((BillingFrequency.AdHoc, 1));
        (bill.StartDate, bill.EndDate).ShouldBe((Date("2025-01-15"), Date("2025-02-10")));
        bill.DueDate.ShouldBe(Date("2025-03-12"));
    }

    [Theory]
    [InlineData("2025-01-20T12:00:00Z", "2025-02-01")] // the bill of the period in which it ends
    [InlineData("2025-02-01", "2025-02-01")] // ends with the period
    [InlineData("2025-02-01T00:00:01Z", "2025-03-01")] // ends within the next one
    [InlineData("2024-06-10", "2025-02-01")] // before the plan: its first bill
    [InlineData("2025-04-10", "2025-05-01")] // the last bill of the plan, which ends in April
    [InlineData("2025-05-01T10:00:00Z", "2025-05-02")] // after its last bill: the day on which the charge ends
    public void Decision17_ChargeWithoutBillDate_IsDueOnTheNextRegularBillDate(string end, string billDate)
    {
        var terms = TermsOf(On("2025-01-01", "2025-04-15")) with { Charges = [Undated(end)] };
        var settings = ResolveSettings.For(terms, Organization, RunOverrides.None);

        DatedItems.Of(terms, settings).ShouldHaveSingleItem().Date.ShouldBe(Date(billDate));
    }

    [Fact]
    public void Decision17_ChargeOfAnAccountWithoutPlans_IsBilledOnTheDayItEnds() =>
        DueBills.On(
            Date("2025-01-21"), Organization, TermsOf() with { Charges = [Undated("2025-01-20T12:00:00Z")] },
            RunOverrides.None).ShouldHaveSingleItem().Frequency.ShouldBe(BillingFrequency.AdHoc);

    [Fact]
    public void On_ADateWithAChargeAndARegularBill_HasBoth()
    {
        var terms = TermsOf(On("2025-01-01")) with { Charges = [Setup with { BillDate = Date("2025-02-01") }] };

        DueBills.On(Date("2025-02-01"), Organization, terms, RunOverrides.None).Select(bill => bill.Frequency)
            .ShouldBe([BillingFrequency.Monthly, BillingFrequency.AdHoc]);
    }

    [Theory]
    [InlineData("2025-03-10", "2025-02-10", true)]
    [InlineData("2026-02-11", "2025-02-10", true)] // a year back
    [InlineData("2026-02-12", "2025-02-10", false)]
    [InlineData("2025-02-09", "2025-02-10", false)] // not yet
    public void Around_AChargeOnNoBillYet_IsLookedForAYearBack(string today, string billDate, bool isDue) =>
        DueBills.Around(
            Date(today), Organization, TermsOf() with { Charges = [Setup with { BillDate = Date(billDate) }] },
            RunOverrides.None).Count.ShouldBe(isDue ? 1 : 0);

    [Fact]
    public void Charge_OnABill_IsOnThatBillOnly()
    {
        var input = AdHoc(Setup.BillDate!.Value, Setup);
        var bill = input.Bill();
        var billed = Setup with { BillId = bill.Id };

        Json(AdHoc(Setup.BillDate.Value, billed).Bill()).ShouldBe(Json(bill));
        AdHoc(Setup.BillDate.Value, Setup with { BillId = "another" }).Bill().LineItems.ShouldBeEmpty();
        Due(billed).Count.ShouldBe(1);
        Due(Setup with { BillId = "another" }).ShouldBeEmpty();
        DueBills.Around(Date("2025-03-01"), Organization, TermsOf() with { Charges = [billed] }, RunOverrides.None)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Charge_WhoseDateChanged_LeavesItsBill()
    {
        var billed = Setup with { BillId = AdHoc(Setup.BillDate!.Value, Setup).Bill().Id };

        AdHoc(Setup.BillDate.Value, billed with { BillDate = Date("2025-02-11") }).Bill().LineItems.ShouldBeEmpty();
    }

    private static IReadOnlyList<DueBill> Due(Charge charge) => DueBills.On(
        charge.BillDate!.Value, Organization, TermsOf() with { Charges = [charge] }, RunOverrides.None);

    private static Charge Undated(string end) =>
        Setup with { BillDate = null, ServicePeriodStartDate = At("2024-06-01"), ServicePeriodEndDate = At(end) };

    private static Calculation.BillInput AdHoc(NodaTime.LocalDate billDate, params IReadOnlyList<Charge> charges)
    {
        var input = Input("2025-01-01");
        return input with
        {
            Terms = input.Terms with { Charges = charges },
            AccountingProducts = [Product],
            Run = input.Run with { BillDate = billDate, Frequency = BillingFrequency.AdHoc },
        };
    }
}
