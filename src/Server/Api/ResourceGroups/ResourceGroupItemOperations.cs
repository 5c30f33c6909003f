using System.Text.Json;
using Tallystick.Access.Groups;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Auth;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.ResourceGroups;

/// <summary>Operations on the members of resource groups.</summary>
internal sealed class ResourceGroupItemOperations(
    ResourceService resources, ResourceLists lists, GroupMembership membership)
{
    private const string Root = "/organizations/{orgId}/resourcegroups/{type}/{resourceGroupId}";
    private const string Tag = "ResourceGroup";
    private static readonly ResourceDefinition<ResourceGroupItem> Definition = ResourceGroupItemResource.Definition;

    private static readonly ApiSchema Item = new("ResourceGroupItemResponse", Definition.Shape with
    {
        Members = [.. Definition.Shape.Members.Where(member => member.Name != "groupId")],
    });

    private static readonly ApiSchema Request =
        new("ResourceGroupItemRequest", JsonShapes.Of(typeof(ResourceGroupItemRequest))) { IsRequest = true };

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("POST", Root + "/contents", "ListResourceGroupsForId", Tag, "List the members of a resource group",
            Item with { IsPage = true }, Run.By<ResourceGroupItemOperations>(o => o.ListAsync))
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Permission.On(PermissionAction.ConfigRetrieve, "config:resourceGroup").Item("resourceGroupId"),
            Description = """
                Lists the entities and groups directly in this group, newest first, but not those in nested groups.
                The request has no body.
                """,
        },
        Change("addresource", "AddResourceToGroup", "Add a member to a resource group", o => o.AddAsync) with
        {
            Description = """
                Has no effect if the member is already in the group. Returns 403 if somebody would gain a permission
                that you do not have.
                """,
        },
        Change("removeresource", "RemoveResourceFromGroup", "Remove a member from a resource group",
            o => o.RemoveAsync),
    ];

    private static ApiOperation Change(
        string verb, string id, string summary, Func<ResourceGroupItemOperations, Func<ApiCall, Task>> handle) =>
        new("POST", $"{Root}/{verb}", id, Tag, summary, ResourceGroupOperations.Answer, Run.By(handle))
        {
            Body = Request,
            Permission = Permission.On(PermissionAction.ConfigUpdate, "config:resourceGroup").Item("resourceGroupId"),
        };

    private async Task ListAsync(ApiCall call)
    {
        var group = await GroupAsync(call);
        await lists.AnswerAsync(
            call, Definition, Condition.Equal("group_id", group.Id),
            view: document => ResourceGroupOperations.Without(document.Json, "groupId"));
    }

    private async Task AddAsync(ApiCall call)
    {
        var (group, member) = await ReadAsync(call);
        await membership.AddAsync(resources.Granting(call), group, member);
        await call.AnswerAsync(ResourceGroupOperations.View(group));
    }

    private async Task RemoveAsync(ApiCall call)
    {
        var (group, member) = await ReadAsync(call);
        await membership.RemoveAsync(resources.Granting(call), group, member);
        await call.AnswerAsync(ResourceGroupOperations.View(group));
    }

    private async ValueTask<(ResourceGroup Group, ResourceGroupItem Member)> ReadAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var request = JsonSerializer.Deserialize(
            Request.Shape.Check(body.RootElement), AuthJson.Format.ResourceGroupItemRequest)!;
        var group = await GroupAsync(call);
        var issues = new Issues();
        if (!Enum.TryParse<TargetType>(request.TargetType, ignoreCase: true, out var type)
            || !char.IsAsciiLetter(request.TargetType[0]))
            issues.Add("unknown_value", "targetType", "must be item or group");
        if (request.Version != 0 && request.Version != group.Version)
            issues.AddConflict("stale_version", "version", "does not match the stored version of the group, "
                + $"{group.Version}");
        issues.ThrowIfAny();
        return (group, new ResourceGroupItem { GroupId = group.Id, TargetId = request.TargetId, TargetType = type });
    }

    private ValueTask<ResourceGroup> GroupAsync(ApiCall call) =>
        ResourceGroupOperations.FindAsync(resources, call, "resourceGroupId");
}
