using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.Permissions;

/// <summary>A request that may grant or revoke access.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="Grants">The permissions of the caller.</param>
/// <param name="Related">Reads the organization.</param>
/// <param name="Now">When it is made.</param>
/// <param name="EntityId">UUID of the entity; null for a new one.</param>
/// <param name="Cancelled">The client closed the connection.</param>
public sealed record Granting(
    Caller Caller, Grants Grants, ResourceReader Related, Instant Now, string? EntityId, CancellationToken Cancelled);
