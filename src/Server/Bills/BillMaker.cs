using System.Runtime.CompilerServices;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Bills;

/// <summary>
/// The shell around the pure calculation: loads what bills are made from, a chunk of accounts at a time, has them
/// calculated and saves them.
/// </summary>
internal sealed class BillMaker(ResourceService resources, UsageReader usage, BillWriter writer, IClock clock)
{
    private const int AccountsAtATime = 100;

    /// <summary>Makes the bills of a job; reports after each chunk.</summary>
    internal async IAsyncEnumerable<BillJobProgress> MakeAsync(
        string organizationId,
            BillJob job, BillJobOutcome outcome, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var recalculated = job.Type == BillJobType.Recalculate
            ? await related.ListAsync<Bill>(new Condition.In("id", job.BillIds ?? []))
            : null;
        var bases = await BillDocuments.BasesAsync(related, recalculated ?? []);
        var accountIds = recalculated?.Select(bill => bill.AccountId).Distinct().ToList() ?? job.AccountIds;
        long? total = accountIds?.Count;
        var catalogue = await CatalogueAsync(organizationId, accountIds, cancellationToken);
        await foreach (var (accounts, terms) in ChunksAsync(organizationId, catalogue, accountIds, cancellationToken))
        {
            var runs = accounts.ToDictionary(
                account => account.Id, account =>
                    Guarded(account, outcome, () => recalculated is null
                        ? RunsOf(job, catalogue.Organization, terms, account)
                        : [.. recalculated.Where(bill => bill.AccountId == account.Id && !bill.Locked)
                            .Select(bill => Again(bill, bases.GetValueOrDefault(bill.Id)))]) ?? []);
            if (recalculated is null)
                await KeepPlansAsync(organizationId, runs, related);
            await MakeChunkAsync(
                organizationId, job, catalogue.Organization, terms, accounts, runs, outcome, cancellationToken);
            outcome.Accounts += accounts.Count;
            yield return new BillJobProgress(total ?? outcome.Accounts, total - outcome.Accounts ?? 0);
        }
    }

    // A bill that exists is not replaced by one that lost a plan because its epoch or frequency has changed since.
    private static async Task KeepPlansAsync(
        string organizationId, Dictionary<string, IReadOnlyList<DueRun>> runs, ResourceReader related)
    {
        var ids = runs.SelectMany(
            pair => pair.Value, (pair, run) => BillCalculation.IdOf(organizationId, pair.Key, run.Run)).ToList();
        var existing = (await related.ListAsync<Bill>(new Condition.In("id", ids))).ToDictionary(bill => bill.Id);
        foreach (var (accountId, ofAccount) in runs.ToList())
        {
            runs[accountId] =
            [
                .. ofAccount.Select(run =>
                    existing.TryGetValue(BillCalculation.IdOf(organizationId, accountId, run.Run), out var bill)
                        ? run with { Run = run.Run with { IsRecalculation = true, BilledPlanIds = PlansOn(bill) } }
                        : run),
            ];
        }
    }

    private static IReadOnlyList<string> PlansOn(Bill bill) =>
        [.. (bill.LineItems ?? []).Select(line => line.PlanId).OfType<string>().Distinct()];

    private async Task MakeChunkAsync(
        string organizationId,
        BillJob job,
        OrganizationConfig organization,
        BillTerms terms,
        IReadOnlyList<Account> accounts,
        Dictionary<string, IReadOnlyList<DueRun>> runs,
        BillJobOutcome outcome,
        CancellationToken cancellationToken)
    {
        var inputs = new List<(DueRun Run, BillInput Input, IReadOnlyList<UsageNeed> Needs)>();
        foreach (var account in accounts)
        {
            foreach (var run in runs[account.Id])
            {
                if (Guarded(account, outcome, () => terms.InputFor(account, run.Run)) is { } input
                    && Guarded(account, outcome, () => BillCalculation.Needs(input)) is { } needs)
                    inputs.Add((run, input, needs));
            }
        }
        var fetched = new UsageFetcher(organizationId, usage, cancellationToken);
        await fetched.FetchAsync(inputs.SelectMany(input => input.Needs));
        foreach (var (run, input, needs) in inputs)
        {
            var account = input.Account;
            var bill = Guarded(account, outcome, () =>
                BillCalculation.Calculate(input, fetched.AnswersTo(account.Code, needs)));
            if (bill is null)
                continue;
            try
            {
                var basis = run.Run.Overrides.Kept(organization, bill);
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

    private IReadOnlyList<DueRun> RunsOf(
        BillJob job, OrganizationConfig organization, BillTerms terms, Account account)
    {
        var overrides = RunOverrides.Of(job);
        var plans = terms.PlansOf(account);
        var unbilled = terms.UnbilledOf(account);
        var billDate = job.BillDate ?? job.LastDateInBillingPeriod?.PlusDays(1);
        var due = billDate is { } date
            ? DueBills.On(date, organization, account, plans, unbilled, overrides)
                .Select(kind => new DueBill(date, kind.Frequency, kind.Interval, OnlyIfMissing: false))
            : DueBills.Around(
                Today(job, organization), organization, account, plans, unbilled, overrides);
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
            IsRecalculation = true,
            BilledPlanIds = basis?.Cycles is null ? PlansOn(bill) : [],
            Overrides = basis ?? new RunOverrides { TargetCurrency = bill.Currency, Timezone = bill.Timezone },
        },
        OnlyIfMissing: false);

    private LocalDate Today(BillJob job, OrganizationConfig organization)
    {
        var name = job.Timezone ?? organization.Timezone;
        var zone = BillingTimeZone.TryParse(name, out var known)
            ? known : throw new BillRefusedException($"The time zone '{name}' is unknown.");
        return LocalDay.Of(clock.GetCurrentInstant(), zone);
    }

    // Within a change no other change of the organization happens: what is read is of one moment.
    private Task<BillCatalogue> CatalogueAsync(
        string organizationId, IReadOnlyList<string>? accountIds, CancellationToken cancellationToken) =>
        resources.ReadAsync(organizationId, cancellationToken, related => BillCatalogue.LoadAsync(
            related, accountIds?.Count <= AccountsAtATime ? accountIds : null));

    private async IAsyncEnumerable<(IReadOnlyList<Account> Accounts, BillTerms Terms)> ChunksAsync(
        string organizationId,
        BillCatalogue catalogue,
        IReadOnlyList<string>? accountIds,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? before = null;
        while (true)
        {
            var (accounts, terms, last) = await resources.ReadAsync(organizationId, cancellationToken, async related =>
            {
                var page = await related.PageAsync<Account>(
                    accountIds is null ? null : new Condition.In("id", accountIds), AccountsAtATime, before: before);
                IReadOnlyList<Account> found = [.. page.Select(one => one.Entity)];
                return (
                    found, await BillTerms.LoadAsync(organizationId, catalogue, found, related),
                    page.Count == 0 ? before : page[^1].Place);
            });
            if (accounts.Count > 0)
                yield return (accounts, terms);
            if (accounts.Count < AccountsAtATime)
                yield break;
            before = last;
        }
    }
}

/// <summary>One bill to make.</summary>
internal sealed record DueRun(BillRun Run, bool OnlyIfMissing);
