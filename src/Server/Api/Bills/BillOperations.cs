using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Bills;

/// <summary>Reads bills.</summary>
internal sealed class BillOperations(
    IDocumentStore store, ResourceService resources, ResourceLists lists, ResourceSearches searches)
{
    private const string Root = "/organizations/{orgId}/bills";
    private static readonly ResourceDefinition<Bill> Definition = BillResource.Definition;
    private static readonly ApiSchema One = new("BillResponse", Definition.Shape);
    private static readonly ApiSchema Page = ResourceOperations.Page(Definition);
    private static readonly IReadOnlyList<string> Frequencies =
        [.. Enum.GetValues<BillingFrequency>().Select(JsonFormat.Name)];

    /// <summary>Names of additional values. None is defined yet, so all are ignored.</summary>
    internal static ApiParameter Additional { get; } =
        new("additional", "Additional values to return. Unknown names are ignored.", new ListShape(new TextShape()));

    /// <summary>The permission to read bills.</summary>
    internal static Permission Reading { get; } = Permission.OnBilling(PermissionAction.ConfigRetrieve, "bill");

    private static Permission OfAccount { get; } =
        EntityPermissions.Retrieve(AccountResource.Definition).Item("accountId");

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Get("", "ListBills", "List bills", Page, o => o.ListAsync) with
        {
            Parameters =
            [
                .. ResourceOperations.ListParameters(Definition),
                new("excludeLineItems", "True omits the line items.", new BooleanShape()),
                new("includeBillTotal", "True includes the total of each bill.", new BooleanShape()),
                Additional,
            ],
            Description = "Newest first. Pass `includeBillTotal=true` to include totals.",
        },
        Get("/search", "SearchBills", "Search bills", Page, o => o.SearchAsync) with
        {
            Parameters = ResourceSearches.Parameters(Definition),
            Description = """
                Each clause is a name, an operator and a value; clauses are separated by `$`, such as
                `startDate>2023-01-01$billingFrequency:MONTHLY`. Dates are compared as dates, `~` as a prefix.
                """,
        },
        Get("/{id}", "GetBill", "Retrieve a bill", One, o => o.GetAsync) with
        {
            Parameters = [Additional],
            Permission = Reading.Item(),
        },
        Get("/latest/{accountId}",
            "GetLatestBill", "Retrieve the latest bill of an account", One, o => o.GetLatestAsync) with
        {
            Parameters = [Additional],
            AlsoNeeds = [OfAccount],
            Description = "Returns the bill with the latest bill date.",
        },
        Get("/accountid/{accountId}",
            "GetAllBillsForAccount", "List the bills of an account", Page, o => o.OfAccountAsync) with
        {
            Parameters = [.. ResourceOperations.PageParameters(Definition.MaximumPageSize), Additional],
            AlsoNeeds = [OfAccount],
        },
        Get("/billingperiod/{lastDateInBillingPeriod}/{billingFrequency}",
            "GetAllBillsInBillingPeriod", "List the bills of a period", Page, o => o.OfPeriodAsync) with
        {
            Parameters = [.. ResourceOperations.PageParameters(Definition.MaximumPageSize), Additional],
        },
    ];

    private static ApiOperation Get(
        string path, string id, string summary, ApiSchema answer, Func<BillOperations, Func<ApiCall, Task>> handle) =>
        new("GET", Root + path, id, "Bill", summary, answer, Run.By(handle)) { Permission = Reading.Visible() };

    private Task ListAsync(ApiCall call) =>
        lists.AnswerAsync(call, Definition, view: Shortened(call.Http.Request));

    private async Task GetAsync(ApiCall call) => await call.AnswerAsync(
        await resources.FindJsonAsync(call, Definition, call.Route("id")));

    private async Task GetLatestAsync(ApiCall call)
    {
        var latest = await store.QueryAsync(
            Definition.DocumentKind,
            call.OrganizationId,
            new DocumentQuery
            {
                Where = Condition.And(
                    Condition.Equal("account_id", call.Route("accountId")), call.Visible ?? Condition.And()),
                SortBy = "bill_date",
                Limit = 1
            },
            call.Cancelled);
        if (latest.Count == 0)
            throw new NotFoundException($"No bill exists for the account '{call.Route("accountId")}'");
        await call.AnswerAsync(latest[0].Json);
    }

    private async Task OfAccountAsync(ApiCall call)
    {
        var accountId = call.Route("accountId");
        await resources.FindJsonAsync(call, AccountResource.Definition, accountId);
        await lists.AnswerAsync(call, Definition, Condition.Equal("account_id", accountId));
    }

    private Task SearchAsync(ApiCall call) => searches.AnswerAsync(call, Definition);

    private Task OfPeriodAsync(ApiCall call) => lists.AnswerAsync(call, Definition, PeriodOf(call));

    /// <summary>Selects the bills of the period in the path.</summary>
    /// <exception cref="RefusedException">The date or the frequency is invalid.</exception>
    internal static Condition PeriodOf(ApiCall call)
    {
        if (!InstantText.TryParseDate(call.Route("lastDateInBillingPeriod"), out var lastDate)
            || lastDate == LocalDate.MaxIsoValue)
            throw new RefusedException(
                new Issue("date", "lastDateInBillingPeriod", "must be a date such as 2026-03-31"));
        var frequency = call.Route("billingFrequency").ToUpperInvariant();
        if (!Frequencies.Contains(frequency))
            throw new RefusedException(new Issue(
                "unknown_value", "billingFrequency", $"must be one of {string.Join(", ", Frequencies)} "
                    + "(case-insensitive)"));
        return Condition.And(
            Condition.Equal("end_date", InstantText.Write(lastDate.PlusDays(1))),
            Condition.Equal("billing_frequency", frequency));
    }

    // Lists include totals only on request, and can omit the line items.
    private static Func<Document, ReadOnlyMemory<byte>> Shortened(HttpRequest request)
    {
        var excludesLines = IsTrue(request, "excludeLineItems");
        var includesTotal = IsTrue(request, "includeBillTotal");
        return document =>
        {
            if (!excludesLines && includesTotal)
                return document.Json;
            var bill = JsonNode.Parse(document.Json.Span)!.AsObject();
            if (excludesLines)
                bill.Remove("lineItems");
            if (!includesTotal)
                bill.Remove("billTotal");
            return JsonFormat.Write(bill);
        };
    }

    private static bool IsTrue(HttpRequest request, string parameter)
    {
        if (QueryText.Single(request, parameter) is not { } text)
            return false;
        return bool.TryParse(text, out var flag)
            ? flag
            : throw new RefusedException(new Issue("type", parameter, "must be true or false"));
    }
}
