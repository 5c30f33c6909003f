using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>A bill to create.</summary>
/// <param name="Run">Its date and billing cycle.</param>
/// <param name="OnlyIfMissing">True to skip an existing bill.</param>
internal sealed record DueRun(BillRun Run, bool OnlyIfMissing)
{
    /// <summary>True for a bill after those of the job, which is written only if its draws change.</summary>
    internal bool IsFollowing { get; init; }
}

/// <summary>The bills to create for an account.</summary>
internal sealed class DueAccount(Account account, BillTerms terms)
{
    private readonly List<BillJobFailure> _failures = [];

    /// <summary>Receives an unexpected exception, after which the account has failed; null to throw it.</summary>
    internal Action<Exception>? OnFault { get; init; }

    /// <summary>The account.</summary>
    internal Account Account => account;

    /// <summary>The terms of its bills.</summary>
    internal BillTerms Terms => terms;

    /// <summary>The bills.</summary>
    internal IReadOnlyList<DueRun> Runs { get; set; } = [];

    /// <summary>The bills that have failed so far.</summary>
    internal IReadOnlyList<BillJobFailure> Failures => _failures;

    /// <summary>
    /// Runs work for the account. A refused bill is recorded as a failure and does not affect other bills.
    /// </summary>
    /// <returns>Null if it was refused.</returns>
    internal T? Guarded<T>(Func<T> work) where T : class
    {
        try
        {
            return work();
        }
        catch (BillRefusedException refused)
        {
            _failures.Add(new BillJobFailure { AccountId = account.Id, Message = refused.Message });
            return null;
        }
        catch (Exception fault) when (OnFault is not null && AccountFaults.IsOne(fault))
        {
            OnFault(fault);
            _failures.Add(AccountFaults.FailureOf(account, fault));
            return null;
        }
    }
}

/// <summary>
/// Unexpected exceptions that concern the bills of one account: a fault of the program or of its data. The other
/// accounts of a job are billed.
/// </summary>
internal static class AccountFaults
{
    /// <summary>
    /// False if the whole job is concerned: the store cannot serve, or the job or process is stopping.
    /// </summary>
    internal static bool IsOne(Exception fault) => fault switch
    {
        AggregateException several => several.InnerExceptions.All(IsOne),
        StoreOutageException or UsageMemoryException => false,
        OperationCanceledException or OutOfMemoryException => false,
        _ => true,
    };

    /// <summary>What the job says of an account.</summary>
    internal static BillJobFailure FailureOf(Account account, Exception fault) => new()
    {
        AccountId = account.Id,
        Message = $"Account {account.Code}: its bills could not be made"
            + (fault is RefusedException ? $". {fault.Message}" : " because of an internal error. See the server log."),
    };
}

/// <summary>Determines which bills a job creates.</summary>
/// <param name="organizationId">UUID of the organization.</param>
/// <param name="job">The job.</param>
/// <param name="organization">The organization's settings.</param>
/// <param name="recalculated">The bills to recalculate; null for a job that creates bills.</param>
/// <param name="bases">The input of those bills, by id.</param>
/// <param name="clock">The time.</param>
internal sealed class BillsOfJob(
    string organizationId,
    BillJob job,
    OrganizationConfig organization,
    IReadOnlyList<Bill>? recalculated,
    IReadOnlyDictionary<string, RunOverrides> bases,
    IClock clock)
{
    /// <summary>
    /// True to make bills again whose fees were moved, whatever their date: otherwise the fee could be on two bills.
    /// </summary>
    internal bool IncludesOutdated { get; init; }

    /// <summary>Receives an unexpected exception, after which the account has failed; null to throw it.</summary>
    internal Action<Exception>? OnFault { get; init; }

    /// <summary>A date before which no bill of the job is, except for those of fees that were moved.</summary>
    internal LocalDate Earliest()
    {
        if (recalculated is { Count: > 0 })
            return recalculated.Min(bill => bill.BillDate);
        return job.BillDate ?? job.LastDateInBillingPeriod
            ?? LocalDay.Of(clock.GetCurrentInstant(), DateTimeZone.Utc).PlusDays(-CheckTerms.DaysLookedBack - 1);
    }

    /// <summary>The bills to create for each of the accounts.</summary>
    internal async ValueTask<IReadOnlyList<DueAccount>> OfAsync(
        IReadOnlyList<Account> accounts, BillTerms terms, ResourceReader related)
    {
        List<DueAccount> due = [.. accounts.Select(account => new DueAccount(account, terms) { OnFault = OnFault })];
        foreach (var ofAccount in due)
        {
            ofAccount.Runs = ofAccount.Guarded(() => recalculated is null
                ? RunsOf(terms, ofAccount.Account)
                : [.. recalculated.Where(bill => bill.AccountId == ofAccount.Account.Id && !bill.Locked)
                    .Select(bill => Again(bill, bases.GetValueOrDefault(bill.Id)))])
                ?? [];
        }
        if (recalculated is null)
            await KeepPlansAsync(due, related);
        if (recalculated is null && IncludesOutdated && job.BillingFrequency is null or BillJobBillingFrequency.AdHoc)
            await AddOutdatedAsync(due, related);
        return due;
    }

    // Recalculated as they were, because the settings of the job are meant for its own bills.
    private async ValueTask AddOutdatedAsync(IReadOnlyList<DueAccount> due, ResourceReader related)
    {
        foreach (var ofAccount in due.Where(one => one.Failures.Count == 0))
        {
            var made = ofAccount.Runs.Select(run => IdOf(ofAccount, run)).ToHashSet(StringComparer.Ordinal);
            var ids = (ofAccount.Guarded(() => DueBills.Outdated(
                organization, ofAccount.Terms.Of(ofAccount.Account), RunOverrides.None)) ?? [])
                .Select(bill => BillCalculation.IdOf(
                    organizationId, ofAccount.Account.Id, bill.RunWith(RunOverrides.None)))
                .Where(id => !made.Contains(id)).ToList();
            if (ids.Count == 0)
                continue;
            var bills = await related.ListAsync<Bill>(new Condition.In("id", ids));
            var kept = await BillDocuments.BasesAsync(related, bills);
            ofAccount.Runs =
            [
                .. ofAccount.Runs, .. bills.Where(bill => !bill.Locked)
                    .Select(bill => Again(bill, kept.GetValueOrDefault(bill.Id))),
            ];
        }
    }

    // An existing bill is not replaced by one that lacks a plan because its epoch or frequency has changed.
    private async ValueTask KeepPlansAsync(IReadOnlyList<DueAccount> due, ResourceReader related)
    {
        var ids = due.SelectMany(ofAccount => ofAccount.Runs, (ofAccount, run) => IdOf(ofAccount, run)).ToList();
        var existing = (await related.ListAsync<Bill>(new Condition.In("id", ids))).ToDictionary(bill => bill.Id);
        foreach (var ofAccount in due)
        {
            ofAccount.Runs =
            [
                .. ofAccount.Runs.Select(run => existing.TryGetValue(IdOf(ofAccount, run), out var bill)
                    ? run with { Run = run.Run with { IsRecalculation = true, BilledPlanIds = PlansOn(bill) } }
                    : run),
            ];
        }
    }

    private string IdOf(DueAccount ofAccount, DueRun run) =>
        BillCalculation.IdOf(organizationId, ofAccount.Account.Id, run.Run);

    private static IReadOnlyList<string> PlansOn(Bill bill) =>
        [.. (bill.LineItems ?? []).Select(line => line.PlanId).OfType<string>().Distinct()];

    private IReadOnlyList<DueRun> RunsOf(BillTerms terms, Account account)
    {
        var overrides = RunOverrides.Of(job);
        var ofAccount = terms.Of(account);
        var billDate = job.BillDate ?? job.LastDateInBillingPeriod?.PlusDays(1);
        var due = billDate is { } date
            ? DueBills.On(date, organization, ofAccount, overrides)
            : DueBills.Around(Today(), organization, ofAccount, overrides);
        return
        [
            .. due.Where(bill => job.BillingFrequency is not { } frequency
                    || bill.Frequency.ToString() == frequency.ToString())
                .Where(bill => job.BillFrequencyInterval is not { } interval || bill.Interval == interval)
                .Select(bill => new DueRun(bill.RunWith(overrides), bill.OnlyIfMissing))
                // A consolidated bill is due for each of its frequencies.
                .GroupBy(due => BillCalculation.IdOf(organizationId, account.Id, due.Run))
                .Select(same => same.First() with { OnlyIfMissing = same.All(due => due.OnlyIfMissing) }),
        ];
    }

    // A bill keeps its period, its currency and the settings of its job, even if the organization or account has
    // changed.
    internal static DueRun Again(Bill bill, RunOverrides? basis)
    {
        var overrides = basis ?? new RunOverrides { TargetCurrency = bill.Currency, Timezone = bill.Timezone };
        var isConsolidated = basis?.ConsolidateBills == true;
        return new DueRun(
            new BillRun
            {
                BillDate = bill.BillDate,
                Frequency = isConsolidated ? BillingFrequency.Mixed : bill.BillingFrequency,
                Interval = isConsolidated ? 1 : bill.BillFrequencyInterval,
                GroupingKeyId = basis?.GroupingKeyId,
                IsRecalculation = true,
                BilledPlanIds = basis?.Cycles is null ? PlansOn(bill) : [],
                // Bills of versions without consolidation do not state that they are separate.
                Overrides = overrides with { ConsolidateBills = isConsolidated },
            },
            OnlyIfMissing: false);
    }

    private LocalDate Today()
    {
        var name = job.Timezone ?? organization.Timezone;
        var zone = BillingTimeZone.TryParse(name, out var known)
            ? known : throw new BillRefusedException($"The time zone '{name}' is unknown.");
        return LocalDay.Of(clock.GetCurrentInstant(), zone);
    }
}
