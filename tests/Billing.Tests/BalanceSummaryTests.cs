using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>The summary of the transactions of a balance from January to June 2025.</summary>
public sealed class BalanceSummaryTests
{
    [Theory]
    [InlineData(null, null, 0, null)] // before the end, nothing has expired
    [InlineData("2025-07-02", null, 1000, null)] // without rollover
    [InlineData("2025-07-02", 800, 200, 0)] // 1000 left, 800 roll over
    [InlineData("2025-07-02", 2000, 0, 0)] // no more rolls over than is left
    public void ExpiredBalanceAmount_IsWhatRemainedAndDidNotRollOver(
        string? now, int? rollover, int expired, int? consumed)
    {
        var summary = Of(
            rollover, now ?? "2025-06-01", ("2025-01-01", 1500), ("2025-02-01", -300), ("2025-03-01", -200));
        summary.TotalCreditAmount.ShouldBe(1500);
        summary.TotalDebitAmount.ShouldBe(500);
        summary.InitialCreditAmount.ShouldBe(1500);
        summary.BalanceConsumed.ShouldBe(500);
        summary.ExpiredBalanceAmount.ShouldBe(expired);
        summary.RolloverConsumed.ShouldBe(consumed);
    }

    [Fact]
    public void RolloverConsumed_IsWhatIsSubtractedAfterTheEnd()
    {
        var summary = Of(800, "2025-08-15", ("2025-01-01", 1000), ("2025-02-01", 500), ("2025-07-10", -300));
        summary.InitialCreditAmount.ShouldBe(1000);
        summary.TotalCreditAmount.ShouldBe(1500);
        summary.BalanceConsumed.ShouldBe(0);
        summary.RolloverConsumed.ShouldBe(300);
        summary.ExpiredBalanceAmount.ShouldBe(700);
    }

    private static BalanceTransactionsSummary Of(
        int? rollover, string now, params IReadOnlyList<(string On, int Amount)> booked) =>
        BalanceTransactionsSummary.Of(
        new Balance
        {
            Id = "balance",
            Code = "balance",
            Name = "balance",
            AccountId = Account.Id,
            Currency = "USD",
            StartDate = At("2025-01-01"),
            EndDate = At("2025-07-01"),
            RolloverAmount = rollover,
            RolloverEndDate = rollover is null ? null : At("2025-10-01"),
        },
        [
            .. booked.Select(one => new BalanceTransaction
            {
                BalanceId = "balance",
                Amount = one.Amount,
                AppliedDate = At(one.On),
            }),
        ],
        At(now));
}
