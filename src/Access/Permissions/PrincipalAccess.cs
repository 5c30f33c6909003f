using NodaTime;

namespace Tallystick.Access.Permissions;

/// <summary>What a principal may do, and whether it still may do anything.</summary>
/// <param name="Grants">What it may do.</param>
/// <param name="Refusal">Why it may not do anything; null when it may.</param>
/// <param name="Principal">The principal; null when there is none.</param>
public sealed record PrincipalAccess(Grants Grants, string? Refusal, RosterEntry? Principal)
{
    /// <summary>Why the principal may do nothing now; null when it may.</summary>
    public string? RefusalAt(IClock clock) =>
        Refusal
        ?? (Principal?.IsOverAt(clock.GetCurrentInstant()) == true
            ? $"Forbidden: your access ended at {Principal.Ends}" : null);
}
