using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.Products;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// Rounds the amounts of a bill, with <see cref="Shares"/> for the parts of a line. Each line is rounded once in its
/// own currency, then converted and rounded once in the billing currency. Nothing is rounded afterwards.
/// </summary>
internal sealed class RoundLines(
    Account account, string billId, ConvertAmounts amounts, IReadOnlyDictionary<string, Product> products)
{
    /// <summary>The finished lines, numbered from 1 in the order given.</summary>
    /// <exception cref="BillRefusedException">A currency or rate is missing, or an amount cannot be
    /// rounded.</exception>
    public IReadOnlyList<BillLineItem> Once(IReadOnlyList<DraftLine> lines) =>
        [.. lines.Select((line, index) => Round(line, index + 1))];

    private BillLineItem Round(DraftLine line, int sequenceNumber)
    {
        try
        {
            return Finish(line, sequenceNumber);
        }
        catch (CalculationException fault)
        {
            throw new BillRefusedException(
                $"Account {account.Code}, plan {line.Terms.Plan.Code}, "
                + $"line '{line.Description}': {fault.Message}.",
                fault);
        }
    }

    private BillLineItem Finish(DraftLine line, int sequenceNumber)
    {
        var currency = line.Terms.Template.Currency;
        var subtotal = amounts.RoundingOf(currency).Round(line.Amount);
        var rate = amounts.RateFrom(currency);
        var converted = amounts.RoundingOf(amounts.BillingCurrency).Round((Fraction)subtotal * rate);
        var accounting = products.GetValueOrDefault(line.AccountingProductId);
        return new BillLineItem
        {
            Id = ContentId.OfLine(billId, line),
            SequenceNumber = sequenceNumber,
            LineItemType = line.Type,
            Description = line.Description,
            ProductId = line.Terms.Product.Id,
            ProductName = line.Terms.Product.Name,
            ProductCode = line.Terms.Product.Code,
            AccountingProductId = line.AccountingProductId,
            AccountingProductName = accounting?.Name,
            AccountingProductCode = accounting?.Code,
            PlanId = line.Terms.Plan.Id,
            PricingId = line.Usage?.Pricing.Id,
            AggregationId = (line.Usage?.Aggregation as Aggregation)?.Id,
            CompoundAggregationId = (line.Usage?.Aggregation as CompoundAggregation)?.Id,
            MeterId = (line.Usage?.Aggregation as Aggregation)?.MeterId,
            Segment = SegmentOf(line.Usage),
            ServicePeriodStartDate = line.ServicePeriod.Start,
            ServicePeriodEndDate = line.ServicePeriod.End,
            Quantity = line.Usage?.Rated.Quantity ?? 1,
            Units = line.Usage?.Rated.Units ?? 1,
            Unit = line.Usage?.Aggregation.Unit ?? "",
            AverageUnitPrice = line.Usage?.Rated.AverageUnitPrice ?? subtotal,
            Subtotal = subtotal,
            Currency = currency,
            ConversionRate = rate,
            ConvertedSubtotal = converted,
            UsagePerPricingBand = line.Usage is { } usage
                ? BandsOf(usage.Rated, subtotal, currency, rate, converted)
                : null,
            Additional = line.Additional,
        };
    }

    /// <summary>The segment with its fields in a fixed order, so that equal bills have identical JSON.</summary>
    private static SortedDictionary<string, string>? SegmentOf(UsageDetail? usage) =>
        usage?.Pricing.Segment is { } segment
            ? new SortedDictionary<string, string>(segment.ToDictionary(), StringComparer.Ordinal)
            : null;

    private IReadOnlyList<PricingBandUsage> BandsOf(
        RatedUsage rated, decimal subtotal, string currency, decimal rate, decimal converted)
    {
        var parts = rated.Bands.Select(band => band.Amount).ToList();
        var subtotals = Shares.Of(subtotal, parts, amounts.RoundingOf(currency));
        var convertedParts = parts.Select(part => part * rate).ToList();
        var convertedSubtotals = Shares.Of(converted, convertedParts, amounts.RoundingOf(amounts.BillingCurrency));
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
}
