using System.Text.Json;
using Tallystick.Billing.Calculation.Lines;

namespace Tallystick.Billing.Tests;

/// <summary>What a bill keeps of how its lines came about.</summary>
public sealed class DerivationTests
{
    private const string Whole = """
        plan    team   from 2025-06-01  minimum 100
        price   calls  tiered  minimum 30  minimum-timing advance
        band    from 0  unit 1
        price   gifts  tiered  type global-credit  spans plan
        band    from 0  unit 1
        count   seats  tiered  timing arrears  total whole
        band    from 0  unit 2
        seats   seats  2025-06-01  10  order PO-10
        seats   seats  2025-07-17  15
        usage   calls  2025-07-02  20
        usage   gifts  2025-06-02  5
        usage   gifts  2025-07-02  500
        bill    2025-08-01
        """;

    [Fact]
    public void Steps_OfEachKindOfLine_ReadLikeACalculation()
    {
        var bill = BillStory.BillOf(Whole);
        var usage = bill.LineItems.Single(line => line.Quantity == 20);
        var steps = bill.LineItems.Zip(bill.Derivation.Lines, (line, derived) =>
            derived.Derivation.Steps().Prepend($"{line.LineItemType}"));

        steps.SelectMany(step => step).ShouldBe(
        [
            "CounterRunningTotalCharge",
            "10 since 2025-06-01, purchase order PO-10; each band prices its own units",
            "20 for a whole period",
            "not prorated: 1 whole periods",
            "CounterAdjustmentDebit",
            "from 10 to 15 since 2025-07-17; each band prices its own units",
            "the price of the new value minus that of the old one",
            "10 for a whole period",
            "active for 15 of 31 days",
            "Usage",
            "quantity 20, 1 per unit, units rounded NONE",
            "each band prices its own units",
            "UsageCredit",
            "5 units from 2025-06-01T00:00:00Z to 2025-07-01T00:00:00Z count toward the bands",
            "quantity 500, 1 per unit, units rounded NONE",
            "each band prices its own units",
            "-500 in the billing currency, limited to 124.84 left of 6 lines",
            "MinimumSpend",
            "100 for a whole period",
            "active for 31 of 31 days",
            "minimum 100",
            $"line {usage.Id}: 20",
            "minimum of pricing pricing-1-1, charged in advance: 10",
            "usage that counts: 30",
            "MinimumSpend",
            "30 for a whole period",
            "active for 31 of 31 days",
            "minimum 30",
            "MinimumSpendRefund",
            "30 for a whole period",
            "active for 31 of 31 days",
            "minimum 30",
            $"line {usage.Id}: 20",
            "usage that counts: 20",
        ]);
    }

    [Fact]
    public void Derivation_StoredAndReadAgain_IsTheSame()
    {
        var derivation = BillStory.BillOf(Whole).Derivation;
        var json = JsonSerializer.Serialize(derivation, BillingJson.Format.BillDerivation);

        var again = JsonSerializer.Deserialize(json, BillingJson.Format.BillDerivation)!;

        JsonSerializer.Serialize(again, BillingJson.Format.BillDerivation).ShouldBe(json);
        again.Lines.Select(line => line.Derivation.GetType()).Distinct().ShouldBe(
        [
            typeof(CountedTotal), typeof(CountedChange), typeof(RatedQuantity), typeof(CappedCredit),
            typeof(MinimumDue),
        ]);
    }

    [Fact]
    public void Derivations_OfMinimums_AddUpFromTheLinesThatTheyName()
    {
        var bill = BillStory.BillOf(Whole);
        var amounts = bill.LineItems.ToDictionary(line => line.Id!, line => line.Subtotal);
        foreach (var spent in bill.Derivation.Lines.Select(line => line.Derivation).OfType<MinimumDue>()
            .Select(minimum => minimum.Spent).OfType<SpentAmount>())
        {
            spent.Total.ShouldBe(spent.Parts.Sum(part => part.Amount));
            spent.Parts.Where(part => part.LineId is not null)
                .ShouldAllBe(part => amounts[part.LineId!] == part.Subtotal);
        }
    }

    [Fact]
    public void Derivation_OfALimitedCredit_NamesTheLinesThatItIsLimitedTo()
    {
        var bill = BillStory.BillOf(Whole);
        var credit = bill.Derivation.Lines.Select(line => line.Derivation).OfType<CappedCredit>().Single();
        var credited = bill.LineItems.Where(line => credit.LineIds.Contains(line.Id)).ToList();
        credited.Count.ShouldBe(credit.LineIds.Count);
        credited.Sum(line => line.ConvertedSubtotal).ShouldBe(credit.Limit);
    }
}
