using NodaTime;
using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Pages.Settings.Policies;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.Users;

/// <summary>The table and the form of users.</summary>
internal static class UserTable
{
    internal static TableDefinition<OrgUser> Definition { get; } = new()
    {
        Name = "users",
        Operation = "GET users",
        Load = query => query.Api.Client.Users.ListAsync(query.PageSize),
        Key = user => user.Id,
        Page = user => $"settings/users/{user.Id}",
        Columns = new Columns<OrgUser>()
            .Text("Name", NameOf)
            .Text("E-mail", user => user.Email)
            .Time("Access ends", user => user.DtEndAccess)
            .Text("Kind", user => user.SupportUser == true ? "Support user" : "User")
            .Time("Created", user => user.DtCreated).Extra()
            .Code("Id", user => user.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        new("dtEndAccess", "Access ends (UTC)", InputKind.Instant)
        {
            Hint = "From then on, the user cannot sign in to the organization. Without a date, access does not end.",
        },
        PolicyTable.Statements("permissionPolicy", isRequired: false) with
        {
            Label = "Statements of this user only",
            Hint = "They apply in addition to the permission policies of the user.",
        },
    ];

    internal static string NameOf(OrgUser user) =>
        $"{user.FirstName} {user.LastName}".Trim() is { Length: > 0 } name ? name : user.Email ?? user.Id;

    /// <summary>Whether the access of a user has ended.</summary>
    internal static bool HasEnded(OrgUser user, Instant now) =>
        user.DtEndAccess is { } end && Instant.FromDateTimeOffset(end) <= now;
}
