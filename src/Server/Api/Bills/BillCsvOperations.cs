using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillExports;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Bills;

/// <summary>Exports bills as CSV.</summary>
internal sealed class BillCsvOperations(ResourceService resources, BillExport export, FileUrls urls)
{
    private const int MaxDays = 31;
    private static readonly ObjectShape Shape = JsonShapes.Of(typeof(DownloadCsvRequest));

    internal static ApiOperation Download { get; } = new(
        "POST", "/organizations/{orgId}/bills/download/csv/url", "DownloadBillsCsvUrl", "Bill",
        "Export bills as CSV", FileContract.ObjectUrl, Run.By<BillCsvOperations>(o => o.ExportAsync))
    {
        Body = new ApiSchema("DownloadCsvRequest", Shape) { IsRequest = true },
        Permission = BillOperations.Reading.Visible(),
        Description = """
            Returns a URL that works without a token for 5 minutes. The file has a row for each line item, so bills
            without line items are not in it. Give `startDate` and `endDate`, or `externalInvoiceDateStart` and
            `externalInvoiceDateEnd`, or all four: bills must match both. A period has at most 31 days, and a file at
            most 5,000 bills. In the format `XERO`, a bill without an invoice number is named by its id. A text that
            begins with `=`, `+`, `-`, `@`, a tab or a carriage return is preceded by an apostrophe, so that
            spreadsheets do not run it as a formula.
            """,
    };

    private async Task ExportAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var zone = await resources.ZoneAsync(call);
        Shape.Check(body.RootElement, zone);
        var bills = Condition.And(Within(body.RootElement, zone), call.Visible ?? Condition.And());
        var format = TextOf(body.RootElement, "externalSystem") == JsonFormat.Name(BillFileFormat.Xero)
            ? BillFileFormat.Xero : BillFileFormat.Standard;
        var key = await export.WriteAsync(
            call.OrganizationId, bills, EntityPermissions.Visible(call.Grants, AccountResource.Definition), format,
            call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject { ["downloadUrl"] = urls.Download(call, key) }));
    }

    private static Condition Within(JsonElement body, DateTimeZone zone)
    {
        var issues = new Issues();
        var period = Period(body, zone, "startDate", "endDate", issues);
        var invoiced = Period(body, zone, "externalInvoiceDateStart", "externalInvoiceDateEnd", issues);
        if (issues.IsEmpty && period is null && invoiced is null)
            issues.Add("required", "startDate", "is required with endDate, unless externalInvoiceDateStart and "
                + "externalInvoiceDateEnd are given");
        issues.ThrowIfAny();
        var conditions = new List<Condition>();
        if (period is var (start, end))
        {
            conditions.Add(new Condition.Compare("start_date", Comparison.GreaterOrEqual, InstantText.Write(start)));
            conditions.Add(new Condition.Compare("end_date", Comparison.LessOrEqual, InstantText.Write(end)));
        }
        if (invoiced is var (from, until))
        {
            const string Column = "external_invoice_date";
            conditions.Add(new Condition.Compare(Column, Comparison.GreaterOrEqual, InstantText.Write(from)));
            conditions.Add(new Condition.Compare(Column, Comparison.Less, InstantText.Write(until)));
        }
        return Condition.And(conditions);
    }

    private static (LocalDate Start, LocalDate End)? Period(
        JsonElement body, DateTimeZone zone, string startMember, string endMember, Issues issues)
    {
        var (start, end) = (DateOf(body, startMember, zone), DateOf(body, endMember, zone));
        if (start is null && end is null)
            return null;
        if (start is null || end is null)
            issues.Add("needs", start is null ? startMember : endMember,
                $"is required: {startMember} and {endMember} must be given together");
        else if (end < start)
            issues.Add("order", endMember, $"must not be before {startMember}");
        else if (NodaTime.Period.DaysBetween(start.Value, end.Value) > MaxDays)
            issues.Add("range", endMember, $"must be at most {MaxDays} days after {startMember}");
        else
            return (start.Value, end.Value);
        return null;
    }

    private static LocalDate? DateOf(JsonElement body, string member, DateTimeZone zone) =>
        TextOf(body, member) is { } text && InstantText.TryParse(text, zone, out var instant)
            ? RequestDays.Of(instant, zone) : null;

    private static string? TextOf(JsonElement body, string member) =>
        body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}

/// <summary>Which bills to export.</summary>
internal sealed record DownloadCsvRequest
{
    /// <summary>Only bills whose start date is on or after this date.</summary>
    public Instant? StartDate { get; init; }

    /// <summary>Only bills whose end date is on or before this date.</summary>
    public Instant? EndDate { get; init; }

    /// <summary>Only bills with an invoice date on or after this date.</summary>
    public Instant? ExternalInvoiceDateStart { get; init; }

    /// <summary>Only bills with an invoice date before this date.</summary>
    public Instant? ExternalInvoiceDateEnd { get; init; }

    /// <summary><c>STANDARD</c> for all columns (default), <c>XERO</c> for a file that Xero imports.</summary>
    public BillFileFormat? ExternalSystem { get; init; }
}
