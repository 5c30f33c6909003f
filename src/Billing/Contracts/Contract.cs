using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Contracts;

/// <summary>
/// An agreement with an account for a period. Account plans, commitments, balances and charges can belong to it.
/// </summary>
public sealed record Contract : ResourceWithCustomFields
{
    /// <summary>UUID of the account.</summary>
    [Characters(1, int.MaxValue)]
    public required string AccountId { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, unique among contracts.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>Description.</summary>
    [Characters(0, 500)]
    public string? Description { get; init; }

    /// <summary>Purchase order number.</summary>
    [Characters(0, 100)]
    public string? PurchaseOrderNumber { get; init; }

    /// <summary>
    /// True if only charges within the dates of the contract are billed under it. If false (the default), only the
    /// dates of the account plan matter.
    /// </summary>
    public bool? ApplyContractPeriodLimits { get; init; }

    /// <summary>Which usage is billed under the contract. Default: all.</summary>
    public IReadOnlyList<UsageFilter>? UsageFilters { get; init; }

    /// <summary>UUID of the bill grouping key that puts its charges on a separate bill.</summary>
    public string? BillGroupingKeyId { get; init; }

    /// <summary>First day.</summary>
    public required LocalDate StartDate { get; init; }

    /// <summary>First day after it.</summary>
    public required LocalDate EndDate { get; init; }
}

/// <summary>Includes or excludes usage by the value of a meter field.</summary>
public sealed record UsageFilter
{
    /// <summary>Code of the field.</summary>
    [Characters(1, int.MaxValue)]
    public required string DimensionCode { get; init; }

    /// <summary>The value of the field.</summary>
    [Characters(1, int.MaxValue)]
    public required string Value { get; init; }

    /// <summary>Whether usage with the value is included or excluded.</summary>
    public required UsageFilterMode Mode { get; init; }
}

/// <summary>Whether usage is taken in or left out.</summary>
public enum UsageFilterMode
{
    /// <summary>Only usage with the value, or another included one of the same field.</summary>
    Include,

    /// <summary>No usage with the value.</summary>
    Exclude,
}
