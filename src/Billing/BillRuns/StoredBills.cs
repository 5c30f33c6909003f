using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Erasures;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// The existing bills that other bills depend on. Of commitments with fees, which can change after they were billed:
/// the bills that have lines of them, of whichever account, and the other bills since then, on which a fee can be
/// missing. The locked bills of children, whose usage must not be billed to their parent again, as far back as a bill
/// of the run goes. If late usage is billed, the bills of the time in which it can be late. Most accounts need none.
/// </summary>
internal sealed class StoredBills
{
    /// <summary>Number of accounts whose bills are read at a time, because bills can be large.</summary>
    private const int AccountsAtATime = 100;

    private const int BillsAtATime = 500;

    private readonly Dictionary<string, StoredBill> _bills = new(StringComparer.Ordinal);
    private readonly ILookup<string, StoredBill> _byAccount;
    private readonly ILookup<string, StoredBill> _elsewhere;

    private StoredBills(
        IEnumerable<StoredBill> bills, IEnumerable<(string OwnerId, StoredBill Bill)> elsewhere)
    {
        // Later ones are read in full.
        foreach (var bill in bills)
            _bills[bill.Id] = bill;
        _byAccount = _bills.Values.ToLookup(bill => bill.AccountId, StringComparer.Ordinal);
        _elsewhere = elsewhere.ToLookup(one => one.OwnerId, one => one.Bill, StringComparer.Ordinal);
    }

    /// <summary>The bills of an account.</summary>
    internal IReadOnlyList<StoredBill> Of(string accountId) => [.. _byAccount[accountId]];

    /// <summary>
    /// The bills with fees of an account's commitments that belong neither to the account nor to its parent.
    /// </summary>
    internal IReadOnlyList<StoredBill> ElsewhereOf(string accountId) => [.. _elsewhere[accountId]];

    /// <summary>Loads them.</summary>
    /// <param name="related">Reads from a consistent state of the store.</param>
    /// <param name="config">The settings with the lock date; null if there are none.</param>
    /// <param name="organization">The organization's settings.</param>
    /// <param name="accounts">Whole hierarchies.</param>
    /// <param name="commitments">Their commitments.</param>
    /// <param name="span">The time that the bills of the run cover.</param>
    internal static async ValueTask<StoredBills> LoadAsync(
        ResourceReader related, BillConfig? config, OrganizationConfig organization, IReadOnlyList<Account> accounts,
        IEnumerable<Commitment> commitments, RunSpan span)
    {
        var reading = new Reading(related, config);
        var parents = accounts.ToDictionary(one => one.Id, one => one.ParentAccountId);
        var (bills, elsewhere) = await reading.WithFeesAsync([.. commitments.Where(HasFees)], parents);
        bills.AddRange(await reading.OfChildrenAsync(accounts, span));
        if (organization.LateUsageDays is > 0 and var days)
            bills.AddRange(await reading.LateAsync(accounts, InstantText.Write(span.FirstBill.PlusDays(-days))));
        return new StoredBills(bills, elsewhere);
    }

    private static bool HasFees(Commitment commitment) =>
        commitment.BillingPlanId is not null || commitment.FeeDates is { Count: > 0 };

    // Bills before it have no fee of the commitment. Its start can have been moved since it was created.
    private static LocalDate FirstDate(Commitment commitment) => (commitment.FeeDates ?? []).Select(fee => fee.Date)
        .Append(commitment.StartDate)
        .Append(commitment.DtCreated is { } created
            ? LocalDay.Of(created, DateTimeZone.Utc).PlusDays(-1) : LocalDate.MaxIsoValue)
        .Min();

    private sealed class Reading(ResourceReader related, BillConfig? config)
    {
        /// <summary>The bills on which fees of commitments are, or can be missing.</summary>
        /// <param name="commitments">The commitments.</param>
        /// <param name="parents">The parent of each account; null if it has none.</param>
        internal async ValueTask<(List<StoredBill> Bills, List<(string OwnerId, StoredBill Bill)> Elsewhere)>
            WithFeesAsync(IReadOnlyList<Commitment> commitments, Dictionary<string, string?> parents)
        {
            var owners = commitments.ToDictionary(one => one.Id, one => one.AccountId, StringComparer.Ordinal);
            var (near, elsewhere) = (new List<StoredBill>(), new List<(string OwnerId, StoredBill Bill)>());
            foreach (var same in (await BillCommitments.ListAsync(related, config, [.. owners.Keys]))
                .GroupBy(one => (OwnerId: owners[one.CommitmentId], BillId: one.Bill.Id)))
            {
                // A bill can have fees of several commitments.
                var bill = same.First().Bill with { Lines = [.. same.SelectMany(one => one.Bill.Lines)] };
                var ownerId = same.Key.OwnerId;
                if (bill.AccountId == ownerId || bill.AccountId == parents[ownerId])
                    near.Add(bill);
                else
                    elsewhere.Add((ownerId, bill));
            }
            List<StoredBill> bills =
            [
                .. await WithoutFeesAsync(commitments, parents, near.ToLookup(bill => bill.AccountId, bill => bill.Id)),
                // On the bill of a parent, several children can have fees.
                .. near.GroupBy(bill => bill.Id).Select(same =>
                    same.First() with { Lines = [.. same.SelectMany(one => one.Lines)] }),
            ];
            return (bills, elsewhere);
        }

        /// <summary>The locked bills of children from the start of the earliest bill of the run on.</summary>
        internal async ValueTask<IReadOnlyList<StoredBill>> OfChildrenAsync(
            IReadOnlyList<Account> accounts, RunSpan span)
        {
            List<string> children = [.. accounts.Where(one => one.ParentAccountId is not null).Select(one => one.Id)];
            if (children.Count == 0)
                return [];
            var parents = accounts.Select(one => one.ParentAccountId).OfType<string>().Distinct();
            var first = span.Start;
            // A recalculated bill keeps its period, which can be longer than those of today.
            foreach (var ids in children.Concat(parents).Chunk(AccountsAtATime))
            {
                var longer = await ListAsync(
                    Condition.And(
                        new Condition.In("account_id", ids), Condition.Equal("locked", "false"),
                        new Condition.Compare(
                            "bill_date", Comparison.GreaterOrEqual, InstantText.Write(span.FirstBill)),
                        new Condition.Compare("start_date", Comparison.Less, InstantText.Write(first))),
                    bill => bill.StartDate);
                first = longer.Append(first).Min();
            }
            var bills = new List<StoredBill>();
            foreach (var ids in children.Chunk(AccountsAtATime))
            {
                bills.AddRange(await ListAsync(
                    Condition.And(
                        new Condition.In("account_id", ids), Locked,
                        new Condition.Compare("bill_date", Comparison.GreaterOrEqual, InstantText.Write(first))),
                    bill => StoredBill.Of(bill, config)));
            }
            return bills;
        }

        /// <summary>The bills whose usage can be late, with what they were calculated from.</summary>
        internal async ValueTask<IReadOnlyList<StoredBill>> LateAsync(IReadOnlyList<Account> accounts, string from)
        {
            var erased = await ErasedAsync(accounts);
            var late = new List<StoredBill>();
            foreach (var some in accounts.Chunk(AccountsAtATime))
            {
                var bills = await ListAsync(
                    Condition.And(
                        new Condition.In("account_id", [.. some.Select(one => one.Id)]),
                        new Condition.Compare("bill_date", Comparison.GreaterOrEqual, from)),
                    bill => bill);
                var bases = await BillDocuments.BasesAsync(related, bills);
                late.AddRange(bills.Select(bill => StoredBill.Of(bill, config) with
                {
                    Run = RunOf(bill, bases.GetValueOrDefault(bill.Id), erased),
                }));
            }
            return late;
        }

        private Condition Locked => config?.BillLockDate is { } until
            ? Condition.Or(
                Condition.Equal("locked", "true"),
                new Condition.Compare("end_date", Comparison.LessOrEqual, InstantText.Write(until)))
            : Condition.Equal("locked", "true");

        // What matters of these is only their dates, and whether they are locked.
        private async ValueTask<IReadOnlyList<StoredBill>> WithoutFeesAsync(
            IReadOnlyList<Commitment> commitments, Dictionary<string, string?> parents,
            ILookup<string, string> withFees)
        {
            // Fees of a child can be on the bills of its parent.
            var first = commitments
                .SelectMany(one => new[] { one.AccountId, parents[one.AccountId] }.OfType<string>(),
                    (one, accountId) => (AccountId: accountId, Date: FirstDate(one)))
                .GroupBy(one => one.AccountId)
                .Select(same => (AccountId: same.Key, Date: same.Min(one => one.Date)))
                .OrderBy(one => one.Date);
            var bills = new List<StoredBill>();
            foreach (var some in first.Chunk(AccountsAtATime))
            {
                bills.AddRange(await ListAsync(
                    Condition.And(
                        new Condition.In("account_id", [.. some.Select(one => one.AccountId)]),
                        new Condition.Compare(
                            "bill_date", Comparison.GreaterOrEqual, InstantText.Write(some.Min(one => one.Date))),
                        new Condition.NotIn("id", [.. some.SelectMany(one => withFees[one.AccountId]).Distinct()])),
                    bill => StoredBill.Of(bill with { LineItems = [] }, config)));
            }
            return bills;
        }

        // By family, because its accounts can be billed together: when usage was last erased.
        private async ValueTask<Dictionary<string, Instant>> ErasedAsync(IReadOnlyList<Account> accounts)
        {
            var families = accounts.ToDictionary(one => one.Id, one => one.ParentAccountId ?? one.Id);
            var erasures = new List<MeasurementErasure>();
            foreach (var some in accounts.Chunk(AccountsAtATime))
            {
                erasures.AddRange(await related.ListAsync<MeasurementErasure>(
                    new Condition.In("account_id", [.. some.Select(one => one.Id)])));
            }
            var last = erasures.GroupBy(one => families[one.AccountId]).ToDictionary(
                ofFamily => ofFamily.Key,
                ofFamily => ofFamily.Max(one => one.Status == RemovalStatus.Done
                    ? one.DtLastModified ?? Instant.MaxValue : Instant.MaxValue));
            return accounts.Where(one => last.ContainsKey(families[one.Id]))
                .ToDictionary(one => one.Id, one => last[families[one.Id]]);
        }

        // Usage that was erased since is not late. Without prices, it is not measured again.
        private static BillRun RunOf(Bill bill, RunOverrides? basis, Dictionary<string, Instant> erased)
        {
            var run = BillsOfJob.Again(bill, basis).Run;
            return erased.TryGetValue(bill.AccountId, out var at) && at >= bill.DtCreated
                ? run with { Overrides = run.Overrides with { Prices = null } }
                : run;
        }

        private async ValueTask<IReadOnlyList<T>> ListAsync<T>(Condition condition, Func<Bill, T> select)
        {
            var bills = new List<T>();
            long after = 0;
            while (true)
            {
                var page = await related.PageAsync<Bill>(condition, BillsAtATime, after);
                bills.AddRange(page.Select(one => select(one.Entity)));
                if (page.Count < BillsAtATime)
                    return bills;
                after = page[^1].Place;
            }
        }
    }
}
