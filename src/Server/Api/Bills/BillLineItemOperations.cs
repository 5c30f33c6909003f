using System.Text.Json.Nodes;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Bills;

/// <summary>
/// Reads the line items of a bill. In the contract, they differ from line items within a bill in a few members: bands
/// are called <c>bandUsage</c>, the bill is included, and child accounts are omitted.
/// </summary>
internal sealed class BillLineItemOperations(ResourceService resources)
{
    private const string Root = "/organizations/{orgId}/bills/{billId}/lineitems";
    private const int MaximumPageSize = 100;

    /// <summary>The schema of a line item.</summary>
    internal static ApiSchema One { get; } = new("BillLineItemResponse", ShapeOf(BillResource.Definition.Shape));

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Root, "ListBillLineItems", "Bill", "List the line items of a bill", One with { IsPage = true },
            Run.By<BillLineItemOperations>(o => o.ListAsync))
        {
            Parameters = [.. ResourceOperations.PageParameters(MaximumPageSize), BillOperations.Additional],
            Permission = BillOperations.Reading.Item("billId"),
            Description = "Line items are returned in the order of the bill.",
        },
        new("GET", Root + "/{id}", "GetBillLineItem", "Bill", "Retrieve a line item of a bill", One,
            Run.By<BillLineItemOperations>(o => o.GetAsync))
        {
            Parameters = [BillOperations.Additional],
            Permission = BillOperations.Reading.Item("billId"),
        },
    ];

    private async Task ListAsync(ApiCall call)
    {
        var issues = new Issues();
        var pageSize = ResourceLists.PageSize(call.Http.Request, MaximumPageSize, issues);
        issues.ThrowIfAny();
        var lines = await ReadAsync(call);
        var list = $"BillLineItem|{call.OrganizationId}|{call.Route("billId")}";
        var from = PageToken.ReadIndex(list, QueryText.Single(call.Http.Request, "nextToken"), lines.Count);
        var next = from + pageSize < lines.Count ? PageToken.Write(list, from + pageSize) : null;
        await JsonAnswer.WritePageAsync(call.Http, [.. lines.Skip(from).Take(pageSize).Select(JsonFormat.Write)], next);
    }

    private async Task GetAsync(ApiCall call)
    {
        var id = call.Route("id");
        var line = (await ReadAsync(call)).FirstOrDefault(line => (string?)line["id"] == id)
            ?? throw new NotFoundException($"The bill has no line item '{id}'");
        await call.AnswerAsync(JsonFormat.Write(line));
    }

    private async Task<List<JsonObject>> ReadAsync(ApiCall call)
    {
        var json = await resources.FindJsonAsync(call, BillResource.Definition, call.Route("billId"));
        var bill = JsonNode.Parse(json.Span)!.AsObject();
        return [.. (bill["lineItems"]?.AsArray() ?? []).Select(line => View(line!.AsObject(), bill))];
    }

    /// <summary>A line of a bill as the endpoints of line items return it.</summary>
    internal static JsonObject View(JsonObject line, JsonObject bill)
    {
        var view = new JsonObject { ["id"] = line["id"]?.DeepClone(), ["billId"] = bill["id"]?.DeepClone() };
        foreach (var name in new[] { "version", "dtCreated", "dtLastModified", "createdBy", "lastModifiedBy" })
        {
            if (bill[name] is { } value)
                view[name] = value.DeepClone();
        }
        foreach (var (name, value) in line)
        {
            if (name is not ("id" or "childAccountId" or "childAccountCode"))
                view[name == "usagePerPricingBand" ? "bandUsage" : name] = value?.DeepClone();
        }
        return view;
    }

    private static ObjectShape ShapeOf(ObjectShape bill)
    {
        var line = (ObjectShape)((ListShape)bill.Members.Single(member => member.Name == "lineItems").Shape).Item;
        var audit = bill.Members.Where(
            member => member.Name is "version" or "dtCreated" or "dtLastModified" or "createdBy" or "lastModifiedBy");
        JsonMember[] own =
        [
            .. line.Members.Where(member => member.Name is not ("childAccountId" or "childAccountCode"))
                .Select(member => member.Name == "usagePerPricingBand" ? member with { Name = "bandUsage" } : member),
            new("billId", new TextShape()),
            new("jsonUsageGenerated", new BooleanShape()),
        ];
        return new ObjectShape("BillLineItemView", [.. own, .. audit]) { Type = line.Type };
    }
}
