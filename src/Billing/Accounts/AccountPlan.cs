using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Accounts;

/// <summary>Puts an account on a plan, or a plan group, for a time.</summary>
public sealed record AccountPlan : ResourceWithCustomFields
{
    /// <summary>UUID of the account.</summary>
    [Characters(36, 36)]
    public required string AccountId { get; init; }

    /// <summary>UUID of the plan; either this or <see cref="PlanGroupId"/>.</summary>
    [Characters(36, 36)]
    public string? PlanId { get; init; }

    /// <summary>UUID of the plan group; either this or <see cref="PlanId"/>.</summary>
    [Characters(36, 36)]
    public string? PlanGroupId { get; init; }

    /// <summary>UUID of the product, taken from the plan.</summary>
    [ServerSet]
    public string? ProductId { get; init; }

    /// <summary>First instant (ISO 8601) on the plan.</summary>
    public required Instant StartDate { get; init; }

    /// <summary>First instant (ISO 8601) no longer on the plan; absent while open-ended.</summary>
    public Instant? EndDate { get; init; }

    /// <summary>Short code, unique among account plans.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>Date of the first bill, from which later bill dates are counted; overrides the account.</summary>
    public LocalDate? BillEpoch { get; init; }

    /// <summary>UUID of the contract that the account plan belongs to.</summary>
    [Characters(36, 36)]
    public string? ContractId { get; init; }

    /// <summary>Where the charges of a child account appear.</summary>
    public ChildBillingMode? ChildBillingMode { get; init; }
}

/// <summary>Where the charges of a child account appear.</summary>
public enum ChildBillingMode
{
    /// <summary>On the parent's bill, one line for all accounts.</summary>
    ParentSummary,

    /// <summary>On the parent's bill, one line per account.</summary>
    ParentBreakdown,

    /// <summary>On the child's own bill.</summary>
    Child,
}
