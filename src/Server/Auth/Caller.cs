namespace Tallystick.Server.Auth;

/// <summary>Who calls: a principal of one organization.</summary>
/// <param name="OrganizationId">UUID of its organization.</param>
/// <param name="PrincipalId">UUID of the principal.</param>
internal sealed record Caller(string OrganizationId, string PrincipalId)
{
    /// <summary>What the audit fields say.</summary>
    internal string AuditName => $"SERVICEUSER_{PrincipalId}";
}
