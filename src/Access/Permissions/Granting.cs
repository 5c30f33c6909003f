using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.Permissions;

/// <summary>A request by which somebody may gain or lose access.</summary>
/// <param name="Caller">Who makes it.</param>
/// <param name="Grants">What the caller may do.</param>
/// <param name="Related">Reads the organization.</param>
/// <param name="Now">When it is made.</param>
/// <param name="EntityId">UUID of the entity that it is about; null for a new one.</param>
/// <param name="Cancelled">The caller has hung up.</param>
public sealed record Granting(
    Caller Caller, Grants Grants, ResourceReader Related, Instant Now, string? EntityId, CancellationToken Cancelled);
