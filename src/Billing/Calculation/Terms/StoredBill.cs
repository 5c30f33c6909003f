using NodaTime;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.Bills;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A bill that exists already, as far as other bills depend on it.</summary>
/// <param name="Id">UUID of the bill.</param>
/// <param name="AccountId">UUID of its account.</param>
/// <param name="BillDate">The bill date.</param>
/// <param name="IsLocked">Whether it is locked, by itself or by the lock date, so that it never changes.</param>
/// <param name="Lines">Its lines, without bands.</param>
public sealed record StoredBill(
    string Id, string AccountId, LocalDate BillDate, bool IsLocked, IReadOnlyList<BillLineItem> Lines)
{
    /// <summary>How the bill was calculated; null if late usage is only reported.</summary>
    public BillRun? Run { get; init; }

    /// <summary>The prices that it billed usage with.</summary>
    public IReadOnlyList<BilledPrice> Prices => Run?.Overrides.Prices ?? [];

    /// <summary>What other bills need to know of a bill.</summary>
    /// <param name="bill">The bill.</param>
    /// <param name="config">The settings with the lock date; null if there are none.</param>
    public static StoredBill Of(Bill bill, BillConfig? config) => new(
        bill.Id, bill.AccountId, bill.BillDate, BillStates.IsLocked(bill, config),
        [.. (bill.LineItems ?? []).Select(line => line with { UsagePerPricingBand = null })]);
}
