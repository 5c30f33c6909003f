using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillConfigs;

/// <summary>The definition of the bill configuration of an organization.</summary>
public static class BillConfigResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<BillConfig> Definition { get; } =
        new("BillConfig", "billconfig", () => BillingJson.Format.BillConfig)
        {
            EventName = "billing.billconfig",
            IsSingleton = true,
            IsCreatedOnAccess = true,
            CheckAgainst = CheckAgainstAsync,
        };

    /// <summary>The settings of the organization; null if there are none yet.</summary>
    public static async ValueTask<BillConfig?> FindAsync(IResourceReader related) =>
        (await related.ListAsync<BillConfig>(Condition.And(), limit: 1)).SingleOrDefault();

    private static async ValueTask CheckAgainstAsync(
        BillConfig config, BillConfig? current, IResourceReader related, Issues issues)
    {
        if (config.BillLockDate is not { } lockDate)
            return;
        var pending = await related.ListAsync<Bill>(
            Condition.And(
                Condition.Equal("status", JsonFormat.Name(BillStatus.Pending)),
                new Condition.Compare("end_date", Comparison.LessOrEqual, InstantText.Write(lockDate))),
            limit: 1);
        if (pending is [var bill])
            issues.AddConflict("pending", "billLockDate", "would lock bills that are not approved, such as the bill of "
                + $"account {bill.AccountCode} whose period ends on {InstantText.Write(bill.EndDate)}");
    }
}
