using System.Text.Json;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.WhatIf;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Api.Usage;

namespace Tallystick.Server.Api.Bills;

/// <summary>Compares bills with those that changed plans or prices would give.</summary>
internal sealed class WhatIfOperation(ResourceService resources, WhatIfCalculation calculation, QuerySlots slots)
{
    private const int MaxAccounts = 100;
    private static readonly ObjectShape Shape = new(
        "WhatIfRequest",
        [
            new JsonMember("accountIds", new ListShape(new TextShape(1), 1, MaxAccounts)),
            new JsonMember("startDate", new DateShape()) { IsRequired = true },
            new JsonMember("endDate", new DateShape()) { IsRequired = true },
            .. WhatIfKinds.ByMember.Select(kind => new JsonMember(
                kind.Key, new ListShape(WhatIfKinds.ShapeOf(kind.Value), null, WhatIfKinds.MaxChanges))),
        ]);

    internal static ApiOperation Calculate { get; } = new(
        "POST", "/organizations/{orgId}/bills/whatif", "CalculateWhatIf", ApiOperations.OwnTag,
        "Compare bills with changed prices",
        new ApiSchema("WhatIfResult", JsonShapes.Of(typeof(WhatIfResult))),
        Run.By<WhatIfOperation>(o => o.AnswerAsync))
    {
        Body = new ApiSchema("WhatIfRequest", Shape) { IsRequest = true },
        Permission = BillOperations.Reading,
        AlsoNeeds =
        [
            EntityPermissions.Retrieve(AccountResource.Definition).Visible(),
            .. WhatIfKinds.ByMember.Values.Select(EntityPermissions.Retrieve).Select(needed => needed.Visible()),
        ],
        Description = """
            Bills the real usage of past periods twice: with plans and prices as they are, and as the request changes
            them. Nothing is saved.

            The bills are those with a bill date from `startDate` up to, not including, `endDate`, at most 366 days
            later. An entity with the `id` of a stored plan template, plan, pricing or counter pricing replaces it; an
            entity without `id` is added. To change a price from a date on, end the stored pricing and add another.

            Returns the totals per currency first, then the accounts whose bills change, largest change first. If
            `accountIds` names accounts (at most 100), all of them are returned, with both bills of each date and their
            difference. Credits are applied to both as if neither these bills nor any unlocked bill dated `startDate` or
            later had drawn on them. A bill that cannot be calculated before or after the change is listed in `failures`
            and left out of totals and accounts.

            The caller must be permitted to retrieve every bill and each changed entity.
            """,
    };

    private async Task AnswerAsync(ApiCall call)
    {
        var zone = await resources.ZoneAsync(call);
        WhatIfRequest asked;
        using (var body = await call.ReadJsonAsync())
            asked = Read(Shape.Check(body.RootElement, zone));
        RequireBills(call);
        BillJobOperations.RequireAccounts(call, asked.AccountIds);
        foreach (var change in asked.Changes.Where(change => !change.IsAdded))
            EntityPermissions.Require(call.Grants, change.Definition, ($"{change.Path}.id", change.Entity.Id));
        using var slot = await slots.EnterAsync(call.OrganizationId, call.Cancelled);
        await call.AnswerAsync((await calculation.CalculateAsync(call.OrganizationId, asked, call.Cancelled)).ToJson());
    }

    // The totals include all bills of the accounts.
    private static void RequireBills(ApiCall call)
    {
        if (call.Grants.Of(BillOperations.Reading).Denied.Count > 0)
            throw new ForbiddenException(
                $"Forbidden: this requires the permission {BillOperations.Reading.Describe()} for every bill");
    }

    private static WhatIfRequest Read(byte[] json)
    {
        using var request = JsonDocument.Parse(json);
        var root = request.RootElement;
        return new WhatIfRequest(
            root.TryGetProperty("accountIds", out var ids)
                ? [.. ids.EnumerateArray().Select(id => id.GetString()!).Distinct()] : null,
            DateOf(root, "startDate"),
            DateOf(root, "endDate"),
            [
                .. WhatIfKinds.ByMember.SelectMany(kind => root.TryGetProperty(kind.Key, out var entities)
                    ? entities.EnumerateArray().Select((entity, index) => new EntityChange(
                        $"{kind.Key}[{index}]", kind.Value,
                        kind.Value.Read(JsonSerializer.SerializeToUtf8Bytes(entity))))
                    : []),
            ]);
    }

    private static LocalDate DateOf(JsonElement root, string member) =>
        InstantText.TryParseDate(root.GetProperty(member).GetString()!, out var date)
            ? date : throw new InvalidOperationException($"The {member} was checked.");
}
