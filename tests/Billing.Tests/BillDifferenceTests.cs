using Tallystick.Billing.Bills;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>What differs between two calculations of a bill.</summary>
public sealed class BillDifferenceTests
{
    [Fact]
    public void Totals_OfTooManyDigits_HaveNoDifference()
    {
        var bill = BillStory.BillOf("plan basic from 2025-01-01 standing 10\nbill 2025-02-01")
            .ToBill(At("2025-02-01"), At("2025-02-01"), null);
        var (least, most) = (With(bill, decimal.MinValue), With(bill, decimal.MaxValue));

        var difference = BillDifference.Of(least, most);

        (difference.Change, difference.IsEmpty).ShouldBe((null, false));
        difference.Lines.ShouldHaveSingleItem().ConvertedChange.ShouldBeNull();
        BillDifference.Of(bill, With(bill, 12)).Change.ShouldBe(2);
        BillDifference.Of(bill, bill).IsEmpty.ShouldBeTrue();
    }

    private static Bill With(Bill bill, decimal amount) => bill with
    {
        BillTotal = amount,
        LineItems = [.. bill.LineItems!.Select(line => line with { ConvertedSubtotal = amount })],
    };
}
