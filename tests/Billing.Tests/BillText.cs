using System.Globalization;
using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Tests;

/// <summary>A whole bill as text, each line with how it came about.</summary>
internal static class BillText
{
    public static string Of(CalculatedBill bill) => string.Join('\n',
    [
        $"bill     {bill.AccountCode}, {JsonFormat.Name(bill.BillingFrequency)} {bill.BillFrequencyInterval}",
        $"id       {bill.Id}",
        $"dated    {Day(bill.BillDate)}, due {Day(bill.DueDate)}, invoice date {Day(bill.ExternalInvoiceDate)}",
        $"period   {Day(bill.StartDate)} to {Day(bill.EndDate)} in {bill.Timezone}",
        $"         {Time(bill.StartDateTimeUtc)} to {Time(bill.EndDateTimeUtc)}",
        $"order    {bill.PurchaseOrderNumber ?? "none"}",
        .. (bill.CurrencyConversions ?? []).Select(rate => $"rate     {rate.From} {rate.To} {Text(rate.Multiplier)}"),
        .. bill.LineItems.SelectMany(line => LineOf(line, bill.Currency)),
        "",
        $"total    {Amount(bill.BillTotal)} {bill.Currency}",
        "",
    ]);

    /// <summary>With at least two places.</summary>
    public static string Amount(decimal amount) =>
        amount.ToString("0.00##########################", CultureInfo.InvariantCulture);

    private static IEnumerable<string> LineOf(BillLineItem line, string currency) =>
    [
        "",
        $"line {line.SequenceNumber}   {JsonFormat.Name(line.LineItemType)} {line.Description}",
        $"         {SourceOf(line)}",
        $"         {Time(line.ServicePeriodStartDate!.Value)} to {Time(line.ServicePeriodEndDate!.Value)}",
        .. new[] { ("child", line.ChildAccountCode), ("contract", line.ContractId), ("charge", line.ChargeId) }
            .Where(reference => reference.Item2 is not null)
            .Select(reference => $"         {reference.Item1} {reference.Item2}"),
        line.Additional is { } facts
            ? $"         {string.Join(", ", facts.Select(fact => $"{fact.Key} {Text(fact.Value)}"))}"
            : $"         {Text(line.Quantity)} used, {Text(line.Units)} x {line.Unit}, "
                + $"{Text(line.AverageUnitPrice)} each",
        .. (line.UsagePerPricingBand ?? []).Select(band =>
            $"  band   from {Text(band.LowerLimit)}, {Text(band.BandQuantity)} used: {Text(band.FixedPrice)}"
            + $" + {Text(band.BandUnits)} x {Text(band.UnitPrice)} (= {Text(band.UnitSubtotal)})"
            + $" = {Amount(band.BandSubtotal)} {line.Currency} = {Amount(band.ConvertedBandSubtotal)} {currency}"),
        $"  amount {Amount(line.Subtotal)} {line.Currency} x {Text(line.ConversionRate)}"
            + $" = {Amount(line.ConvertedSubtotal)} {currency}",
    ];

    private static string SourceOf(BillLineItem line) => string.Join(", ", new[]
    {
        line.ProductName is { } product ? $"product {product}" : "no product",
        line.PlanId,
        line.PricingId,
        line.CommitmentId is { } commitment ? $"commitment {commitment}" : null,
        line.BalanceId is { } balance ? $"balance {balance}" : null,
    }.OfType<string>());

    private static string Text(decimal? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static string Day(LocalDate date) => InstantText.Write(date);

    private static string Time(Instant instant) => InstantText.Write(instant);
}
