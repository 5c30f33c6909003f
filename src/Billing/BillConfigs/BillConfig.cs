using NodaTime;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BillConfigs;

/// <summary>Settings for the bills that an organization has made. There is one per organization.</summary>
public sealed record BillConfig : Resource
{
    /// <summary>Bills whose period ends on or before this day are locked; absent when none is by its date.</summary>
    public LocalDate? BillLockDate { get; init; }
}
