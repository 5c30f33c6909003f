using NodaTime;
using Tallystick.Billing.Ledger;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>The definition of the schedules of a balance.</summary>
public static class BalanceScheduleResources
{
    /// <summary>Balance transaction schedules.</summary>
    public static ResourceDefinition<BalanceTransactionSchedule> Transactions { get; } = new(
        "BalanceTransactionSchedule",
        "balances/{balanceId}/balancetransactionschedules",
        () => BillingJson.Format.BalanceTransactionSchedule)
    {
        MaximumPageSize = 200,
        EventName = "billing.scheduledbalancetransaction",
        Effects = [new("Balance", "balanceId")],
        Parent = new("Balance", "balanceId", "balance_id", (schedule, id) => schedule with { BalanceId = id }),
        UniqueBy = [new("code", schedule => schedule.Code)],
        IndexedBy = [new("next_run", schedule => Sortable(schedule.NextRun))],
        Refers =
        [
            new("balanceId", "Balance", schedule => schedule.BalanceId),
            new("transactionTypeId", "TransactionType", schedule => schedule.TransactionTypeId),
            new("currencyPaid", "Currency", schedule => schedule.CurrencyPaid, "code"),
        ],
        Complete = async (schedule, current, related) => schedule with
        {
            // Clients send an unused reference as an empty string.
            CurrencyPaid = string.IsNullOrEmpty(schedule.CurrencyPaid) ? null : schedule.CurrencyPaid,
            PreviousRun = current?.PreviousRun,
            NextRun = Next(await BalanceScheduleRules.RunsAsync(schedule, related), current?.PreviousRun),
        },
        Check = BalanceScheduleRules.Check,
        AfterWrite = DueRuns.RunAllAsync,
    };

    /// <summary>Balance charge schedules.</summary>
    public static ResourceDefinition<BalanceChargeSchedule> Charges { get; } = new(
        "BalanceChargeSchedule",
        "balances/{balanceId}/balancechargeschedules",
        () => BillingJson.Format.BalanceChargeSchedule)
    {
        MaximumPageSize = 200,
        EventName = "billing.scheduledbalancecharge",
        Effects = [new("Charge")],
        Parent = new("Balance", "balanceId", "balance_id", (schedule, id) => schedule with { BalanceId = id }),
        UniqueBy = [new("code", schedule => schedule.Code)],
        IndexedBy = [new("next_run", schedule => Sortable(schedule.NextRun))],
        Refers =
        [
            new("balanceId", "Balance", schedule => schedule.BalanceId),
            new("currency", "Currency", schedule => schedule.Currency, "code"),
        ],
        Complete = async (schedule, current, related) => schedule with
        {
            PreviousRun = current?.PreviousRun,
            NextRun = Next(await BalanceScheduleRules.RunsAsync(schedule, related), current?.PreviousRun),
        },
        Check = BalanceScheduleRules.Check,
        AfterWrite = DueRuns.RunAllAsync,
    };

    private static Instant? Next(ScheduleRuns? runs, Instant? previous) => runs?.FirstAfter(previous)?.At;

    private static string? Sortable(Instant? instant) => instant is { } known ? InstantText.Sortable(known) : null;
}
