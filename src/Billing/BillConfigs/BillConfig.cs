using NodaTime;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BillConfigs;

/// <summary>Settings for the bills of an organization. There is one per organization.</summary>
public sealed record BillConfig : Resource
{
    /// <summary>
    /// Bills whose period ends on or before this date are locked. If absent, no bills are locked by date.
    /// </summary>
    public LocalDate? BillLockDate { get; init; }
}
