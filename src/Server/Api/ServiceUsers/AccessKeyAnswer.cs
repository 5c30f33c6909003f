using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Definitions;

namespace Tallystick.Server.Api.ServiceUsers;

/// <summary>An access key of a service user, without its secret.</summary>
internal sealed record AccessKeyAnswer : Resource
{
    /// <summary>UUID of the service user that the key belongs to.</summary>
    public required string ServiceUserId { get; init; }

    /// <summary>The public part of the key: the user name of HTTP Basic at <c>/oauth/token</c>.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The secret of the key. Returned only once, when the key is created.</summary>
    public string? ApiSecret { get; init; }

    /// <summary>Whether the key is active.</summary>
    public AccessKeyStatus Status { get; init; }

    /// <summary>The date and time (ISO 8601, UTC) when the key was last used, accurate to a few minutes.</summary>
    public Instant? DtLastUsed { get; init; }

    /// <summary>The response for a key.</summary>
    internal static AccessKeyAnswer Of(AccessKey key, string? secret = null) => new()
    {
        Id = key.Id,
        Version = key.Version,
        ServiceUserId = key.ServiceUserId,
        AccessKeyId = key.AccessKeyId,
        ApiSecret = secret,
        Status = key.Status,
        DtLastUsed = key.DtLastUsed,
        DtCreated = key.DtCreated,
        DtLastModified = key.DtLastModified,
        CreatedBy = key.CreatedBy,
        LastModifiedBy = key.LastModifiedBy,
    };
}
