using System.Text.Json;
using Tallystick.Access.Groups;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.ResourceGroups;

/// <summary>Members of resource groups.</summary>
internal static class ResourceGroupItemOperations
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
        new("POST", Root + "/contents", "ListResourceGroupContents", Tag, "List the members of a resource group",
            Item with { IsPage = true }, ListAsync)
        {
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
            Permission = Permission.On(PermissionAction.ConfigRetrieve, "config:resourceGroup").Item("resourceGroupId"),
            Description = """
                Lists the entities and groups directly in this group, newest first, but not those in nested groups.
                The request has no body.
                """,
        },
        Change("addresource", "AddResourceToGroup", "Add a member to a resource group", AddAsync) with
        {
            Description = """
                Has no effect if the member is already in the group. Returns 403 if somebody would gain a permission
                that you do not have.
                """,
        },
        Change("removeresource", "RemoveResourceFromGroup", "Remove a member from a resource group", RemoveAsync),
    ];

    private static ApiOperation Change(string verb, string id, string summary, Func<ApiCall, Task> handle) =>
        new("POST", $"{Root}/{verb}", id, Tag, summary, ResourceGroupOperations.Answer, handle)
        {
            Body = Request,
            Permission = Permission.On(PermissionAction.ConfigUpdate, "config:resourceGroup").Item("resourceGroupId"),
        };

    private static async Task ListAsync(ApiCall call)
    {
        var group = await ResourceGroupOperations.FindAsync(call, "resourceGroupId");
        await ListRequest.AnswerAsync(
            call, Definition, Condition.Equal("group_id", group.Id),
            view: document => ResourceGroupOperations.Without(document.Json, "groupId"));
    }

    private static async Task AddAsync(ApiCall call)
    {
        var (group, member) = await ReadAsync(call);
        var related = call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled);
        Sight.Require(
            call.Grants,
            member.TargetType == TargetType.Item
                ? GroupTypes.DefinitionOf(AllKinds.Catalog, group.Type) : ResourceGroupResource.Definition,
            ("targetId", member.TargetId));
        await CheckMemberAsync(related, group, member);
        await GroupGrants.CheckJoiningAsync(call.Granting(), group, PatternOf(member));
        if (await FindAsync(related, member) is null)
            await call.Service<ResourceService>().CreateAsync(
                Definition, call.OrganizationId, call.Caller.AuditName, member, call.Cancelled,
                inside => CheckMemberAsync(inside, group, member));
        await call.AnswerAsync(ResourceGroupOperations.View(group));
    }

    private static async Task RemoveAsync(ApiCall call)
    {
        var (group, member) = await ReadAsync(call);
        var related = call.Service<ResourceService>().Reader(call.OrganizationId, call.Cancelled);
        var found = await FindAsync(related, member) ?? throw new NotFoundException(
            $"The resource group '{group.Id}' has no member '{member.TargetId}' of that type");
        await GroupGrants.CheckLeavingAsync(call.Granting(), group, PatternOf(member));
        await call.Service<ResourceService>().DeleteAsync(
            Definition, call.OrganizationId, call.Caller.AuditName, found.Id, call.Cancelled);
        await call.AnswerAsync(ResourceGroupOperations.View(group));
    }

    private static async ValueTask<(ResourceGroup Group, ResourceGroupItem Member)> ReadAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var request = JsonSerializer.Deserialize(
            Request.Shape.Check(body.RootElement), AuthJson.Format.ResourceGroupItemRequest)!;
        var group = await ResourceGroupOperations.FindAsync(call, "resourceGroupId");
        var issues = new Issues();
        if (!Enum.TryParse<TargetType>(request.TargetType, ignoreCase: true, out var type)
            || !char.IsAsciiLetter(request.TargetType[0]))
            issues.Add("unknown_value", "targetType", "must be item or group");
        if (request.Version != 0 && request.Version != group.Version)
            issues.AddConflict("stale_version", "version", $"is not the stored version of the group, {group.Version}");
        issues.ThrowIfAny();
        return (group, new ResourceGroupItem { GroupId = group.Id, TargetId = request.TargetId, TargetType = type });
    }

    private static async ValueTask CheckMemberAsync(
        ResourceReader related, ResourceGroup group, ResourceGroupItem member)
    {
        var issues = new Issues();
        if (member.TargetType == TargetType.Item)
        {
            if (await related.FindAsync(GroupTypes.DefinitionOf(AllKinds.Catalog, group.Type), member.TargetId) is null)
                issues.AddUnknownReference("targetId", group.Type, member.TargetId);
        }
        else if ((await related.FindAsync<ResourceGroup>(member.TargetId))?.Type != group.Type)
        {
            issues.AddUnknownReference("targetId", $"group of {group.Type}", member.TargetId);
        }
        else if ((await GroupMembers.ReadAsync(related)).Within(member.TargetId).Contains(group.Id))
        {
            issues.Add("cycle", "targetId", "names the group itself or one that it is nested in");
        }
        issues.ThrowIfAny();
    }

    private static async ValueTask<ResourceGroupItem?> FindAsync(IResourceReader related, ResourceGroupItem member) =>
        (await related.ListAsync<ResourceGroupItem>(Condition.And(
            Condition.Equal("group_id", member.GroupId), Condition.Equal("target_id", member.TargetId))))
            .FirstOrDefault(item => item.TargetType == member.TargetType);

    private static ResourcePattern PatternOf(ResourceGroupItem member) => new(
        "*", member.TargetType == TargetType.Item ? PatternScope.Item : PatternScope.Group,
        member.TargetId.ToLowerInvariant());
}
