using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Groups;

/// <summary>Adds entities and groups to resource groups, removes them, and deletes groups.</summary>
public sealed class GroupMembership(ResourceService resources)
{
    /// <summary>Adds a member to a group. Does nothing if it is already a member.</summary>
    /// <exception cref="ForbiddenException">
    /// A principal would gain permissions that the caller does not have.
    /// </exception>
    /// <exception cref="RefusedException">
    /// The member does not exist, or the nesting of groups would have a cycle.
    /// </exception>
    public async Task AddAsync(Granting by, ResourceGroup group, ResourceGroupItem member)
    {
        EntityPermissions.Require(
            by.Grants,
            member.TargetType == TargetType.Item
                ? GroupTypes.DefinitionOf(resources.Catalog, group.Type) : ResourceGroupResource.Definition,
            ("targetId", member.TargetId));
        await CheckMemberAsync(by.Related, group, member);
        await GroupGrants.CheckJoiningAsync(by, group, PatternOf(member));
        if (await FindAsync(by.Related, member) is null)
            await resources.CreateAsync(
                ResourceGroupItemResource.Definition, by.Caller.OrganizationId, by.Caller.AuditName, member,
                by.Cancelled, inside => CheckMemberAsync(inside, group, member));
    }

    /// <summary>Removes a member from a group.</summary>
    /// <exception cref="NotFoundException">It is not in the group.</exception>
    /// <exception cref="ForbiddenException">
    /// A principal would gain permissions that the caller does not have.
    /// </exception>
    public async Task RemoveAsync(Granting by, ResourceGroup group, ResourceGroupItem member)
    {
        var found = await FindAsync(by.Related, member) ?? throw new NotFoundException(
            $"Resource group '{group.Id}' has no member '{member.TargetId}' of this type");
        await GroupGrants.CheckLeavingAsync(by, group, PatternOf(member));
        await resources.DeleteAsync(
            ResourceGroupItemResource.Definition, by.Caller.OrganizationId, by.Caller.AuditName, found.Id,
            by.Cancelled);
    }

    /// <summary>Deletes a group, but not its members.</summary>
    /// <exception cref="ForbiddenException">
    /// A principal would gain permissions that the caller does not have.
    /// </exception>
    /// <exception cref="RefusedException">The organization would lose its last administrator.</exception>
    public async Task DeleteAsync(Granting by, ResourceGroup group)
    {
        await GroupGrants.CheckLeavingAsync(by, group, new ResourcePattern("*", PatternScope.Group, group.Id));
        await resources.ChangeAsync(
            by.Caller.OrganizationId, by.Caller.AuditName, by.Cancelled,
            async change =>
            {
                await AttachedPolicies.DetachAllAsync(change, PrincipalType.Usergroup, group.Id);
                foreach (var item in await change.Related.ListAsync<ResourceGroupItem>(Condition.Or(
                    Condition.Equal("group_id", group.Id), Condition.Equal("target_id", group.Id))))
                    await change.DeleteAsync(ResourceGroupItemResource.Definition, item.Id);
                return await change.DeleteAsync(ResourceGroupResource.Definition, group.Id);
            },
            by.Caller.OrganizationId);
    }

    private async ValueTask CheckMemberAsync(ResourceReader related, ResourceGroup group, ResourceGroupItem member)
    {
        var issues = new Issues();
        if (member.TargetType == TargetType.Item)
        {
            var definition = GroupTypes.DefinitionOf(resources.Catalog, group.Type);
            if (await related.FindAsync(definition, member.TargetId) is null)
                issues.AddUnknownReference("targetId", group.Type, member.TargetId);
        }
        else if ((await related.FindAsync<ResourceGroup>(member.TargetId))?.Type != group.Type)
        {
            issues.AddUnknownReference("targetId", $"group of {group.Type}", member.TargetId);
        }
        else if ((await GroupMembers.ReadAsync(related)).Within(member.TargetId).Contains(group.Id))
        {
            issues.Add("cycle", "targetId", "must not be the group itself or a group that contains it");
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
