using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Invitations;

/// <summary>An invitation for a person to become a user of the organization.</summary>
public sealed record OrgUserInvitation : Resource
{
    /// <summary>E-mail address of the invited person.</summary>
    [Characters(1, int.MaxValue), Form(TextForm.Email)]
    public required string Email { get; init; }

    /// <summary>First name. Optional for a support user.</summary>
    [Characters(1, 100), RequiredInContract]
    public string? FirstName { get; init; }

    /// <summary>Surname. Optional for a support user.</summary>
    [Characters(1, 100), RequiredInContract]
    public string? LastName { get; init; }

    /// <summary>Telephone number.</summary>
    [Characters(0, 50)]
    public string? ContactNumber { get; init; }

    /// <summary>True to invite a support user, whose permissions are set in the support settings.</summary>
    [JsonPropertyName("m3terUser")]
    public bool? IsSupport { get; init; }

    /// <summary>UUIDs of the policies to attach to the new user.</summary>
    public IReadOnlyList<string>? PermissionPolicyIds { get; init; }

    /// <summary>The date and time (ISO 8601) when the new user's access ends. Never if absent.</summary>
    public Instant? DtEndAccess { get; init; }

    /// <summary>The date and time (ISO 8601) when the invitation expires. Default: 30 days from now.</summary>
    public Instant? DtExpiry { get; init; }

    /// <summary>UUID of the principal who sent the invitation.</summary>
    [ServerSet]
    public string? InvitingPrincipalId { get; init; }

    /// <summary>True once the invitation has been accepted.</summary>
    [ServerSet]
    public bool Accepted { get; init; }

    /// <summary>True if the link was sent by e-mail, so that only the owner of the address has it.</summary>
    [ServerSet]
    public bool IsMailed { get; init; }

    /// <summary>Hash of the secret in the link; not returned.</summary>
    [ServerSet]
    public string TokenHash { get; init; } = "";
}

/// <summary>The definition of invitations.</summary>
public static class OrgUserInvitationResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<OrgUserInvitation> Definition { get; } =
        new("OrgUserInvitation", "invitations", () => AccessJson.Format.OrgUserInvitation)
        {
            Tag = "Invitations",
            IsInternal = true,
            HasIdsFilter = false,
            MaximumPageSize = 200,
            CheckAgainst = CheckAsync,
        };

    private static async ValueTask CheckAsync(
        OrgUserInvitation invitation, OrgUserInvitation? current, IResourceReader related, Issues issues)
    {
        if (current is not null)
            return;
        foreach (var (index, id) in (invitation.PermissionPolicyIds ?? []).Index())
        {
            if (await related.FindAsync<PermissionPolicy>(id) is null)
                issues.AddUnknownReference($"permissionPolicyIds[{index}]", "policy", id);
        }
        if (invitation is { IsSupport: true, PermissionPolicyIds.Count: > 0 })
            issues.Add("contradiction", "permissionPolicyIds", "must be omitted for m3terUser; the permissions of "
                + "support users are set under Support");
        var users = await related.ListAsync<OrgUser>(Condition.Equal("email", invitation.Email.ToLowerInvariant()));
        if (users.Count > 0)
            issues.AddConflict("taken", "email", $"already belongs to the user '{users[0].Id}' of the organization");
    }
}
