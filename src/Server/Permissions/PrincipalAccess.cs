using NodaTime;

namespace Tallystick.Server.Permissions;

/// <summary>What a principal may do, and whether it still may do anything.</summary>
/// <param name="Grants">What it may do.</param>
/// <param name="Refusal">Why it may not do anything; null when it may.</param>
/// <param name="Ends">When that ends; null for never.</param>
internal sealed record PrincipalAccess(Grants Grants, string? Refusal, Instant? Ends)
{
    /// <summary>Why the principal may do nothing now; null when it may.</summary>
    internal string? RefusalAt(IClock clock) =>
        Refusal
        ?? (Ends is { } end && clock.GetCurrentInstant() >= end ? $"Forbidden: your access ended at {end}" : null);
}
