using System.Globalization;
using System.Text.Json;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillExports;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Bills;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.DataExplorer;

/// <summary>Queries line items of bills with the data of their bills and accounts.</summary>
internal sealed class BillExplorerOperation(ResourceService resources, BillExplorer explorer, QueryRate rate)
{
    private const int MaxFilterValues = 200;
    private static readonly ObjectShape Shape = JsonShapes.Of(typeof(QueryBillDataRequest));
    private static readonly string[] Dimensions = ["account", "product name"];

    internal static ApiOperation Query { get; } = new(
        "POST", "/organizations/{orgId}/dataexplorer/bills", "PostQueryBillData", "DataExplorer",
        "Query line items of bills", new ApiSchema("BillDataResponse", JsonShapes.Of(typeof(BillDataResponse))),
        Run.By<BillExplorerOperation>(o => o.AnswerAsync))
    {
        Body = new ApiSchema("QueryBillDataRequest", Shape) { IsRequest = true },
        Permission = BillOperations.Reading.Visible(),
        Description = """
            Returns the line items of the bills dated from `startDate` until before `endDate`, of the newest bills
            first. Dimensions filter them: `account` by id, code or name, `product name` by name; `*` allows every
            value. An organization can send one query per second, and up to 10 at once after a pause.
            """,
    };

    private async Task AnswerAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var zone = await resources.ZoneAsync(call);
        using var plain = JsonDocument.Parse(Shape.Check(body.RootElement, zone));
        var asked = Read(plain.RootElement, zone);
        rate.Count(call.OrganizationId);
        var lines = await explorer.FindAsync(
            call.OrganizationId, asked, call.Visible ?? Condition.And(),
            EntityPermissions.Visible(call.Grants, AccountResource.Definition), call.Cancelled);
        await call.AnswerAsync(JsonSerializer.SerializeToUtf8Bytes(
            new BillDataResponse { Values = [.. lines.Select(BillDataRow.Of)] },
            DataExplorerJson.Format.BillDataResponse));
    }

    private static BillExploration Read(JsonElement body, DateTimeZone zone)
    {
        var request = body.Deserialize(DataExplorerJson.Format.QueryBillDataRequest)!;
        var (start, end) = (RequestDays.Of(request.StartDate, zone), RequestDays.Of(request.EndDate, zone));
        var issues = new Issues();
        if (end < start)
            issues.Add("order", "endDate", "must not be before startDate");
        var allowed = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (index, dimension) in (request.Dimensions ?? []).Index())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"dimensions[{index}]");
            var name = dimension.Name.ToLowerInvariant();
            if (!Dimensions.Contains(name))
                issues.Add("unknown_value", $"{path}.name", $"must be one of {string.Join(", ", Dimensions)}");
            if (dimension.Filter.Count > MaxFilterValues)
                issues.Add("count", $"{path}.filter", $"must have at most {MaxFilterValues} entries");
            if (dimension.Filter.Contains("*"))
                continue;
            // Several filters of the same dimension must all allow a value.
            allowed[name] = allowed.TryGetValue(name, out var before)
                ? [.. before.Intersect(dimension.Filter)] : dimension.Filter;
        }
        issues.ThrowIfAny();
        return new BillExploration(
            start, end, request.LineItemTypes.ToHashSet(), allowed.GetValueOrDefault(Dimensions[0]),
            allowed.TryGetValue(Dimensions[1], out var products)
                ? products.ToHashSet(StringComparer.Ordinal) : null,
            request.Limit ?? QueryBillDataRequest.MaxLimit);
    }
}
