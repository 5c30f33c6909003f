using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;

namespace Tallystick.Billing.Calculation;

/// <summary>Entities of an account that this version cannot bill. Bills that they affect are refused.</summary>
public sealed record UnbilledEntities
{
    /// <summary>No such entities.</summary>
    public static UnbilledEntities None { get; } = new();

    /// <summary>All account plans of the account that attach a plan group.</summary>
    public IReadOnlyList<AccountPlan> PlanGroups { get; init; } = [];

    /// <summary>Commitments of the account.</summary>
    public IReadOnlyList<Commitment> Commitments { get; init; } = [];

    /// <summary>Balances of the account.</summary>
    public IReadOnlyList<Balance> Balances { get; init; } = [];

    /// <summary>Charges of the account that are on no bill.</summary>
    public IReadOnlyList<Charge> Charges { get; init; } = [];
}
