using Tallystick.Foundation.Json;

namespace Tallystick.Access.Credentials;

/// <summary>Kinds of principals.</summary>
public enum PrincipalType
{
    /// <summary>A person.</summary>
    User,

    /// <summary>A group of people.</summary>
    Usergroup,

    /// <summary>A program.</summary>
    Serviceuser,

    /// <summary>All support users.</summary>
    Supportusers,
}

/// <summary>The caller: a principal of one organization.</summary>
/// <param name="OrganizationId">UUID of its organization.</param>
/// <param name="Type">Kind of the principal.</param>
/// <param name="PrincipalId">UUID of the principal.</param>
/// <param name="AccessKeyId">Public part of its access key; null for people.</param>
public sealed record Caller(string OrganizationId, PrincipalType Type, string PrincipalId, string? AccessKeyId)
{
    /// <summary>Its name in audit fields.</summary>
    public string AuditName => $"{JsonFormat.Name(Type)}_{PrincipalId}";
}
