using Tallystick.Billing.Accounts;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// What an account has that this version does not bill. Bills that would have to mind it are refused, not made without.
/// </summary>
public sealed record UnbilledEntities
{
    /// <summary>Nothing.</summary>
    public static UnbilledEntities None { get; } = new();

    /// <summary>Every account plan of the account that is for a plan group.</summary>
    public IReadOnlyList<AccountPlan> PlanGroups { get; init; } = [];

    /// <summary>Commitments of the account.</summary>
    public IReadOnlyList<Commitment> Commitments { get; init; } = [];

    /// <summary>Charges of the account that are on no bill.</summary>
    public IReadOnlyList<Charge> Charges { get; init; } = [];
}
