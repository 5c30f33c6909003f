using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Organizations;

/// <summary>
/// An organization with invented data, to try the product with. It has the id of the organization, and marks it: only a
/// sample organization can be removed.
/// </summary>
public sealed record SampleOrganization : Resource
{
    /// <summary>UUID of the organization.</summary>
    [ServerSet]
    public required string OrganizationId { get; init; }

    /// <summary>Name of the organization.</summary>
    [ServerSet]
    public required string OrganizationName { get; init; }

    /// <summary>UUID of the user who asked for it.</summary>
    [ServerSet]
    public required string UserId { get; init; }

    /// <summary>Whether its data is complete.</summary>
    [ServerSet]
    public required SampleOrganizationStatus Status { get; init; }

    /// <summary>How much of its data exists, in percent.</summary>
    [ServerSet]
    public required int Progress { get; init; }
}

/// <summary>The status of a sample organization.</summary>
public enum SampleOrganizationStatus
{
    /// <summary>Its data is being created.</summary>
    Creating,

    /// <summary>Its data is complete.</summary>
    Ready,

    /// <summary>Its data could not be created. Remove it and try again.</summary>
    Failed,

    /// <summary>It is being removed.</summary>
    Removing,
}

/// <summary>The definition of sample organizations.</summary>
public static class SampleOrganizationResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<SampleOrganization> Definition { get; } =
        new("SampleOrganization", "sampleorganization", () => AccessJson.Format.SampleOrganization)
        {
            IsInternal = true,
        };
}
