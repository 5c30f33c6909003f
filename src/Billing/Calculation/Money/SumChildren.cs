using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>
/// Adds up equal lines of the children of an account that is billed by summary. The rounded amounts are added, so the
/// total is the same as with one line per child.
/// </summary>
internal static class SumChildren
{
    /// <summary>All lines, with one line for the equal lines of children.</summary>
    public static IReadOnlyList<MoneyLine> Of(IEnumerable<MoneyLine> lines, LineIds ids)
    {
        var all = lines.ToList();
        if (!all.Exists(money => money.Line.Source.IsSummed))
            return all;
        return
        [
            .. all.Where(money => !money.Line.Source.IsSummed),
            .. all.Where(money => money.Line.Source.IsSummed)
                .GroupBy(money => (
                    money.Line.Type, PlanOf(money), money.Line.Source.ContractId, money.Line.Source.EntityPart,
                    money.Line.Source.Currency, money.Line.Item?.PricingId, money.Line.ServicePeriod,
                    (money.Line.Description, money.Line.AccountingProductId, money.Line.FlatUnitPrice,
                        money.Line.Discriminator)))
                .Select(equal => Sum(
                    [
                        .. equal.OrderBy(money => money.Line.Source.Child!.Code, StringComparer.Ordinal)
                            .ThenBy(money => money.Line.Source.EntityId, StringComparer.Ordinal),
                    ], ids)),
        ];
    }

    private static string PlanOf(MoneyLine money) =>
        money.Line.Source.PlanId ?? money.Line.Source.PlanGroupId ?? money.Line.Source.EntityId;

    private static MoneyLine Sum(IReadOnlyList<MoneyLine> lines, LineIds ids)
    {
        var (subtotal, converted) = (lines.Sum(money => money.Subtotal), lines.Sum(money => money.Converted));
        var first = lines[0].Line;
        var line = first with
        {
            // The id belongs to the plan, so that it stays the same when children join or leave.
            Source = first.Source with
            {
                EntityId = PlanOf(lines[0]),
                EntityPart = Joined(first.Source.EntityPart, first.Source.ContractId ?? ""),
                Child = null,
            },
            Amount = lines.Aggregate(Fraction.Zero, (sum, money) => sum + money.Line.Amount),
            Rated = first.Rated is null ? null : Sum([.. lines.Select(money => money.Line.Rated!)]),
            Parts = [.. lines.Select(money => money.Line)],
            FlatUnits = first.FlatUnitPrice is null ? first.FlatUnits : lines.Sum(money => money.Line.FlatUnits),
            // Children whose periods have the same start can have different ends.
            Discriminator = Joined(first.Discriminator, InstantText.Write(first.ServicePeriod.End)),
            Derivation = new SummedLines(
            [
                .. lines.Select(money => new SummedLine(
                    ids.Of(money.Line), money.Line.Source.EntityId, money.Line.Source.Child!.Id, money.Subtotal,
                    money.Converted, money.Line.Derivation)),
            ]),
        };
        return lines[0] with { Line = line, Subtotal = subtotal, Converted = converted };
    }

    private static RatedUsage Sum(IReadOnlyList<RatedUsage> rated)
    {
        var amount = rated.Aggregate(Fraction.Zero, (sum, one) => sum + one.Amount);
        var units = rated.Aggregate(Fraction.Zero, (sum, one) => sum + one.Units);
        return new RatedUsage(
            rated.Sum(one => one.Quantity),
            units.ToDecimal(),
            amount,
            units.Sign == 0 ? 0 : (amount / units).ToDecimal(),
            [
                .. rated.SelectMany(one => one.Bands).GroupBy(band => band.Band.LowerLimit).OrderBy(band => band.Key)
                    .Select(band => new RatedBand(
                        band.First().Band,
                        band.Sum(one => one.Units),
                        band.Sum(one => one.Quantity),
                        band.Sum(one => one.FixedPrice),
                        band.Aggregate(Fraction.Zero, (sum, one) => sum + one.UnitAmount))),
            ]);
    }

    private static string Joined(params IReadOnlyList<string> parts) =>
        string.Join(' ', parts.Where(part => part.Length > 0));
}
