using System.Text.Json.Nodes;
using Tallystick.Access.Groups;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.ResourceGroups;

/// <summary>Operations of resource groups and the policies that refer to them.</summary>
internal sealed class ResourceGroupOperations(
    ResourceService resources, ResourceLists lists, GroupMembership membership)
{
    private const string Root = "/organizations/{orgId}/resourcegroups/{type}";
    private const string Tag = "ResourceGroup";
    private const string Resource = "config:resourceGroup";
    private static readonly ResourceDefinition<ResourceGroup> Definition = ResourceGroupResource.Definition;

    /// <summary>The response for a group. It omits the type, which is in the path.</summary>
    internal static ApiSchema Answer { get; } = new("ResourceGroupResponse", Definition.Shape with
    {
        Members = [.. Definition.Shape.Members.Where(member => member.Name != "type")],
    });

    private static readonly ApiSchema Request = new("ResourceGroupRequest", Definition.Shape) { IsRequest = true };

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Root, "ListResourceGroups", Tag, "List resource groups", Answer with { IsPage = true },
            By(o => o.ListAsync))
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Permission.On(PermissionAction.ConfigRetrieve, Resource).Visible(),
            Description = "Lists the groups of one type, such as `meter` or `user`, newest first.",
        },
        new("POST", Root, "PostResourceGroup", Tag, "Create a resource group", Answer, By(o => o.CreateAsync))
        {
            Body = Request,
            Permission = Permission.On(PermissionAction.ConfigCreate, Resource),
            Description = """
                Policies refer to the entities of a group as `config:{type}/group/{id}`. A group of type `user` is a
                user group: policies can be attached to it, and apply to its members.
                """,
        },
        new("GET", Root + "/{id}", "GetResourceGroup", Tag, "Retrieve a resource group", Answer,
            By(o => o.GetAsync))
        {
            Permission = Permission.On(PermissionAction.ConfigRetrieve, Resource).Item(),
        },
        new("PUT", Root + "/{id}", "PutResourceGroup", Tag, "Update a resource group", Answer,
            By(o => o.UpdateAsync))
        {
            Body = Request,
            Permission = Permission.On(PermissionAction.ConfigUpdate, Resource).Item(),
        },
        new("DELETE", Root + "/{id}", "DeleteResourceGroup", Tag, "Delete a resource group", Answer,
            By(o => o.DeleteAsync))
        {
            Permission = Permission.On(PermissionAction.ConfigDelete, Resource).Item(),
            Description = """
                Deletes the group only; its members remain. Policies that refer to it no longer match anything.
                """,
        },
        new("GET", Root + "/{resourceGroupId}/permissions", "GetResourceGroupPermissions", Tag,
            "List the policies of a resource group", ResourceOperations.Page(PermissionPolicyResource.Definition),
            By(o => o.PermissionsAsync))
        {
            Parameters = ResourceOperations.PageParameters(PermissionPolicyResource.Definition.MaximumPageSize),
            Permission = Permission.On(PermissionAction.ConfigRetrieve, Resource).Item("resourceGroupId"),
            AlsoNeeds = [EntityPermissions.Retrieve(PermissionPolicyResource.Definition).Visible()],
            Description = "Lists the policies attached to the group and those that refer to it.",
        },
        .. ResourceGroupItemOperations.All,
    ];

    /// <summary>Writes a page of groups.</summary>
    internal static Task ListAsync(
        ResourceLists lists, ApiCall call, Condition within, int? maximumPageSize = null) =>
        lists.AnswerAsync(call, Definition, within, maximumPageSize, document => Without(document.Json, "type"));

    /// <summary>The group in the path, if it has the type in the path.</summary>
    internal static async ValueTask<ResourceGroup> FindAsync(
        ResourceService resources, ApiCall call, string route)
    {
        var type = GroupTypes.Read(AllKinds.Catalog, call.Route("type"));
        var id = call.Route(route);
        return await resources.Reader(call).FindAsync<ResourceGroup>(id) is { } group && group.Type == type
            ? group
            : throw ResourceService.NotFound(Definition, id);
    }

    /// <summary>The response for a group.</summary>
    internal static ReadOnlyMemory<byte> View(Resource group) => Without(Definition.Write(group), "type");

    /// <summary>An entity without members that are not returned.</summary>
    internal static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> json, params ReadOnlySpan<string> members)
    {
        var entity = JsonNode.Parse(json.Span)!.AsObject();
        foreach (var member in members)
            entity.Remove(member);
        return JsonFormat.Write(entity);
    }

    private static Run By(Func<ResourceGroupOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private Task ListAsync(ApiCall call) => ListAsync(
        lists, call, Condition.Equal("type", GroupTypes.Read(AllKinds.Catalog, call.Route("type"))));

    private async Task GetAsync(ApiCall call) => await call.AnswerAsync(View(await FindAsync(resources, call, "id")));

    private async Task CreateAsync(ApiCall call)
    {
        var type = GroupTypes.Read(AllKinds.Catalog, call.Route("type"));
        using var body = await call.ReadJsonAsync();
        var proposed = (ResourceGroup)Definition.Read(Definition.Shape.Check(body.RootElement)) with { Type = type };
        await call.AnswerAsync(View(await resources.CreateAsync(
            Definition, call.OrganizationId, call.Caller.AuditName, proposed, call.Cancelled)));
    }

    private async Task UpdateAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var proposed = Definition.Read(Definition.Shape.Check(body.RootElement));
        var group = await FindAsync(resources, call, "id");
        await call.AnswerAsync(View(await resources.UpdateAsync(
            Definition, call.OrganizationId, call.Caller.AuditName, group.Id, proposed, call.Cancelled)));
    }

    private async Task DeleteAsync(ApiCall call)
    {
        var group = await FindAsync(resources, call, "id");
        await membership.DeleteAsync(resources.Granting(call), group);
        await call.AnswerAsync(View(group));
    }

    private async Task PermissionsAsync(ApiCall call)
    {
        var group = await FindAsync(resources, call, "resourceGroupId");
        var ids = await GroupGrants.PolicyIdsAsync(resources.Granting(call), group);
        await lists.AnswerAsync(
            call, PermissionPolicyResource.Definition,
            Condition.And(
                new Condition.In("id", ids),
                EntityPermissions.Visible(call.Grants, PermissionPolicyResource.Definition)));
    }
}
