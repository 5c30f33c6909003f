using Tallystick.Access.Permissions;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Memos;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Bills;

/// <summary>The operations of credit and debit line items, which require the permissions of their bill.</summary>
internal sealed class MemoOperations(ResourceParents parents, BillLifecycle life)
{
    private const string Effect = """
        The line item is on the bill at once, after all other lines, and is kept if the bill is recalculated. An
        approved bill becomes pending again. Returns 409 if the bill is locked.
        """;

    internal static IReadOnlyList<ApiOperation> All { get; } =
        [.. Of(MemoResources.Credits), .. Of(MemoResources.Debits)];

    private static IEnumerable<ApiOperation> Of(ResourceDefinition definition)
    {
        var reading = EntityPermissions.Retrieve(BillResource.Definition).Item("billId");
        var writing = EntityPermissions.Update(BillResource.Definition).Item("billId");
        yield return ResourceOperations.List(definition) with { Permission = reading, AlsoNeeds = [] };
        yield return ResourceOperations.Create(definition) with
        {
            Permission = writing,
            AlsoNeeds = [],
            Description = Effect,
        };
        yield return ResourceOperations.Retrieve(definition) with { Permission = reading, AlsoNeeds = [] };
        var update = ResourceOperations.Update(definition);
        yield return update with
        {
            Permission = writing,
            AlsoNeeds = [],
            Description = $"{update.Description}\n\n{Effect}",
        };
        yield return ResourceOperations.Delete(
            definition, Run.By<MemoOperations>(o => call => o.DeleteAsync(call, definition))) with
        {
            Permission = writing,
            AlsoNeeds = [],
            Description = """
                Returns the deleted line item, which is also taken off the bill. An approved bill becomes pending again.
                Returns 409 if the bill is locked.
                """,
        };
    }

    private async Task DeleteAsync(ApiCall call, ResourceDefinition definition)
    {
        await parents.RequireAsync(call, definition);
        await call.AnswerAsync(definition.Write(await life.DeleteMemoAsync(
            definition, call.OrganizationId, call.Caller.AuditName, call.Route("id"), call.Cancelled)));
    }
}
