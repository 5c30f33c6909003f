using System.Globalization;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Products;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Present;

/// <summary>
/// Writes the lines of a bill as the API's line items: ids, numbers, products and bands. No amount changes here.
/// </summary>
/// <param name="billId">UUID of the bill.</param>
/// <param name="amounts">The rounding of bands.</param>
/// <param name="products">Products to which lines are attributed, by id.</param>
internal sealed class PresentLines(
    string billId, ConvertAmounts amounts, IReadOnlyDictionary<string, Product> products)
{
    /// <summary>The line items, numbered from 1 in the order given.</summary>
    public IReadOnlyList<BillLineItem> InOrder(IReadOnlyList<MoneyLine> lines) =>
        [.. lines.Select((line, index) => Present(line, index + 1))];

    private BillLineItem Present(MoneyLine money, int sequenceNumber)
    {
        var (line, subtotal, rate, converted) = money;
        var (source, item, rated) = (line.Source, line.Item, line.Rated);
        var accounting = products.GetValueOrDefault(line.AccountingProductId ?? "");
        return new BillLineItem
        {
            Id = ContentId.OfLine(billId, line),
            SequenceNumber = sequenceNumber,
            LineItemType = line.Type,
            Description = line.Description,
            ProductId = source.Product?.Id,
            ProductName = source.Product?.Name,
            ProductCode = source.Product?.Code,
            AccountingProductId = line.AccountingProductId,
            AccountingProductName = accounting?.Name,
            AccountingProductCode = accounting?.Code,
            PlanId = source.PlanId,
            PlanGroupId = source.PlanGroupId,
            ContractId = source.ContractId,
            ChargeId = source.ChargeId,
            CommitmentId = source.CommitmentId,
            BalanceId = source.BalanceId,
            ChildAccountId = source.Child?.Id,
            ChildAccountCode = source.Child?.Code,
            PricingId = item?.PricingId,
            AggregationId = item?.AggregationId,
            CompoundAggregationId = item?.CompoundAggregationId,
            MeterId = item?.MeterId,
            CounterId = item?.CounterId,
            // With its fields in a fixed order, so that equal bills have identical JSON.
            Segment = item?.Segment is { } segment
                ? new SortedDictionary<string, string>(segment.ToDictionary(), StringComparer.Ordinal)
                : null,
            ReferencedBillId = (line.Derivation as DifferenceOfUsage)?.BillId,
            ReferencedLineItemId = (line.Derivation as DifferenceOfUsage)?.LineId,
            ServicePeriodStartDate = line.ServicePeriod.Start,
            ServicePeriodEndDate = line.ServicePeriod.End,
            Quantity = rated?.Quantity ?? line.FlatUnits,
            Units = rated?.Units ?? line.FlatUnits,
            Unit = item?.Unit ?? "",
            AverageUnitPrice = AveragePriceOf(line) ?? line.FlatUnitPrice ?? subtotal,
            Subtotal = subtotal,
            Currency = source.Currency,
            ConversionRate = rate,
            ConvertedSubtotal = converted,
            UsagePerPricingBand = rated is null ? null : BandsOf(rated, money),
            Additional = AdditionalOf(line.Derivation),
        };
    }

    /// <summary>
    /// The line's share of what its bands cost: less than 1 for part of a period or a limited credit, negative for a
    /// credit.
    /// </summary>
    private static Fraction ShareOf(Line line, RatedUsage rated) =>
        rated.Amount.Sign == 0 ? 1m : line.Amount / rated.Amount;

    private static decimal? AveragePriceOf(Line line)
    {
        if (line.Rated is not { } rated)
            return null;
        var share = ShareOf(line, rated);
        return share == 1m ? rated.AverageUnitPrice : (share * rated.AverageUnitPrice).ToDecimal();
    }

    private IReadOnlyList<PricingBandUsage> BandsOf(RatedUsage rated, MoneyLine money)
    {
        var share = ShareOf(money.Line, rated);
        var parts = rated.Bands.Select(band => band.Amount * share).ToList();
        var subtotals = Shares.Of(money.Subtotal, parts, amounts.RoundingOf(money.Line.Source.Currency));
        var convertedParts = parts.Select(part => part * money.Rate).ToList();
        var convertedSubtotals =
            Shares.Of(money.Converted, convertedParts, amounts.RoundingOf(amounts.BillingCurrency));
        return
        [
            .. rated.Bands.Select((band, index) => new PricingBandUsage
            {
                PricingBandId = band.Band.Id,
                LowerLimit = band.Band.LowerLimit,
                FixedPrice = band.FixedPrice,
                UnitPrice = band.Band.UnitPrice,
                BandUnits = band.Units,
                BandQuantity = band.Quantity,
                UnitSubtotal = band.UnitAmount.ToDecimal(),
                BandSubtotal = subtotals[index],
                ConvertedBandSubtotal = convertedSubtotals[index],
            }),
        ];
    }

    /// <summary>
    /// For a prorated line, the amount of a whole period and the active and nominal days. If it covers nominal periods
    /// of different lengths, the second length has <c>daysActive2</c> and <c>daysInPeriod2</c>, and so on. For a
    /// minimum spend also the usage that it was compared with, and for a limited credit its full amount and the limit.
    /// </summary>
    private static SortedDictionary<string, decimal>? AdditionalOf(Derivation derivation) => derivation switch
    {
        ProratedAmount prorated => FactsOf(prorated),
        CountedTotal { Share: { IsProrated: not false } share } => FactsOf(share),
        CountedChange { Share: { IsProrated: not false } share } => FactsOf(share),
        MinimumDue { Spent: { } spent } minimum => FactsOf(minimum, ("usage", spent.Total)),
        MinimumDue minimum => FactsOf(minimum),
        DifferenceOfFees fees => new(StringComparer.Ordinal) { ["due"] = fees.Due, ["billed"] = fees.Billed },
        DifferenceOfUsage { Limit: { } limit } late => new(StringComparer.Ordinal)
        {
            ["credit"] = late.Converted!.Value,
            ["limit"] = limit,
        },
        CappedCredit credit => new(StringComparer.Ordinal)
        {
            ["credit"] = credit.Converted,
            ["limit"] = credit.Limit,
        },
        _ => null,
    };

    private static SortedDictionary<string, decimal> FactsOf(
        MinimumDue minimum, params ReadOnlySpan<(string Name, decimal Value)> further)
    {
        var facts = minimum.Minimum is [var only]
            ? FactsOf(only)
            : new SortedDictionary<string, decimal>(StringComparer.Ordinal) { ["minimum"] = minimum.Due };
        foreach (var (name, value) in further)
            facts[name] = value;
        return facts;
    }

    private static SortedDictionary<string, decimal> FactsOf(ProratedAmount prorated)
    {
        var facts = new SortedDictionary<string, decimal>(StringComparer.Ordinal) { ["amount"] = prorated.Amount };
        for (var index = 0; index < prorated.Parts.Count; index++)
        {
            var suffix = index == 0 ? "" : (index + 1).ToString(CultureInfo.InvariantCulture);
            facts["daysActive" + suffix] = prorated.Parts[index].DaysActive.ToDecimal();
            facts["daysInPeriod" + suffix] = prorated.Parts[index].DaysInPeriod;
        }
        return facts;
    }
}
