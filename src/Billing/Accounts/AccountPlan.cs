using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Accounts;

/// <summary>Attaches a plan or a plan group to an account for a period.</summary>
public sealed record AccountPlan : ResourceWithCustomFields
{
    /// <summary>UUID of the account.</summary>
    [Characters(36, 36)]
    public required string AccountId { get; init; }

    /// <summary>UUID of the plan. Required unless <see cref="PlanGroupId"/> is given.</summary>
    [Characters(36, 36)]
    public string? PlanId { get; init; }

    /// <summary>UUID of the plan group. Required unless <see cref="PlanId"/> is given.</summary>
    [Characters(36, 36)]
    public string? PlanGroupId { get; init; }

    /// <summary>UUID of the product, taken from the plan.</summary>
    [ServerSet]
    public string? ProductId { get; init; }

    /// <summary>Start of the account plan (ISO 8601), inclusive.</summary>
    public required Instant StartDate { get; init; }

    /// <summary>End of the account plan (ISO 8601), exclusive. Open-ended if absent.</summary>
    public Instant? EndDate { get; init; }

    /// <summary>Short code, unique among account plans.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>Date of the first bill, from which later bill dates are counted. Overrides the account.</summary>
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
