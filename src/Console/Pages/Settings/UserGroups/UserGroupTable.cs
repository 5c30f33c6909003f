using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.UserGroups;

/// <summary>The table and the form of user groups.</summary>
internal static class UserGroupTable
{
    /// <summary>The type of resource groups whose members are users.</summary>
    internal const string Type = "user";

    internal static TableDefinition<ResourceGroup> Definition { get; } = new()
    {
        Name = "user-groups",
        Operation = "GET resourcegroups/{type}",
        Load = query => query.Api.Client.ResourceGroups.GetAsync(Type, query.PageSize),
        Key = group => group.Id,
        Page = group => $"settings/user-groups/{group.Id}",
        Columns = new Columns<ResourceGroup>()
            .Text("Name", group => group.Name)
            .Time("Created", group => group.DtCreated)
            .Code("Id", group => group.Id),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
        [new("name", "Name") { IsRequired = true, MaxLength = 200 }];
}
