using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Ledger;
using Tallystick.Billing.Organizations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// A bill job in progress. Each step loads a chunk of accounts, has their bills calculated and saves them, a few
/// accounts at a time: bills, results and progress are saved in one change, so that an interruption neither loses nor
/// duplicates a result. An account and its children are always in the same chunk and change.
/// </summary>
internal sealed class BillJobRun : IJobRun
{
    // A job starts with few accounts, to show progress soon, and goes on with more, because a usage query costs about
    // the same for many accounts as for few.
    private const int FirstAccounts = 100;
    private const int MaxAccounts = 6_400;
    private const int AccountsPerChange = 400;

    // Custom SQL can take long for each account, and jobs of other organizations get their turn only after a step. A
    // step ends after the account that passes this time.
    private static readonly Duration TimeOfStepWithCustomSql = Duration.FromSeconds(10);

    private readonly ResourceService _resources;
    private readonly UsageReader _usage;
    private readonly string _organizationId;
    private readonly BillJob _job;
    private readonly BillCatalog _catalog;
    private readonly BillsOfJob _bills;
    private readonly RunFamilies _families;
    private readonly IClock _clock;
    private readonly ConcurrentQueue<Exception> _faults;
    private long? _before;
    private long _accounts;
    private int _accountsAtATime = FirstAccounts;

    private BillJobRun(
        ResourceService resources,
        UsageReader usage,
        string organizationId,
        BillJob job,
        BillCatalog catalog,
        BillsOfJob bills,
        RunFamilies families,
        IClock clock,
        ConcurrentQueue<Exception> faults)
    {
        (_resources, _usage, _organizationId, _job) = (resources, usage, organizationId, job);
        (_catalog, _bills, _families, _clock, _faults) = (catalog, bills, families, clock, faults);
    }

    private bool IsRecalculation => _job.Type == BillJobType.Recalculate;

    private string Principal => _job.CreatedBy ?? "";

    /// <summary>Reads the prices of the run and resumes from the checkpoint if the prices are the same.</summary>
    internal static async ValueTask<IJobRun> BeginAsync(
        ResourceService resources,
        UsageReader usage,
        PublishedLookups lookups,
        IClock clock,
        string organizationId,
        BillJob job,
        BillJobCheckpoint? checkpoint,
        CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var recalculated = job.Type == BillJobType.Recalculate
            ? await related.ListAsync<Bill>(new Condition.In("id", job.BillIds ?? []))
            : null;
        var bases = await BillDocuments.BasesAsync(related, recalculated ?? []);
        var accountIds = recalculated?.Select(bill => bill.AccountId).Distinct().ToList() ?? job.AccountIds;
        var families = await RunFamilies.LoadAsync(related, accountIds, withParents: recalculated is null);
        // Other changes wait during the read below, so load lookup data before. It can be large, and published data
        // never changes.
        await CompoundCalculation.LoadAsync(
            await related.ListAsync<CompoundAggregation>(Condition.And()), related, lookups);
        // No other change of the organization happens within a change, so the data is consistent.
        var catalog = await resources.ReadAsync(organizationId, cancellationToken, reader =>
            BillCatalog.LoadAsync(
                reader, lookups, families.MemberIds?.Count <= FirstAccounts ? families.MemberIds : null));
        var faults = new ConcurrentQueue<Exception>();
        var bills = new BillsOfJob(organizationId, job, catalog.Organization, recalculated, bases, clock)
        {
            IncludesOutdated = true,
            OnFault = faults.Enqueue,
        };
        var run = new BillJobRun(resources, usage, organizationId, job, catalog, bills, families, clock, faults);
        if (checkpoint is not null && checkpoint.Terms == catalog.Fingerprint)
            (run._before, run._accounts) = (checkpoint.Before, checkpoint.Accounts);
        else if (checkpoint is not null)
            await run.BeginAnewAsync(cancellationToken);
        return run;
    }

    /// <inheritdoc/>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var begin = _clock.GetCurrentInstant();
        var page = await _resources.ReadAsync(_organizationId, cancellationToken, related =>
            _families.PageAsync(related, _before, _accountsAtATime));
        foreach (var loaded in RunFamilies.InGroups(page.Families, MaxAccounts))
        {
            var terms = await _resources.ReadAsync(_organizationId, cancellationToken, related => BillTerms.LoadAsync(
                _organizationId, _catalog, [.. loaded.SelectMany(family => family.Members)], related,
                _bills.Earliest(), RunOverrides.Of(_job)));
            foreach (var together in _catalog.HasCustomSql ? RunFamilies.InGroups(loaded, 1) : [loaded])
            {
                if (!await BillAsync(together, terms, cancellationToken))
                    return false;
                if (_catalog.HasCustomSql && _clock.GetCurrentInstant() - begin > TimeOfStepWithCustomSql)
                    return true;
            }
        }
        _accountsAtATime = Math.Min(_accountsAtATime * 2, MaxAccounts);
        if (page.Before is { } before)
        {
            _before = before;
            return true;
        }
        await CompleteAsync(cancellationToken);
        return false;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Exception> TakeFaults()
    {
        var taken = new List<Exception>();
        while (_faults.TryDequeue(out var fault))
            taken.Add(fault);
        return taken;
    }

    // False if the job was cancelled.
    private async Task<bool> BillAsync(
        IReadOnlyList<BilledFamily> together, BillTerms terms, CancellationToken cancellationToken)
    {
        var related = _resources.Reader(_organizationId, cancellationToken);
        var due = await _bills.OfAsync([.. together.SelectMany(family => family.Billed)], terms, related);
        await FollowingBills.AddAsync(_organizationId, due, related);
        var chunk = await BillChunk.BeginAsync(
            due, new UsageFetcher(_organizationId, _usage, cancellationToken));
        // While the bills of some accounts are saved, the next are calculated.
        var saving = Task.FromResult(true);
        var first = 0;
        foreach (var some in RunFamilies.InGroups(together, AccountsPerChange))
        {
            var (begin, count) = (first, some.Sum(family => family.Billed.Count));
            var charging = Task.Run(() => chunk.Charge(begin, count), CancellationToken.None);
            await Task.WhenAll(saving, charging);
            if (!await saving)
                return false;
            saving = SaveAsync(await charging, some, cancellationToken);
            first += count;
        }
        return await saving;
    }

    // If the bills of a family cannot be saved, those of the others are, and its accounts have failed.
    private async Task<bool> SaveAsync(
        IReadOnlyList<AccountBills> ofAccounts, IReadOnlyList<BilledFamily> families,
        CancellationToken cancellationToken)
    {
        try
        {
            return await SaveAsync(ofAccounts, families[^1].Place, cancellationToken);
        }
        catch (Exception fault) when (AccountFaults.IsOne(fault))
        {
            if (families.Count == 1)
            {
                _faults.Enqueue(fault);
                return await SaveAsync(
                    [
                        .. ofAccounts.Select(one => one with
                        {
                            Bills = [],
                            Failures = [.. one.Failures, AccountFaults.FailureOf(one.Account, fault)],
                        }),
                    ],
                    families[0].Place, cancellationToken);
            }
        }
        var first = 0;
        foreach (var family in families)
        {
            if (!await SaveAsync(
                [.. ofAccounts.Skip(first).Take(family.Billed.Count)], [family], cancellationToken))
                return false;
            first += family.Billed.Count;
        }
        return true;
    }

    // False if the job was cancelled; the change is then rolled back.
    private async Task<bool> SaveAsync(
        IReadOnlyList<AccountBills> ofAccounts, long place, CancellationToken cancellationToken)
    {
        var accounts = _accounts + ofAccounts.Count;
        var checkpoint = new BillJobCheckpoint(_catalog.Fingerprint, place, accounts);
        var isKept = await _resources.ChangeAsync(_organizationId, Principal, cancellationToken, async change =>
        {
            if (!await JobQueue.SaveCheckpointAsync(change, _job.Id, checkpoint.ToString()))
                return false;
            await SaveAsync(change, ofAccounts);
            await ReportAsync(change, accounts);
            return true;
        });
        (_before, _accounts) = (place, accounts);
        return isKept;
    }

    private async ValueTask SaveAsync(ResourceChange change, IReadOnlyList<AccountBills> ofAccounts)
    {
        var config = await BillConfigResource.FindAsync(change.Related);
        var writer = new BillWriter(
            change, _job.Id, config, (await change.Related.ListAsync<OrganizationConfig>(Condition.And())).Single());
        var bills = new List<Bill>();
        var failures = new List<BillJobFailure>();
        var stored = await BillWriter.StoredAsync(change.Related, ofAccounts);
        var credits = await StoredCredits.LoadAsync(
            change.Related,
            ofAccounts
                .Select(one => one.Bills.FirstOrDefault(bill => bill.Charged.HasCredits)?.Charged.CommitmentOwnerIds)
                .OfType<IReadOnlyList<string>>());
        foreach (var (ofAccount, finished, refusals) in ofAccounts.AsParallel().AsOrdered().Select(Finish).ToList())
        {
            failures.AddRange([.. ofAccount.Failures, .. refusals]);
            foreach (var (bill, one) in finished)
            {
                try
                {
                    var current = stored.GetValueOrDefault(bill.Charged.Id);
                    if (await SaveAsync(change, writer, current, bill, one, credits) is { } saved)
                        bills.Add(saved);
                }
                catch (BillRefusedException refused)
                {
                    failures.Add(new BillJobFailure { AccountId = ofAccount.Account.Id, Message = refused.Message });
                }
            }
        }
        await AutoApproval.ExpectAsync(change, bills);
        if (bills.Count > 0 || failures.Count > 0)
            await change.PutAsync(
                BillJobResultResource.Definition, null,
                new BillJobResult
                {
                    JobId = _job.Id,
                    BillIds = [.. bills.Select(bill => bill.Id)],
                    Failures = failures,
                });

        (AccountBills, IReadOnlyList<(BillToSave Bill, FinishedBill Finished)>, IReadOnlyList<BillJobFailure>) Finish(
            AccountBills account)
        {
            var refusals = new List<BillJobFailure>();
            var ledger = credits.LedgerOf(account.Account.Id);
            return (account, FinishBills.Of(stored, _job, config, account, ledger, refusals), refusals);
        }
    }

    private async ValueTask<Bill?> SaveAsync(
        ResourceChange change, BillWriter writer, Bill? current, BillToSave bill, FinishedBill finished,
        StoredCredits credits)
    {
        var draws = bill.Charged.HasCredits ? BillLedger.Prepare(credits, finished) : null;
        if (bill.IsFollowing && draws is { IsEmpty: true })
            return null;
        var saved = await writer.SaveAsync(
            current, finished.Bill, bill.BasisOf(finished.Bill, _catalog.Organization), bill.OnlyIfMissing,
            onlyIfThere: IsRecalculation || bill.IsFollowing);
        if (saved is not null && draws is not null)
            await draws.WriteAsync(change);
        return saved;
    }

    // Emit an event only for a new status, because a job with many accounts updates its progress thousands of times.
    private async ValueTask ReportAsync(ResourceChange change, long accounts)
    {
        var current = (await change.Related.FindAsync<BillJob>(_job.Id))!;
        var total = _families.Count ?? accounts;
        var progressed = current with
        {
            Status = BillJobStatus.Running,
            Total = total,
            Pending = total - accounts,
        };
        if (current.Status == BillJobStatus.Running)
            await change.WriteWithoutEventAsync(BillJobResource.Definition, current, progressed);
        else
            await change.PutAsync(BillJobResource.Definition, current, progressed);
    }

    private Task<bool> CompleteAsync(CancellationToken cancellationToken) =>
        _resources.ChangeAsync(_organizationId, Principal, cancellationToken, async change =>
        {
            if (await change.Related.FindAsync<BillJob>(_job.Id) is not { } job || BillJobResource.HasEnded(job))
                return false;
            await BillJobHandler.EndAsync(change, job with { Total = _accounts }, BillJobStatus.Complete);
            return true;
        });

    private Task<bool> BeginAnewAsync(CancellationToken cancellationToken) =>
        _resources.ChangeAsync(_organizationId, Principal, cancellationToken, async change =>
        {
            await change.RemoveAllAsync(BillJobResultResource.Definition, BillJobResultResource.Of(_job.Id));
            return await JobQueue.SaveCheckpointAsync(change, _job.Id, null);
        });
}
