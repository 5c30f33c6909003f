using Tallystick.Billing.BalanceSchedules;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.ExternalMappings;
using Tallystick.Foundation.Resources;
using Tallystick.Server.Balances;

namespace Tallystick.Server.Resources;

/// <summary>What a change of one entity changes of others, as part of the same change.</summary>
internal static class ResourceEffects
{
    /// <summary>After an entity was created or replaced.</summary>
    /// <returns>The entity as it is then.</returns>
    internal static async ValueTask<Resource> AfterWriteAsync(ResourceChange change, Resource written)
    {
        switch (written)
        {
            case BalanceTransaction transaction:
                await BalanceAmounts.BookAsync(change, transaction);
                return written;
            case BalanceTransactionSchedule schedule:
                return await DueRuns.RunAllAsync(change, schedule);
            case BalanceChargeSchedule schedule:
                return await DueRuns.RunAllAsync(change, schedule);
            default:
                return written;
        }
    }

    /// <summary>After an entity was deleted: what it is called elsewhere means nothing any more.</summary>
    internal static async ValueTask AfterDeleteAsync(ResourceChange change, Resource deleted)
    {
        foreach (var mapping in await change.Related.ListAsync<ExternalMapping>(
            Condition.Equal("entity_id", deleted.Id)))
            await change.RemoveAsync(ExternalMappingResource.Definition, mapping);
    }
}
