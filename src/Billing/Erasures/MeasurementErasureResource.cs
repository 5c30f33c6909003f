using Tallystick.Foundation.Json;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.Erasures;

/// <summary>The definition of erasures, which cannot be changed or deleted.</summary>
public static class MeasurementErasureResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<MeasurementErasure> Definition { get; } =
        new("MeasurementErasure", "measurements/erasures", () => BillingJson.Format.MeasurementErasure)
        {
            EventName = "measurements.erasure",
            PolicyNames = ["measurements:erasure"],
            IsInternal = true,
            // Not a reference: an erasure must not prevent its account from being deleted.
            IndexedBy =
            [
                new("status", one => JsonFormat.Name(one.Status ?? RemovalStatus.Pending)) { HasFewValues = true },
                new(UnfinishedRemovals.DoneAt, one => UnfinishedRemovals.TimeOf(one.Status, one.DtLastModified)),
                new("account_id", one => one.AccountId),
            ],
            Filters =
            [
                MeasurementVoidResource.StatusFilter("Only erasures with this status."),
                ListFilter.One("accountId", "account_id", "Only erasures of this account."),
            ],
            Check = (asked, issues) => MeasurementVoidResource.CheckReason(asked.Reason, issues),
            AfterWrite = async (change, one) =>
            {
                await JobQueue.PutAsync(change, ErasureJobHandler.QueueName, one.Id);
                return one;
            },
        };

    /// <summary>Erasures that are not done.</summary>
    public static Condition Pending { get; } = Condition.Equal("status", JsonFormat.Name(RemovalStatus.Pending));
}
