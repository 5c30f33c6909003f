using NodaTime;

namespace Tallystick.Access.Permissions;

/// <summary>The permissions of a principal, and whether it still has access.</summary>
/// <param name="Grants">Its permissions.</param>
/// <param name="Refusal">Why it has no access; null if it has.</param>
/// <param name="Principal">The principal; null if there is none.</param>
public sealed record PrincipalAccess(Grants Grants, string? Refusal, RosterEntry? Principal)
{
    /// <summary>Why the principal has no access at present; null if it has.</summary>
    public string? RefusalAt(IClock clock) =>
        Refusal
        ?? (Principal?.IsOverAt(clock.GetCurrentInstant()) == true
            ? $"Forbidden: your access ended at {Principal.Ends}" : null);
}
