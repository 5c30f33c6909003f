using NodaTime;
using Tallystick.Billing.Accounts;
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
        var changed = await CheckAsync(asked, related);
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
            organizationId, catalog, [.. families.SelectMany(family => family.Members)], related);
        List<Account> accounts = [.. families.SelectMany(family => family.Billed)];
        List<DueAccount> due = [.. accounts.Select(account => new DueAccount(account, terms))];
        foreach (var ofAccount in due)
            ofAccount.Runs = ofAccount.Guarded(() => RunsOf(catalog, terms.Of(ofAccount.Account), asked)) ?? [];
        var charged = await BillChunk.ChargeAsync(due, fetcher);
        var ledgers = await BillLedger.LoadAsync(related,
            [.. accounts.Where(terms.HasCredits).Select(account => account.Id)]);
        return
        [
            .. charged.Select(one => Finish(
                one, ledgers.GetValueOrDefault(one.Account.Id) ?? new AccountLedger([], [], [], []))),
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
    private FinishedBills Finish(AccountBills charged, AccountLedger ledger)
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
        return new FinishedBills(bills, failures);
    }

    private static async Task<IReadOnlyList<Resource>> CheckAsync(WhatIfRequest asked, ResourceReader related)
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
        var view = new ChangedEntities(related, changed);
        foreach (var (change, entity) in asked.Changes.Zip(changed))
        {
            var current = change.IsAdded ? null : await related.FindAsync(change.Definition, change.Entity.Id);
            if (current is null && !change.IsAdded)
                issues.AddUnknownReference($"{change.Path}.id", change.Definition.Words, change.Entity.Id);
            var ofChange = new Issues();
            await change.Definition.CheckAsync(entity, current, view, ofChange);
            foreach (var issue in ofChange.All)
                issues.Add(issue with { Path = $"{change.Path}.{issue.Path}" });
        }
        issues.ThrowIfAny();
        return changed;
    }
}
