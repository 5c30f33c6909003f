using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.Invitations;

/// <summary>The table and the form of invitations.</summary>
internal static class InvitationTable
{
    internal static TableDefinition<Invitation> Definition { get; } = new()
    {
        Name = "invitations",
        Operation = "GET invitations",
        Load = query => query.Api.Client.Invitations.ListAsync(query.PageSize),
        Key = invitation => invitation.Id,
        Page = invitation => $"settings/invitations/{invitation.Id}",
        Columns = new Columns<Invitation>()
            .Text("E-mail", invitation => invitation.Email)
            .Text("Name", invitation => $"{invitation.FirstName} {invitation.LastName}".Trim())
            .Status("Status", invitation => invitation.Accepted == true ? "ACCEPTED" : "INVITED")
            .Time("Expires", invitation => invitation.DtExpiry)
            .Time("Sent", invitation => invitation.DtCreated)
            .Code("Id", invitation => invitation.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        new("email", "E-mail") { IsRequired = true, MaxLength = 200 },
        new("firstName", "First name") { IsRequired = true, MaxLength = 200 },
        new("lastName", "Last name") { IsRequired = true, MaxLength = 200 },
        new("contactNumber", "Telephone") { MaxLength = 50 },
        new("dtExpiry", "Invitation expires (UTC)", InputKind.Instant)
        {
            Hint = "Without a date, it expires in 30 days.",
        },
        new("dtEndAccess", "Access ends (UTC)", InputKind.Instant)
        {
            Hint = "When the access of the new user ends. Without a date, it does not.",
        },
    ];

    /// <summary>The policies of the new user, to choose from.</summary>
    internal static FormField Policies(IEnumerable<Referenced> policies) =>
        new("permissionPolicyIds", "Permission policies", InputKind.Choices)
        {
            Options = [.. policies.Select(policy => new Option(policy.Id, policy.Name))],
            Hint = "What the new user may do. Policies can be added and removed later.",
        };
}
