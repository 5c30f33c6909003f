using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>Account plans and charges of contracts (reference 11).</summary>
public sealed class ContractTests
{
    [Theory]
    [InlineData("no", "31.00 100.00")]
    [InlineData("yes", "10.00 40.00")] // 10 of 31 days, and the usage of those days
    public void PeriodLimits_LimitTheAccountPlanToTheContract(string limits, string amounts)
    {
        var bill = BillStory.BillOf($"""
            contract gold   from 2025-01-11  to 2025-01-21  limits {limits}
            plan     basic  from 2025-01-01  standing 31  contract gold
            price    calls  tiered
            band     from 0  unit 1
            usage    calls  2025-01-10T23:59:59Z  60
            usage    calls  2025-01-11            30
            usage    calls  2025-01-20T23:59:59Z  10
            bill     2025-02-01
            """);

        string.Join(' ', bill.LineItems.Select(line => BillText.Amount(line.Subtotal))).ShouldBe(amounts);
        bill.LineItems.Select(line => line.ContractId).Distinct().ShouldBe(["contract-gold"]);
    }

    [Theory]
    [InlineData("2025-01-01", true)] // begins before the contract: nothing in advance yet
    [InlineData("2025-02-01", true)]
    [InlineData("2025-03-01", false)]
    public void PeriodLimits_EndTheBillsWithTheContract(string billDate, bool isDue)
    {
        var story = new Contracts.Contract
        {
            AccountId = Account.Id,
            Name = "Gold",
            ApplyContractPeriodLimits = true,
            StartDate = Date("2024-12-10"),
            EndDate = Date("2025-01-21"),
        };
        var terms = TermsOf(On("2024-01-01") with { Contract = story });

        DueBills.On(Date(billDate), Organization, terms, RunOverrides.None).Count.ShouldBe(isDue ? 1 : 0);
    }

    [Theory]
    [InlineData("", 150)]
    [InlineData("include site=UK", 60)]
    [InlineData("include site=UK,DE", 100)] // alternatives
    [InlineData("include site=UK;tier=gold", 20)] // both
    [InlineData("include site=UK,DE;tier=gold", 50)]
    [InlineData("exclude site=UK", 90)]
    [InlineData("exclude site=UK,DE", 50)]
    [InlineData("exclude site=UK;tier=gold", 60)] // neither
    [InlineData("include site=UK exclude tier=gold", 40)]
    [InlineData("include site=UK exclude site=UK", 0)] // exclusion wins
    [InlineData("include planet=Mars", 0)]
    [InlineData("exclude planet=Mars", 150)]
    public void Decision20_UsageFilters_IncludeAlternativesOfEachFieldAndExcludeAlways(string filters, int used)
    {
        var bill = BillStory.BillOf($"""
            contract gold   from 2025-01-01  to 2026-01-01  {filters}
            plan     basic  from 2025-01-01  contract gold
            price    calls  tiered
            band     from 0  unit 1
            usage    calls  2025-01-10  40  site UK  tier silver
            usage    calls  2025-01-11  20  site UK  tier gold
            usage    calls  2025-01-12  30  site DE  tier gold
            usage    calls  2025-01-13  10  site DE
            usage    calls  2025-01-14  50
            bill     2025-02-01
            """);

        bill.BillTotal.ShouldBe(used);
    }

    [Fact]
    public void UsageFilters_DifferentForTwoPlans_AreDifferentNeeds()
    {
        var first = On("2025-01-01", pricings: Price("0: 0 + 1")) with { Contract = Filtered("UK", "DE") };
        var second = On("2025-01-01", id: "2", pricings: Price("0: 0 + 1")) with { Contract = Filtered("DE", "UK") };
        var third = On("2025-01-01", id: "3", pricings: Price("0: 0 + 1")) with { Contract = Filtered("UK") };

        BillCalculation.Begin(Input("2025-02-01", first, second, third)).Needs.Count.ShouldBe(2);
    }

    private const string TwoContracts = """
        contract gold    from 2025-01-01  to 2026-01-01  order PO-7  key separate
        contract report  from 2025-01-01  to 2026-01-01  order PO-8
        account  order PO-1
        plan     basic   from 2025-01-01  standing 20
        plan     extra   from 2025-01-01  standing 5   contract report  product Support
        plan     vip     from 2025-01-01  standing 50  contract gold  product Backup
        charge   setup   amount 120  date 2025-02-01  contract gold
        charge   visit   amount 9    date 2025-02-01

        """;

    [Theory]
    [InlineData("bill 2025-02-01", "20 5", "PO-1")] // a contract without key changes nothing
    [InlineData("bill 2025-02-01 key separate", "50", "PO-7")]
    [InlineData("bill 2025-02-01 frequency AD_HOC", "9", "PO-1")]
    [InlineData("bill 2025-02-01 frequency AD_HOC key separate", "120", "PO-7")]
    [InlineData("organization consolidate yes\nbill 2025-02-01", "20 5 9", "PO-1")]
    [InlineData("organization consolidate yes\nbill 2025-02-01 key separate", "50 120", "PO-7")]
    public void GroupingKey_PutsTheChargesOfItsContractsOnTheirOwnBill(string bill, string amounts, string order)
    {
        var made = BillStory.BillOf(TwoContracts + bill);

        made.LineItems.Select(line => line.Subtotal.ToString("0", null)).Order(StringComparer.Ordinal)
            .ShouldBe(amounts.Split(' ').Order(StringComparer.Ordinal));
        made.PurchaseOrderNumber.ShouldBe(order);
    }

    [Fact]
    public void GroupingKey_OfTwoContracts_IsOneBillWithThePurchaseOrderOfTheAccount()
    {
        var bill = BillStory.BillOf("""
            contract gold    from 2025-01-01  to 2026-01-01  order PO-7  key shared
            contract silver  from 2025-01-01  to 2026-01-01  order PO-8  key shared
            account  order PO-1
            plan     basic   from 2025-01-01  standing 20  contract gold
            plan     extra   from 2025-01-01  standing 5   contract silver  product Support
            bill     2025-02-01  key shared
            """);

        (bill.BillTotal, bill.PurchaseOrderNumber).ShouldBe((25m, "PO-1"));
    }

    [Fact]
    public void PurchaseOrder_OfAContractWithout_IsThatOfTheAccount() => BillStory.BillOf("""
        contract gold   from 2025-01-01  to 2026-01-01
        account  order PO-1
        plan     basic  from 2025-01-01  standing 20  contract gold
        bill     2025-02-01
        """).PurchaseOrderNumber.ShouldBe("PO-1");

    [Fact]
    public void On_ADateWithAGroupingKey_HasABillForTheKeyAndOneForTheRest()
    {
        var contract = Filtered("UK") with { BillGroupingKeyId = "key-1" };
        var terms = TermsOf(On("2025-01-01"), On("2025-01-01", id: "2") with { Contract = contract });

        DueBills.On(Date("2025-02-01"), Organization, terms, RunOverrides.None).Select(bill => bill.GroupingKeyId)
            .ShouldBe([null, "key-1"]);
    }

    [Fact]
    public void Recalculation_OfABillWithAGroupingKey_KeepsIt()
    {
        var contract = Filtered("UK") with { BillGroupingKeyId = "k" };
        var input = Input("2025-02-01", On("2025-01-01") with { Contract = contract });
        var bill = (input with { Run = input.Run with { GroupingKeyId = "k" } }).Bill();

        RunOverrides.FromJson(RunOverrides.None.Kept(Organization, bill).ToJson()).GroupingKeyId.ShouldBe("k");
    }

    private static Contracts.Contract Filtered(params IEnumerable<string> sites) => new()
    {
        Id = "contract-1",
        AccountId = Account.Id,
        Name = "Gold",
        StartDate = Date("2025-01-01"),
        EndDate = Date("2026-01-01"),
        UsageFilters =
        [
            .. sites.Select(site => new Contracts.UsageFilter
            {
                DimensionCode = "site",
                Value = site,
                Mode = Contracts.UsageFilterMode.Include,
            }),
        ],
    };
}
