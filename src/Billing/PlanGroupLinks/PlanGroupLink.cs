using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.PlanGroupLinks;

/// <summary>Says that a plan is in a plan group. (Part of billing, because accounts may be on the group.)</summary>
public sealed record PlanGroupLink : Resource
{
    /// <summary>UUID of the plan group.</summary>
    [Characters(1, int.MaxValue)]
    public required string PlanGroupId { get; init; }

    /// <summary>UUID of the plan; a group has one plan of a product at most.</summary>
    [Characters(1, int.MaxValue)]
    public required string PlanId { get; init; }
}
