using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Users;

/// <summary>A person who uses the product.</summary>
public record User : Resource
{
    /// <summary>First name.</summary>
    [ServerSet]
    public string? FirstName { get; init; }

    /// <summary>Surname.</summary>
    [ServerSet]
    public string? LastName { get; init; }

    /// <summary>Telephone number.</summary>
    [ServerSet]
    public string? ContactNumber { get; init; }

    /// <summary>E-mail address, by which the person signs in.</summary>
    [ServerSet]
    public string? Email { get; init; }

    /// <summary>UUIDs of the organizations in which the person has access, as far as the caller may know.</summary>
    [ServerSet]
    public IReadOnlyList<string>? Organizations { get; init; }

    /// <summary>The date and time (ISO 8601, UTC) when the person first accepted the terms of use.</summary>
    [ServerSet]
    public Instant? FirstAcceptedTermsAndConditions { get; init; }

    /// <summary>The date and time (ISO 8601, UTC) when the person last accepted the terms of use.</summary>
    [ServerSet]
    public Instant? LastAcceptedTermsAndConditions { get; init; }

    /// <summary>True for a person who gives support: what they may do is what the organization gives support.</summary>
    [ServerSet]
    public bool? SupportUser { get; init; }
}

/// <summary>A person as a user of one organization.</summary>
public sealed record OrgUser : User
{
    /// <summary>Statements about this user, besides those of the policies attached.</summary>
    public IReadOnlyList<PermissionStatement>? PermissionPolicy { get; init; }

    /// <summary>The date and time (ISO 8601) when the user's access ends; absent for never.</summary>
    public Instant? DtEndAccess { get; init; }
}

/// <summary>What is special about users.</summary>
public static class OrgUserResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<OrgUser> Definition { get; } =
        new("OrgUser", "users", () => AccessJson.Format.OrgUser)
        {
            IsOfAccess = true,
            TakesAccess = (current, _) => current is not null,
            Tag = "OrgUsers",
            PolicyNames = ["config:orgUser", "config:user"],
            IsInternal = true,
            MaximumPageSize = 200,
            UniqueBy = [new("email", user => user.Email?.ToLowerInvariant())],
            Complete = (proposed, current, _) => ValueTask.FromResult(
                current is null
                    ? proposed
                    : current with
                    {
                        PermissionPolicy = proposed.PermissionPolicy,
                        DtEndAccess = proposed.DtEndAccess,
                    }),
            Check = (user, issues) =>
                PermissionStatements.Check(user.PermissionPolicy ?? [], "permissionPolicy", issues),
        };
}
