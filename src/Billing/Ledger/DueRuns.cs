using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Charges;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Billing.Ledger;

/// <summary>Executes due runs of schedules. A late run still uses its own date.</summary>
public static class DueRuns
{
    /// <summary>Maximum number of runs in one change.</summary>
    public const int MaxAtOnce = 1000;

    private const int MaxCodeLength = 80;

    /// <summary>Executes all due runs.</summary>
    /// <exception cref="RefusedException">More runs are due than one change can execute.</exception>
    public static async ValueTask<BalanceTransactionSchedule> RunAllAsync(
        ResourceChange change, BalanceTransactionSchedule schedule)
    {
        var ran = await RunAsync(change, schedule);
        RefuseWhenDue(change, ran, "startDate");
        return ran;
    }

    /// <summary>Executes all due runs.</summary>
    /// <exception cref="RefusedException">More runs are due than one change can execute.</exception>
    public static async ValueTask<BalanceChargeSchedule> RunAllAsync(
        ResourceChange change, BalanceChargeSchedule schedule)
    {
        var ran = await RunAsync(change, schedule);
        RefuseWhenDue(change, ran, "servicePeriodStartDate");
        return ran;
    }

    /// <summary>Executes due runs, up to the maximum of one change.</summary>
    public static async ValueTask<BalanceTransactionSchedule> RunAsync(
        ResourceChange change, BalanceTransactionSchedule schedule)
    {
        var runs = (await BalanceScheduleRules.RunsAsync(schedule, change.Related))!;
        var made = 0;
        for (; schedule.NextRun <= change.Now && made < MaxAtOnce; made++)
        {
            var run = runs.FirstAfter(schedule.PreviousRun)!;
            await change.CreateAsync(BalanceTransactionResource.Definition, TransactionOf(schedule, run));
            schedule = schedule with { PreviousRun = run.At, NextRun = runs.FirstAfter(run.At)?.At };
        }
        if (made > 0)
            await change.KeepAsync(BalanceScheduleResources.Transactions, schedule);
        await ScheduleQueue.PutAsync(change, schedule);
        return schedule;
    }

    /// <summary>Executes due runs, up to the maximum of one change.</summary>
    public static async ValueTask<BalanceChargeSchedule> RunAsync(
        ResourceChange change, BalanceChargeSchedule schedule)
    {
        var runs = (await BalanceScheduleRules.RunsAsync(schedule, change.Related))!;
        var balance = (await change.Related.FindAsync<Balance>(schedule.BalanceId))!;
        var made = 0;
        for (; schedule.NextRun <= change.Now && made < MaxAtOnce; made++)
        {
            var run = runs.FirstAfter(schedule.PreviousRun)!;
            var id = Guid.CreateVersion7().ToString();
            var prefix = TextLength.Cut(schedule.Code, MaxCodeLength - id.Length - 1);
            await change.CreateAsync(
                ChargeResource.Definition, ChargeOf(schedule, balance, run) with { Id = id, Code = $"{prefix}-{id}" });
            schedule = schedule with { PreviousRun = run.At, NextRun = runs.FirstAfter(run.At)?.At };
        }
        if (made > 0)
            await change.KeepAsync(BalanceScheduleResources.Charges, schedule);
        await ScheduleQueue.PutAsync(change, schedule);
        return schedule;
    }

    /// <summary>The transaction that a run creates.</summary>
    public static BalanceTransaction TransactionOf(BalanceTransactionSchedule schedule, ScheduleRun run) => new()
    {
        BalanceId = schedule.BalanceId,
        Description = schedule.TransactionDescription,
        Amount = schedule.Amount,
        Paid = schedule.Paid,
        CurrencyPaid = schedule.CurrencyPaid,
        EntityType = TransactionEntityType.Scheduler,
        EntityId = schedule.Id,
        TransactionTypeId = schedule.TransactionTypeId,
        AppliedDate = run.At,
        TransactionDate = run.At,
    };

    /// <summary>The charge that a run creates. Its code is that of the schedule.</summary>
    public static Charge ChargeOf(BalanceChargeSchedule schedule, Balance balance, ScheduleRun run) => new()
    {
        Name = schedule.Name,
        Code = schedule.Code,
        AccountId = balance.AccountId,
        BillDate = run.BillDate,
        Amount = schedule.Amount,
        Units = schedule.Units,
        UnitPrice = schedule.UnitPrice,
        Currency = schedule.Currency,
        Description = schedule.ChargeDescription,
        EntityType = ChargeEntityType.Balance,
        LineItemType = ChargeLineItemType.BalanceFee,
        EntityId = balance.Id,
        ServicePeriodStartDate = run.Period.Start,
        ServicePeriodEndDate = run.Period.End,
        ContractId = balance.ContractId,
        ScheduleId = schedule.Id,
    };

    private static void RefuseWhenDue(ResourceChange change, BalanceSchedule schedule, string member)
    {
        if (schedule.NextRun <= change.Now)
            throw new RefusedException(new Issue(
                "range", member, $"is so far in the past that more than {MaxAtOnce} runs would be due at once"));
    }
}
