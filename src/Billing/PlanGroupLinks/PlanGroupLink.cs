using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.PlanGroupLinks;

/// <summary>Adds a plan to a plan group.</summary>
public sealed record PlanGroupLink : Resource
{
    /// <summary>UUID of the plan group.</summary>
    [Characters(1, int.MaxValue)]
    public required string PlanGroupId { get; init; }

    /// <summary>UUID of the plan. A plan group can have one plan per product.</summary>
    [Characters(1, int.MaxValue)]
    public required string PlanId { get; init; }
}
