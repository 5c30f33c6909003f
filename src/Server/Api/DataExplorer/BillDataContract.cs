using System.Globalization;
using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.Calendars;
using Tallystick.Billing.BillExports;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Server.Api.DataExplorer;

/// <summary>Which line items to return.</summary>
internal sealed record QueryBillDataRequest
{
    /// <summary>Maximum and default number of line items.</summary>
    internal const int MaxLimit = 2000;

    /// <summary>Not used.</summary>
    public long? Version { get; init; }

    /// <summary>Only bills dated on or after this date.</summary>
    public required Instant StartDate { get; init; }

    /// <summary>Only bills dated before this date.</summary>
    public required Instant EndDate { get; init; }

    /// <summary>Filters, at most 100.</summary>
    [MaximumItems(100)]
    public IReadOnlyList<DimensionQuery>? Dimensions { get; init; }

    /// <summary>Types of the line items.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<LineItemType> LineItemTypes { get; init; }

    /// <summary>Maximum number of line items to return. Default: 2000.</summary>
    [AtLeast(1), AtMost(MaxLimit)]
    public int? Limit { get; init; }
}

/// <summary>A filter by a dimension.</summary>
internal sealed record DimensionQuery
{
    /// <summary>The dimension: <c>account</c> or <c>product name</c>.</summary>
    [Characters(1, int.MaxValue)]
    public required string Name { get; init; }

    /// <summary>Not used.</summary>
    public IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>The allowed values, at most 200; <c>*</c> allows every value.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<string> Filter { get; init; }
}

/// <summary>The line items.</summary>
internal sealed record BillDataResponse
{
    /// <summary>The line items, of the newest bills first.</summary>
    public IReadOnlyList<BillDataRow>? Values { get; init; }
}

/// <summary>A line item with the data of its bill.</summary>
internal sealed record BillDataRow
{
    /// <summary>When the bill was last calculated.</summary>
    public Instant? UpdatedDate { get; init; }

    /// <summary>Who was billed for what.</summary>
    public LineItemDimensions? Dimensions { get; init; }

    /// <summary>Quantities and amounts.</summary>
    public LineItemMeasures? Measures { get; init; }

    /// <summary>The bill.</summary>
    public BillDetails? BillDetails { get; init; }

    internal static BillDataRow Of(ExploredLine found)
    {
        var (bill, line, account, parent) = found;
        return new BillDataRow
        {
            UpdatedDate = bill.LastCalculatedDate,
            Dimensions = new LineItemDimensions
            {
                Account = account?.Code,
                AccountName = account?.Name,
                AccountId = bill.AccountId,
                ParentAccountCode = parent?.Code,
                ParentAccountName = parent?.Name,
                ParentAccountId = account?.ParentAccountId,
                ChildAccountId = line.ChildAccountId,
                Description = line.Description,
                LineItemType = line.LineItemType,
                ProductName = line.ProductName,
                QuantityUnit = line.Unit,
                SubtotalUnit = line.Currency,
                ConvertedSubtotalUnit = bill.Currency,
                BillId = bill.Id,
                ExternalInvoiceReference = bill.ExternalInvoiceReference,
                CommitmentId = line.CommitmentId,
                BillLineItemId = line.Id,
            },
            Measures = new LineItemMeasures
            {
                ConvertedSubtotal = line.ConvertedSubtotal,
                Subtotal = line.Subtotal,
                Version = bill.Version,
                ConversionRate = line.ConversionRate,
                Quantity = line.Quantity,
                Units = line.Units,
            },
            BillDetails = DetailsOf(bill, line),
        };
    }

    private static BillDetails DetailsOf(Bill bill, BillLineItem line)
    {
        var date = bill.BillDate;
        var week = WeekYearRules.Iso.GetWeekOfWeekYear(date);
        return new BillDetails
        {
            Day = date.Day,
            Week = string.Create(
                CultureInfo.InvariantCulture, $"{WeekYearRules.Iso.GetWeekYear(date):0000}-W{week:00}"),
            Year = date.Year,
            Month = string.Create(CultureInfo.InvariantCulture, $"{date.Month:00}"),
            Locked = bill.Locked ? "true" : "false",
            Status = JsonFormat.Name(bill.Status),
            DueDate = InstantText.Write(bill.DueDate),
            StartDate = InstantText.Write(bill.StartDate),
            EndDate = InstantText.Write(bill.EndDate),
            ServicePeriodStartDate = line.ServicePeriodStartDate is { } start ? InstantText.Write(start) : null,
            ServicePeriodEndDate = line.ServicePeriodEndDate is { } end ? InstantText.Write(end) : null,
            BillDate = InstantText.Write(date),
            Timezone = bill.Timezone,
            YearMonth = string.Create(CultureInfo.InvariantCulture, $"{date.Year:0000}-{date.Month:00}"),
            BillCurrency = bill.Currency,
            BillingFrequency = JsonFormat.Name(bill.BillingFrequency),
        };
    }
}

/// <summary>Who was billed for what.</summary>
internal sealed record LineItemDimensions
{
    /// <summary>Code of the account. Absent if the caller may not see the account.</summary>
    public string? Account { get; init; }

    /// <summary>Name of the account.</summary>
    public string? AccountName { get; init; }

    /// <summary>UUID of the account.</summary>
    public string? AccountId { get; init; }

    /// <summary>Code of the parent of the account.</summary>
    public string? ParentAccountCode { get; init; }

    /// <summary>Name of the parent of the account.</summary>
    public string? ParentAccountName { get; init; }

    /// <summary>UUID of the parent of the account.</summary>
    public string? ParentAccountId { get; init; }

    /// <summary>UUID of the child account that incurred the charge.</summary>
    public string? ChildAccountId { get; init; }

    /// <summary>Description of the line item.</summary>
    public string? Description { get; init; }

    /// <summary>Type of the line item.</summary>
    public LineItemType? LineItemType { get; init; }

    /// <summary>Name of the product.</summary>
    public string? ProductName { get; init; }

    /// <summary>Unit of the quantity.</summary>
    public string? QuantityUnit { get; init; }

    /// <summary>Currency of the subtotal.</summary>
    public string? SubtotalUnit { get; init; }

    /// <summary>Currency of the converted subtotal.</summary>
    public string? ConvertedSubtotalUnit { get; init; }

    /// <summary>UUID of the bill.</summary>
    public string? BillId { get; init; }

    /// <summary>Number of the invoice in another system.</summary>
    public string? ExternalInvoiceReference { get; init; }

    /// <summary>UUID of the commitment.</summary>
    public string? CommitmentId { get; init; }

    /// <summary>UUID of the line item.</summary>
    public string? BillLineItemId { get; init; }
}

/// <summary>Quantities and amounts of a line item.</summary>
internal sealed record LineItemMeasures
{
    /// <summary>The amount in the currency of the bill.</summary>
    public decimal? ConvertedSubtotal { get; init; }

    /// <summary>The amount in the pricing currency.</summary>
    public decimal? Subtotal { get; init; }

    /// <summary>Version of the bill.</summary>
    public decimal? Version { get; init; }

    /// <summary>The conversion rate.</summary>
    public decimal? ConversionRate { get; init; }

    /// <summary>The quantity.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>The units rated.</summary>
    public decimal? Units { get; init; }
}

/// <summary>The bill of a line item.</summary>
internal sealed record BillDetails
{
    /// <summary>Day of the month of the bill date.</summary>
    public int? Day { get; init; }

    /// <summary>ISO week of the bill date, such as <c>2025-W05</c>.</summary>
    public string? Week { get; init; }

    /// <summary>Year of the bill date.</summary>
    public int? Year { get; init; }

    /// <summary>Month of the bill date, such as <c>02</c>.</summary>
    public string? Month { get; init; }

    /// <summary>Whether the bill is locked, <c>true</c> or <c>false</c>.</summary>
    public string? Locked { get; init; }

    /// <summary>Status of the bill.</summary>
    public string? Status { get; init; }

    /// <summary>Due date of the bill.</summary>
    public string? DueDate { get; init; }

    /// <summary>Start date of the bill.</summary>
    public string? StartDate { get; init; }

    /// <summary>End date of the bill.</summary>
    public string? EndDate { get; init; }

    /// <summary>Start of the service period of the line item.</summary>
    public string? ServicePeriodStartDate { get; init; }

    /// <summary>End of the service period of the line item.</summary>
    public string? ServicePeriodEndDate { get; init; }

    /// <summary>The bill date.</summary>
    public string? BillDate { get; init; }

    /// <summary>Time zone of the bill.</summary>
    public string? Timezone { get; init; }

    /// <summary>Year and month of the bill date, such as <c>2025-02</c>.</summary>
    public string? YearMonth { get; init; }

    /// <summary>Currency of the bill.</summary>
    public string? BillCurrency { get; init; }

    /// <summary>Billing frequency.</summary>
    public string? BillingFrequency { get; init; }
}

/// <summary>Reads and writes queries of bills without reflection.</summary>
[JsonSerializable(typeof(QueryBillDataRequest))]
[JsonSerializable(typeof(BillDataResponse))]
internal sealed partial class DataExplorerJson : JsonSerializerContext
{
    /// <summary>The context with the JSON format of the product.</summary>
    internal static DataExplorerJson Format { get; } = new(JsonFormat.NewOptions());
}
