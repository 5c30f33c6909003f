using Tallystick.Billing.BalanceSchedules;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.Ledger;

/// <summary>Keeps each schedule in the job queue, due at its next run.</summary>
public static class ScheduleQueue
{
    private const string Transactions = "balanceTransactionSchedule";
    private const string Charges = "balanceChargeSchedule";

    /// <summary>The handler that executes balance transaction schedules.</summary>
    public static IJobHandler TransactionHandler(ResourceService resources) =>
        new ScheduleHandler<BalanceTransactionSchedule>(resources, Transactions, DueRuns.RunAsync);

    /// <summary>The handler that executes balance charge schedules.</summary>
    public static IJobHandler ChargeHandler(ResourceService resources) =>
        new ScheduleHandler<BalanceChargeSchedule>(resources, Charges, DueRuns.RunAsync);

    /// <summary>Queues the next run of a schedule, or removes the schedule from the queue if there is none.</summary>
    internal static ValueTask PutAsync(ResourceChange change, BalanceSchedule schedule) =>
        schedule.NextRun is { } next
            ? JobQueue.PutAsync(
                change, schedule is BalanceTransactionSchedule ? Transactions : Charges, schedule.Id, next)
            : JobQueue.RemoveAsync(change, schedule.Id);
}
