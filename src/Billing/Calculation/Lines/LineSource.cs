using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Charges;
using Tallystick.Metering.Products;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// What a line comes from: an account plan, a plan group, a charge, a commitment or a balance. It determines the line's
/// currency, the entities that it refers to, its place among the lines and its id.
/// </summary>
internal sealed record LineSource
{
    /// <summary>How messages name it, such as <c>plan basic</c>.</summary>
    public required string Name { get; init; }

    /// <summary>UUID of the entity attached to the account: account plan, charge, commitment or balance.</summary>
    public required string EntityId { get; init; }

    /// <summary>
    /// Further part of the ids of its lines. Needed if several sources share an entity, such as the plans of a group
    /// attached by one account plan; otherwise empty.
    /// </summary>
    public string EntityPart { get; init; } = "";

    /// <summary>Code of the currency of its lines.</summary>
    public required string Currency { get; init; }

    /// <summary>Product of its lines; null for lines without product.</summary>
    public Product? Product { get; init; }

    /// <summary>UUID of the plan.</summary>
    public string? PlanId { get; init; }

    /// <summary>Code of the plan, by which lines of a product are ordered.</summary>
    public string? PlanCode { get; init; }

    /// <summary>UUID of the plan group.</summary>
    public string? PlanGroupId { get; init; }

    /// <summary>UUID of the contract.</summary>
    public string? ContractId { get; init; }

    /// <summary>UUID of the charge.</summary>
    public string? ChargeId { get; init; }

    /// <summary>UUID of the commitment.</summary>
    public string? CommitmentId { get; init; }

    /// <summary>UUID of the balance.</summary>
    public string? BalanceId { get; init; }

    /// <summary>The child account whose charge is on the bill of its parent; null for the account billed.</summary>
    public Account? Child { get; init; }

    /// <summary>True if equal lines of several children are added up to one line.</summary>
    public bool IsSummed { get; init; }

    /// <summary>An account plan.</summary>
    public static LineSource Of(AccountPlanTerms terms) => new()
    {
        Name = $"plan {terms.Plan.Code}",
        EntityId = terms.AccountPlan.Id,
        EntityPart = terms.Group is null ? "" : terms.Plan.Id,
        Currency = terms.Template.Currency,
        Product = terms.Product,
        PlanId = terms.Plan.Id,
        PlanCode = terms.Plan.Code,
        PlanGroupId = terms.Group?.Id,
        ContractId = terms.AccountPlan.ContractId,
        Child = terms.Route?.Child,
        IsSummed = terms.Route is { IsSummed: true },
    };

    /// <summary>A plan group, for its own charges. They belong to no plan and no product.</summary>
    public static LineSource Of(GroupPlanTerms terms) => new()
    {
        Name = $"plan group {terms.Group.Code ?? terms.Group.Name}",
        EntityId = terms.AccountPlan.Id,
        Currency = terms.Group.Currency,
        PlanGroupId = terms.Group.Id,
        ContractId = terms.AccountPlan.ContractId,
        Child = terms.Route?.Child,
        IsSummed = terms.Route is { IsSummed: true },
    };

    /// <summary>A charge.</summary>
    public static LineSource Of(Charge charge) => new()
    {
        Name = $"charge {charge.Code}",
        EntityId = charge.Id,
        Currency = charge.Currency,
        ChargeId = charge.Id,
        BalanceId = charge.EntityId,
        ContractId = charge.ContractId,
    };
}
