using Tallystick.Foundation.Json;

namespace Tallystick.Access.Credentials;

/// <summary>Kinds of principals: who can be given permissions.</summary>
public enum PrincipalType
{
    /// <summary>A person.</summary>
    User,

    /// <summary>A group of people.</summary>
    Usergroup,

    /// <summary>A program.</summary>
    Serviceuser,

    /// <summary>Everybody who gives support.</summary>
    Supportusers,
}

/// <summary>Who calls: a principal of one organization.</summary>
/// <param name="OrganizationId">UUID of its organization.</param>
/// <param name="Type">Kind of the principal.</param>
/// <param name="PrincipalId">UUID of the principal.</param>
/// <param name="AccessKeyId">Public part of the access key that it signed in with; null for people.</param>
public sealed record Caller(string OrganizationId, PrincipalType Type, string PrincipalId, string? AccessKeyId)
{
    /// <summary>What the audit fields say.</summary>
    public string AuditName => $"{JsonFormat.Name(Type)}_{PrincipalId}";
}
