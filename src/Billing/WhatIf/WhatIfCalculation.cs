using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Ledger;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.WhatIf;

/// <summary>
/// Bills real usage of past periods twice, with plans and prices as they are and as they would be, and compares the
/// bills. Saves nothing.
/// </summary>
public sealed class WhatIfCalculation(
    ResourceService resources, UsageReader usage, PublishedLookups lookups, IClock clock)
{
    /// <summary>Maximum number of days between the first and the last bill date.</summary>
    public const int MaxDays = 366;

    private const int AccountsAtATime = 500;
    private const int MaxAccountsListed = 10_000;
    private const int MaxFailuresListed = 1_000;

    /// <summary>Calculates and compares the bills.</summary>
    /// <exception cref="RefusedException">A change is invalid.</exception>
    public async Task<WhatIfResult> CalculateAsync(
        string organizationId, WhatIfRequest asked, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var changed = await CheckAsync(asked, resources.Catalog, related);
        await CompoundCalculation.LoadAsync(
            await related.ListAsync<CompoundAggregation>(Condition.And()), related, lookups);
        var families = await RunFamilies.LoadAsync(related, asked.AccountIds, withParents: false);
        var (before, after) = await resources.ReadAsync(organizationId, cancellationToken, async reader => (
            await BillCatalog.LoadAsync(reader, lookups, families.MemberIds),
            await BillCatalog.LoadAsync(reader, lookups, families.MemberIds, changed)));
        var comparison = new WhatIfComparison(asked.AccountIds is not null);
        long? last = null;
        while (true)
        {
            var page = await families.PageAsync(related, last, AccountsAtATime);
            var fetcher = new UsageFetcher(organizationId, usage, cancellationToken);
            comparison.Add(
                [.. page.Families.SelectMany(family => family.Billed)],
                await BillAsync(organizationId, before, page.Families, asked, fetcher, related),
                await BillAsync(organizationId, after, page.Families, asked, fetcher, related));
            if (page.Before is null)
                return comparison.Result(MaxAccountsListed, MaxFailuresListed);
            last = page.Before;
        }
    }

    private async Task<IReadOnlyList<FinishedBills>> BillAsync(
        string organizationId, BillCatalog catalog, IReadOnlyList<BilledFamily> families, WhatIfRequest asked,
        UsageFetcher fetcher, ResourceReader related)
    {
        var terms = await BillTerms.LoadAsync(
            organizationId, catalog, [.. families.SelectMany(family => family.Members)], related,
            asked.Start, RunOverrides.None);
        List<Account> accounts = [.. families.SelectMany(family => family.Billed)];
        List<DueAccount> due = [.. accounts.Select(account => new DueAccount(account, terms))];
        var dueIds = new List<HashSet<string>?>();
        foreach (var ofAccount in due)
        {
            var runs = ofAccount.Guarded(() => RunsOf(catalog, terms.Of(ofAccount.Account), asked));
            ofAccount.Runs = runs ?? [];
            dueIds.Add(runs?.Select(run => BillCalculation.IdOf(organizationId, ofAccount.Account.Id, run.Run))
                .ToHashSet(StringComparer.Ordinal));
        }
        var charged = await BillChunk.ChargeAsync(due, fetcher);
        var drawing = accounts.Where(terms.HasCredits).Select(account => account.Id).ToList();
        var credits = await StoredCredits.LoadAsync(
            related, accounts.Where(terms.HasCredits).Select(terms.CommitmentOwnerIds));
        var config = await BillConfigResource.FindAsync(related);
        var open = drawing.Count == 0
            ? [] : (await FollowingBills.UnlockedAsync(drawing, asked.Start, related))
                .Where(bill => !BillStates.IsLocked(bill, config)).Select(bill => bill.Id).ToList();
        return
        [
            .. charged.Zip(dueIds, (one, ids) => Finish(one, ids, credits.LedgerOf(one.Account.Id).Without(open))),
        ];
    }

    private static IReadOnlyList<DueRun> RunsOf(BillCatalog catalog, AccountTerms terms, WhatIfRequest asked)
    {
        var runs = new List<DueRun>();
        for (var date = asked.Start; date < asked.End; date = date.PlusDays(1))
        {
            // A consolidated bill is due for each of its frequencies.
            runs.AddRange(DueBills.On(date, catalog.Organization, terms, RunOverrides.None)
                .Select(due => due.RunWith(RunOverrides.None)).Distinct()
                .Select(run => new DueRun(run, OnlyIfMissing: false)));
        }
        return runs;
    }

    // Each bill has what the bills before it leave; the stored draws of the same bills do not count.
    private FinishedBills Finish(AccountBills charged, HashSet<string>? dueIds, AccountLedger ledger)
    {
        ledger = ledger.Without(charged.Bills.Select(bill => bill.Charged.Id));
        var now = clock.GetCurrentInstant();
        var bills = new List<Bill>();
        var failures = charged.Failures.Select(failure => failure.Message ?? "").ToList();
        foreach (var bill in charged.Bills)
        {
            try
            {
                var finished = bill.Charged.Finish(ledger);
                ledger = ledger.And(finished.Entries);
                bills.Add(finished.Bill.ToBill(now, now, null));
            }
            catch (BillRefusedException refused)
            {
                failures.Add(refused.Message);
            }
        }
        dueIds?.ExceptWith(bills.Select(bill => bill.Id));
        return new FinishedBills(bills, failures, dueIds);
    }

    private static async Task<IReadOnlyList<Resource>> CheckAsync(
        WhatIfRequest asked, ResourceCatalog catalog, ResourceReader related)
    {
        var issues = new Issues();
        if (asked.End <= asked.Start || Period.DaysBetween(asked.Start, asked.End) > MaxDays)
            issues.Add("range", "endDate", $"must be after startDate, and at most {MaxDays} days after it");
        if (asked.Changes.Count is 0 or > WhatIfKinds.MaxChanges)
            issues.Add("count", "", $"must contain at least one change and at most {WhatIfKinds.MaxChanges}");
        foreach (var (index, id) in (asked.AccountIds ?? []).Index())
        {
            if (await related.FindAsync<Account>(id) is null)
                issues.AddUnknownReference($"accountIds[{index}]", "account", id);
        }
        issues.ThrowIfAny();
        var changed = asked.Changes.Select(change => change.IsAdded
            ? change.Entity with { Id = Guid.CreateVersion7().ToString() }
            : change.Entity).ToList();
        var current = new List<Resource?>();
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var change in asked.Changes)
        {
            current.Add(change.IsAdded ? null : await related.FindAsync(change.Definition, change.Entity.Id));
            if (current[^1] is null && !change.IsAdded)
                issues.AddUnknownReference($"{change.Path}.id", change.Definition.Words, change.Entity.Id);
            if (!change.IsAdded && !ids.Add(change.Entity.Id))
                issues.Add("duplicate", $"{change.Path}.id", $"'{change.Entity.Id}' is changed more than once");
        }
        issues.ThrowIfAny();
        var view = new ChangedEntities(related, changed);
        changed = await CompleteAsync(asked, changed, current, view);
        view = new ChangedEntities(related, changed);
        foreach (var (change, entity, stored) in asked.Changes.Zip(changed, current))
        {
            var ofChange = new Issues();
            await ResourceChecks.CheckReferencesAsync(catalog, change.Definition, entity, related, ofChange);
            await change.Definition.CheckAsync(entity, stored, view, ofChange);
            foreach (var issue in ofChange.All)
                issues.Add(issue with { Path = $"{change.Path}.{issue.Path}" });
        }
        issues.ThrowIfAny();
        return changed;
    }

    private static async ValueTask<List<Resource>> CompleteAsync(
        WhatIfRequest asked, List<Resource> changed, List<Resource?> current, ChangedEntities view)
    {
        var completed = new List<Resource>();
        foreach (var (change, entity, stored) in asked.Changes.Zip(changed, current))
            completed.Add(await change.Definition.CompleteAsync(entity, stored, view));
        return completed;
    }
}
