using System.Runtime.CompilerServices;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Resources;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Bills;

/// <summary>
/// The shell around the pure calculation: loads what bills are made from, a chunk of accounts at a time, has them
/// calculated and saves them.
/// </summary>
internal sealed class BillMaker(IDocumentStore store, UsageReader usage, BillWriter writer, IClock clock)
{
    private const int AccountsAtATime = 100;

    /// <summary>Makes the bills of a job; reports after each chunk.</summary>
    internal async IAsyncEnumerable<BillJobProgress> MakeAsync(
        string organizationId,
            BillJob job, BillJobOutcome outcome, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var related = new ResourceReader(store, organizationId, cancellationToken);
        var recalculated = job.Type == BillJobType.Recalculate
            ? await related.ListAsync<Bill>(new Condition.In("id", job.BillIds ?? []))
            : null;
        var bases = await BillDocuments.BasesAsync(store, organizationId, recalculated ?? [], cancellationToken);
        var accountIds = recalculated?.Select(bill => bill.AccountId).Distinct().ToList() ?? job.AccountIds;
        long? total = accountIds?.Count;
        await foreach (var accounts in ChunksAsync(organizationId, accountIds, cancellationToken))
        {
            var terms = await BillTerms.LoadAsync(organizationId, accounts, related);
            var runs = accounts.ToDictionary(
                account => account.Id, account =>
                    Guarded(account, outcome, () => recalculated is null
                        ? RunsOf(job, terms, account)
                        : [.. recalculated.Where(bill => bill.AccountId == account.Id && !bill.Locked)
                            .Select(bill => Again(bill, bases.GetValueOrDefault(bill.Id)))]) ?? []);
            await MakeChunkAsync(organizationId, job, terms, accounts, runs, outcome, cancellationToken);
            outcome.Accounts += accounts.Count;
            yield return new BillJobProgress(total ?? outcome.Accounts, total - outcome.Accounts ?? 0);
        }
    }

    private async Task MakeChunkAsync(
        string organizationId,
        BillJob job,
        BillTerms terms,
        IReadOnlyList<Account> accounts,
        Dictionary<string, IReadOnlyList<DueRun>> runs,
        BillJobOutcome outcome,
        CancellationToken cancellationToken)
    {
        var inputs = new List<(Account Account, DueRun Run, BillInput Input, IReadOnlyList<UsageNeed> Needs)>();
        foreach (var account in accounts)
        {
            foreach (var run in runs[account.Id])
            {
                var input = terms.InputFor(account, run.Run);
                if (Guarded(account, outcome, () => BillCalculation.Needs(input)) is { } needs)
                    inputs.Add((account, run, input, needs));
            }
        }
        var answers = await UsageFetcher.FetchAsync(
            organizationId, inputs.SelectMany(input => input.Needs), usage, cancellationToken);
        foreach (var (account, run, input, needs) in inputs)
        {
            var bill = Guarded(
                account, outcome, () => BillCalculation.Calculate(input, [.. needs.Select(need => answers[need])]));
            if (bill is null)
                continue;
            try
            {
                var basis = run.Run.Overrides.Kept(terms.Organization, bill.Currency);
                if (await writer.SaveAsync(organizationId, job, bill, basis, run.OnlyIfMissing, cancellationToken)
                    is { } billId)
                    outcome.BillIds.Add(billId);
            }
            catch (BillRefusedException refused)
            {
                outcome.Failures.Add(new BillJobFailure { AccountId = account.Id, Message = refused.Message });
            }
        }
    }

    // The fault of one account fails its bill alone.
    private static T? Guarded<T>(Account account, BillJobOutcome outcome, Func<T> work)
        where T : class
    {
        try
        {
            return work();
        }
        catch (BillRefusedException refused)
        {
            outcome.Failures.Add(new BillJobFailure { AccountId = account.Id, Message = refused.Message });
            return null;
        }
    }

    private IReadOnlyList<DueRun> RunsOf(BillJob job, BillTerms terms, Account account)
    {
        var overrides = RunOverrides.Of(job);
        var plans = terms.PlansOf(account);
        var unbilled = terms.UnbilledOf(account);
        var billDate = job.BillDate ?? job.LastDateInBillingPeriod?.PlusDays(1);
        var due = billDate is { } date
            ? DueBills.On(date, terms.Organization, account, plans, unbilled, overrides)
                .Select(kind => new DueBill(date, kind.Frequency, kind.Interval, OnlyIfMissing: false))
            : DueBills.Around(
                Today(job, terms), terms.Organization, account, plans, unbilled, overrides);
        return
        [
            .. due.Where(
                bill => job.BillingFrequency is not { } frequency || bill.Frequency.ToString() == frequency.ToString())
                .Where(bill => job.BillFrequencyInterval is not { } interval || bill.Interval == interval)
                .Select(bill => new DueRun(
                    new BillRun { BillDate = bill.BillDate,
                        Frequency = bill.Frequency, Interval = bill.Interval, Overrides = overrides },
                    bill.OnlyIfMissing)),
        ];
    }

    // A bill keeps its period and its currency, whatever organization and account say by now, and what its job set.
    private static DueRun Again(Bill bill, RunOverrides? basis) => new(
        new BillRun
        {
            BillDate = bill.BillDate,
            Frequency = bill.BillingFrequency,
            Interval = bill.BillFrequencyInterval,
            Overrides = basis ?? new RunOverrides { TargetCurrency = bill.Currency, Timezone = bill.Timezone },
        },
        OnlyIfMissing: false);

    private LocalDate Today(BillJob job, BillTerms terms)
    {
        var name = job.Timezone ?? terms.Organization.Timezone;
        var zone = BillingTimeZone.TryParse(name, out var known)
            ? known : throw new BillRefusedException($"The time zone '{name}' is unknown.");
        return clock.GetCurrentInstant().InZone(zone).Date;
    }

    private async IAsyncEnumerable<IReadOnlyList<Account>> ChunksAsync(
        string organizationId,
            IReadOnlyList<string>? accountIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var definition = AccountResource.Definition;
        long? before = null;
        while (true)
        {
            var page = await store.QueryAsync(
                ResourceCatalog.KindOf(definition),
                organizationId,
                new DocumentQuery
                {
                    Where = accountIds is null ? null : new Condition.In("id", accountIds),
                    BeforeSequence = before,
                    Limit = AccountsAtATime,
                },
                cancellationToken);
            if (page.Count > 0)
                yield return [.. page.Select(document => (Account)definition.Read(document.Json.Span))];
            if (page.Count < AccountsAtATime)
                yield break;
            before = page[^1].Sequence;
        }
    }
}

/// <summary>One bill to make.</summary>
internal sealed record DueRun(BillRun Run, bool OnlyIfMissing);
