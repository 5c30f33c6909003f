using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.ExternalMappings;

/// <summary>Maps an entity to its id in an external system, such as an account to a customer number.</summary>
public sealed record ExternalMapping : Resource
{
    /// <summary>Kind of the entity, such as <c>Account</c>.</summary>
    [Characters(1, int.MaxValue), Form(TextForm.Code), StatedInAnswers]
    public required string M3terEntity { get; init; }

    /// <summary>UUID of the entity.</summary>
    [Characters(1, int.MaxValue), Form(TextForm.Code), StatedInAnswers]
    public required string M3terId { get; init; }

    /// <summary>Name of the external system.</summary>
    [Characters(1, int.MaxValue), Form(TextForm.Code), StatedInAnswers]
    public required string ExternalSystem { get; init; }

    /// <summary>Name of the table or object type in the external system.</summary>
    [Characters(1, int.MaxValue), Form(TextForm.Code), StatedInAnswers]
    public required string ExternalTable { get; init; }

    /// <summary>Id of the entity in the external system.</summary>
    [Characters(1, int.MaxValue), Form(TextForm.Code), StatedInAnswers]
    public required string ExternalId { get; init; }

    /// <summary>UUID of the integration configuration that the mapping is for.</summary>
    public string? IntegrationConfigId { get; init; }
}
