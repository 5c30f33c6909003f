using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Invoices;

/// <summary>Writes the invoice of a bill. The same bill, account and settings always give the same invoice.</summary>
/// <param name="bill">The bill.</param>
/// <param name="decimalsOf">The decimal places of a currency, by its code.</param>
public sealed class InvoiceWriter(Bill bill, Func<string, int> decimalsOf)
{
    private const string OtherCharges = "Other charges";

    private readonly IReadOnlyList<BillLineItem> _lines =
        [.. (bill.LineItems ?? []).OrderBy(line => line.SequenceNumber)];

    private readonly DateTimeZone _zone =
        BillingTimeZone.TryParse(bill.Timezone, out var zone) ? zone : DateTimeZone.Utc;

    /// <summary>Writes the invoice.</summary>
    /// <param name="account">The account that pays; null if it no longer exists or the caller may not see it.</param>
    /// <param name="settings">The settings of the organization; null for none.</param>
    /// <param name="organizationName">The name of the organization.</param>
    public Invoice Write(Account? account, InvoiceSettings? settings, string organizationName) => new()
    {
        Title = bill.Status == BillStatus.Approved || bill.Locked ? "Invoice" : "Draft invoice",
        Number = bill.SequentialInvoiceNumber ?? bill.Id,
        Seller = new InvoiceParty(Given(settings?.LegalName) ?? organizationName, SellerLines(settings)),
        Customer = new InvoiceParty(account?.Name ?? bill.AccountCode, account is null ? [] : Lines(account.Address)),
        Facts = Facts(),
        Groups = Groups(),
        Subtotals = Subtotals(),
        Total = new InvoiceFact($"Total {bill.Currency}", Billed(Total)),
        Notes = [.. new[] { Given(settings?.TaxText), Given(settings?.PaymentText) }.OfType<string>()],
        Footer = Given(settings?.Footer),
        Logo = LogoImage.Read(settings?.Logo),
        Created = bill.LastCalculatedDate,
        Id = $"{bill.Id}/{FormattableString.Invariant($"{bill.Version}")}",
    };

    private decimal Total => bill.BillTotal ?? _lines.Sum(line => line.ConvertedSubtotal);

    private string Billed(decimal amount) => FigureText.Amount(amount, decimalsOf(bill.Currency));

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static IReadOnlyList<string> SellerLines(InvoiceSettings? settings) =>
    [
        .. settings?.AddressLines?.Where(line => Given(line) is not null) ?? [],
        .. Given(settings?.TaxId) is { } taxId ? [$"Tax ID {taxId}"] : Array.Empty<string>(),
    ];

    private static IReadOnlyList<string> Lines(Address? address) => address is null ? [] :
    [
        .. new[]
        {
            address.AddressLine1, address.AddressLine2, address.AddressLine3, address.AddressLine4,
            Given($"{address.PostCode} {address.Locality}".Trim()), address.Region, address.Country,
        }.Select(Given).OfType<string>(),
    ];

    private IReadOnlyList<InvoiceFact> Facts()
    {
        // A bill of charges in advance only can have a period of no days.
        var last = bill.EndDate > bill.StartDate ? bill.EndDate.PlusDays(-1) : bill.EndDate;
        return
        [
            new(bill.SequentialInvoiceNumber is null ? "Bill" : "Invoice number",
                bill.SequentialInvoiceNumber ?? bill.Id),
            new("Invoice date", InstantText.Write(bill.ExternalInvoiceDate ?? bill.BillDate)),
            new("Due date", InstantText.Write(bill.DueDate)),
            new("Period", Span(bill.StartDate, last)),
            new("Account", bill.AccountCode),
            .. Given(bill.PurchaseOrderNumber) is { } order
                ? [new InvoiceFact("Purchase order", order)] : Array.Empty<InvoiceFact>(),
        ];
    }

    private static string Span(LocalDate first, LocalDate last) => first == last
        ? InstantText.Write(first) : $"{InstantText.Write(first)} \u2013 {InstantText.Write(last)}";

    private IReadOnlyList<InvoiceGroup> Groups() =>
    [
        .. _lines.GroupBy(line => (line.ProductId, Name: Given(line.ProductName) ?? OtherCharges))
            .Select(group => new InvoiceGroup(
                group.Key.Name, Billed(group.Sum(line => line.ConvertedSubtotal)), [.. group.Select(Line)])),
    ];

    private InvoiceLine Line(BillLineItem line)
    {
        var isFlat = line is { Unit: "", Quantity: 1, Units: 1 } && line.UsagePerPricingBand is null or [];
        return new InvoiceLine(
            line.Description, [.. Details(line)], PeriodOf(line),
            isFlat ? null : FigureText.Quantity(line.Units),
            isFlat ? null : Given(line.Unit),
            isFlat ? null : UnitPrice(line),
            Billed(line.ConvertedSubtotal));
    }

    private string? PeriodOf(BillLineItem line)
    {
        if (line is not { ServicePeriodStartDate: { } start, ServicePeriodEndDate: { } end })
            return null;
        var first = LocalDay.Of(start, _zone);
        var last = end > start ? LocalDay.Of(end - Duration.Epsilon, _zone) : first;
        return Span(first, last);
    }

    private string UnitPrice(BillLineItem line)
    {
        const int MaxDecimals = 6;
        var decimals = decimalsOf(line.Currency);
        if (line.UsagePerPricingBand is [{ FixedPrice: 0 } only])
            return FigureText.Amount(only.UnitPrice, decimals);
        var rounded = decimal.Round(line.AverageUnitPrice, MaxDecimals, MidpointRounding.AwayFromZero);
        return (rounded == line.AverageUnitPrice ? "" : "~ ") + FigureText.Amount(rounded, decimals);
    }

    private IEnumerable<string> Details(BillLineItem line)
    {
        if (Given(line.ChildAccountCode) is { } child)
            yield return $"Account {child}";
        var decimals = decimalsOf(line.Currency);
        var bands = line.UsagePerPricingBand ?? [];
        if (bands.Count > 1 || bands is [{ FixedPrice: not 0 }])
        {
            foreach (var band in bands)
            {
                var price = FigureText.Amount(band.UnitPrice, decimals);
                var fixedPrice = band.FixedPrice == 0 ? "" : $" + {FigureText.Amount(band.FixedPrice, decimals)}";
                yield return $"{FigureText.Quantity(band.BandUnits)} \u00d7 {price}{fixedPrice}";
            }
        }
        if (line.Currency != bill.Currency)
            yield return $"{FigureText.Amount(line.Subtotal, decimals)} {line.Currency} "
                + $"\u00d7 {FigureText.Quantity(line.ConversionRate)}";
    }

    // Only if there is a line in another currency: otherwise, the lines alone lead to the total.
    private IReadOnlyList<InvoiceFact> Subtotals()
    {
        if (_lines.All(line => line.Currency == bill.Currency))
            return [];
        return
        [
            .. _lines.GroupBy(line => (line.Currency, line.ConversionRate)).Select(group => new InvoiceFact(
                group.Key.Currency == bill.Currency
                    ? group.Key.Currency
                    : $"{Subtotal(group, group.Key.Currency)} {group.Key.Currency}, "
                        + $"1 {group.Key.Currency} = {FigureText.Quantity(group.Key.ConversionRate)} {bill.Currency}",
                Billed(group.Sum(line => line.ConvertedSubtotal)))),
        ];
    }

    private string Subtotal(IEnumerable<BillLineItem> lines, string currency) =>
        FigureText.Amount(lines.Sum(line => line.Subtotal), decimalsOf(currency));
}
