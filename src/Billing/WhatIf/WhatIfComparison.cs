using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.WhatIf;

/// <summary>The bills of an account, and why others could not be calculated.</summary>
/// <param name="Bills">The bills.</param>
/// <param name="Failures">Why others could not be calculated.</param>
/// <param name="FailedIds">Ids of the others; null if which bills are due could not be determined.</param>
internal sealed record FinishedBills(
    IReadOnlyList<Bill> Bills, IReadOnlyList<string> Failures, IReadOnlySet<string>? FailedIds)
{
    /// <summary>Whether a bill failed, or might have.</summary>
    internal bool IsFailed(Bill bill) => FailedIds?.Contains(bill.Id) != false;
}

/// <summary>Adds up the bills before and after a change, account by account.</summary>
/// <param name="hasBills">Whether to return the bills themselves.</param>
internal sealed class WhatIfComparison(bool hasBills)
{
    private readonly SortedDictionary<string, WhatIfTotal> _totals = new(StringComparer.Ordinal);
    private readonly List<WhatIfAccount> _accounts = [];
    private readonly List<WhatIfFailure> _failures = [];

    /// <summary>Adds accounts with their bills before and after the change, in the same order.</summary>
    internal void Add(
        IReadOnlyList<Account> accounts, IReadOnlyList<FinishedBills> before, IReadOnlyList<FinishedBills> after)
    {
        for (var index = 0; index < accounts.Count; index++)
            Add(accounts[index], before[index], after[index]);
    }

    /// <summary>The result.</summary>
    internal WhatIfResult Result(int maxAccounts, int maxFailures) => new(
        [.. _totals.Values],
        [
            .. _accounts
                .OrderByDescending(account => Math.Abs(account.Change))
                .ThenBy(account => account.AccountCode, StringComparer.Ordinal)
                .Take(maxAccounts),
        ],
        [.. _failures.Take(maxFailures)]);

    private void Add(Account account, FinishedBills before, FinishedBills after)
    {
        _failures.AddRange(before.Failures.Concat(after.Failures).Distinct()
            .Select(message => new WhatIfFailure(account.Id, message)));
        // A bill that failed on one side has no change that could be stated.
        var bills = PairsOf(
            [.. before.Bills.Where(bill => !after.IsFailed(bill))],
            [.. after.Bills.Where(bill => !before.IsFailed(bill))]);
        foreach (var ofCurrency in bills.GroupBy(bill => (bill.After ?? bill.Before)!.Currency))
        {
            var was = Sum(ofCurrency.Key, ofCurrency.Select(bill => bill.Before?.BillTotal ?? 0));
            var will = Sum(ofCurrency.Key, ofCurrency.Select(bill => bill.After?.BillTotal ?? 0));
            var change = Sum(ofCurrency.Key, [will, -was]);
            var total = _totals.GetValueOrDefault(ofCurrency.Key) ?? new(ofCurrency.Key, 0, 0, 0, 0, 0);
            _totals[ofCurrency.Key] = new WhatIfTotal(
                ofCurrency.Key,
                total.Bills + ofCurrency.Count(),
                total.ChangedBills + ofCurrency.Count(bill => bill.Difference is not { IsEmpty: true }),
                Sum(ofCurrency.Key, [total.Before, was]),
                Sum(ofCurrency.Key, [total.After, will]),
                Sum(ofCurrency.Key, [total.Change, change]));
            if (hasBills || will != was)
                _accounts.Add(new WhatIfAccount(
                    account.Id, account.Code, ofCurrency.Key, was, will, change,
                    hasBills ? [.. ofCurrency] : null));
        }
    }

    private static decimal Sum(string currency, IEnumerable<decimal> amounts) => amounts.Aggregate(0m, (sum, amount) =>
        // A bill that is not stored can have a total of 29 digits.
        ExactNumber.TryAdd(0, amount, out _) && ExactNumber.TryAdd(sum, amount, out var next)
            ? next : throw new RefusedException(new Issue(
            "digits", "", $"The total of the bills in {currency} has more than 28 digits", IssueKind.Conflict)));

    private static List<WhatIfBill> PairsOf(IReadOnlyList<Bill> before, IReadOnlyList<Bill> after)
    {
        var later = after.ToDictionary(bill => bill.Id);
        return
        [
            .. before.Select(bill => Pair(bill.BillDate, bill, later.GetValueOrDefault(bill.Id))),
            .. after.ExceptBy(before.Select(bill => bill.Id), bill => bill.Id)
                .Select(bill => Pair(bill.BillDate, null, bill)),
        ];
    }

    private static WhatIfBill Pair(LocalDate billDate, Bill? before, Bill? after) => new(
        billDate, before, after, before is null || after is null ? null : BillDifference.Of(before, after));
}
