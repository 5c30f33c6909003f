using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillConfigs;
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
/// Loads the existing bills that other bills depend on: of accounts whose commitments have fees, the bills from the
/// first of these commitments on, because fees can change after they were billed; and the locked bills of children,
/// whose usage must not be billed to their parent again. If late usage is billed, also the bills of the time in which
/// it can be late. Most accounts need none.
/// </summary>
internal static class StoredBills
{
    /// <summary>Number of accounts whose bills are read at a time, because bills can be large.</summary>
    private const int AccountsAtATime = 100;

    /// <summary>The bills, by account UUID.</summary>
    /// <param name="related">Reads from a consistent state of the store.</param>
    /// <param name="config">The settings with the lock date; null if there are none.</param>
    /// <param name="organization">The organization's settings.</param>
    /// <param name="accounts">Whole hierarchies.</param>
    /// <param name="commitments">Their commitments.</param>
    /// <param name="earliest">No bill of the run has an earlier date.</param>
    internal static async ValueTask<ILookup<string, StoredBill>> LoadAsync(
        ResourceReader related, BillConfig? config, OrganizationConfig organization, IReadOnlyList<Account> accounts,
        IEnumerable<Commitment> commitments, LocalDate earliest)
    {
        var withFees = commitments.Where(HasFees).ToList();
        var paying = withFees.Select(one => one.AccountId).ToHashSet(StringComparer.Ordinal);
        // Fees of a child can be on the bills of its parent.
        paying.UnionWith(accounts.Where(one => paying.Contains(one.Id)).Select(one => one.ParentAccountId)
            .OfType<string>().ToList());
        var children = accounts.Where(one => one.ParentAccountId is not null && !paying.Contains(one.Id));
        var loaded = new List<(string AccountId, StoredBill Bill)>();
        if (withFees.Count > 0)
            await AddAsync([.. paying], new Condition.Compare(
                "bill_date", Comparison.GreaterOrEqual, InstantText.Write(withFees.Min(FirstDate))));
        await AddAsync([.. children.Select(child => child.Id)], LockedBy(config));
        if (organization.LateUsageDays is > 0 and var days)
            await AddLateAsync(InstantText.Write(earliest.PlusDays(-days)));
        return loaded.ToLookup(one => one.AccountId, one => one.Bill, StringComparer.Ordinal);

        async ValueTask AddLateAsync(string from)
        {
            var erased = await ErasedAsync();
            foreach (var some in accounts.Chunk(AccountsAtATime))
            {
                var bills = await related.ListAsync<Bill>(Condition.And(
                    new Condition.In("account_id", [.. some.Select(one => one.Id)]),
                    new Condition.Compare("bill_date", Comparison.GreaterOrEqual, from)));
                var bases = await BillDocuments.BasesAsync(related, bills);
                var ids = bills.Select(bill => bill.Id).ToHashSet(StringComparer.Ordinal);
                loaded.RemoveAll(one => ids.Contains(one.Bill.Id));
                loaded.AddRange(bills.Select(bill => (bill.AccountId, StoredBill.Of(bill, config) with
                {
                    Run = RunOf(bill, bases.GetValueOrDefault(bill.Id), erased),
                })));
            }
        }

        // By family, because its accounts can be billed together: when usage was last erased.
        async ValueTask<Dictionary<string, Instant>> ErasedAsync()
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

        async ValueTask AddAsync(IReadOnlyList<string> accountIds, Condition condition)
        {
            foreach (var ids in accountIds.Chunk(AccountsAtATime))
            {
                loaded.AddRange((await related.ListAsync<Bill>(Condition.And(
                    new Condition.In("account_id", ids), condition)))
                    .Select(bill => (bill.AccountId, StoredBill.Of(bill, config))));
            }
        }
    }

    // Usage that was erased since is not late. Without prices, it is not measured again.
    private static BillRun RunOf(Bill bill, RunOverrides? basis, Dictionary<string, Instant> erased)
    {
        var run = BillsOfJob.Again(bill, basis).Run;
        return erased.TryGetValue(bill.AccountId, out var at) && at >= bill.DtCreated
            ? run with { Overrides = run.Overrides with { Prices = null } }
            : run;
    }

    private static bool HasFees(Commitment commitment) =>
        commitment.BillingPlanId is not null || commitment.FeeDates is { Count: > 0 };

    // Bills before it have no fee of the commitment. Its start can have been moved since it was created.
    private static LocalDate FirstDate(Commitment commitment) => (commitment.FeeDates ?? []).Select(fee => fee.Date)
        .Append(commitment.StartDate)
        .Append(commitment.DtCreated is { } created
            ? LocalDay.Of(created, DateTimeZone.Utc).PlusDays(-1) : LocalDate.MaxIsoValue)
        .Min();

    private static Condition LockedBy(BillConfig? config)
    {
        var locked = Condition.Equal("locked", "true");
        return config?.BillLockDate is { } until
            ? Condition.Or(locked, new Condition.Compare(
                "end_date", Comparison.LessOrEqual, InstantText.Write(until)))
            : locked;
    }
}
