using System.Globalization;
using NodaTime;
using Tallystick.Access.Organizations;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Memos;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Products;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Server.SampleData;

/// <summary>What the data of a sample organization is made with: the use cases that serve its customers, too.</summary>
/// <param name="Resources">Changes documents.</param>
/// <param name="Intake">Accepts measurements.</param>
/// <param name="LookupData">Fills the lookup table.</param>
/// <param name="LookupRevisions">Publishes it.</param>
/// <param name="BillJobs">Starts bill jobs.</param>
/// <param name="Bills">Approves and locks bills.</param>
/// <param name="Time">For waiting.</param>
internal sealed record SampleTools(
    ResourceService Resources, MeasurementIntake Intake, LookupData LookupData, LookupRevisions LookupRevisions,
    BillJobStarter BillJobs, BillLifecycle Bills, TimeProvider Time);

/// <summary>
/// Makes the data of a sample organization, step by step. Each step can be repeated, because ids and uids are derived
/// from what they name, and ends with a checkpoint.
/// </summary>
internal sealed class SampleRun : IJobRun
{
    private const string By = ResourceService.SystemPrincipal;
    private const int DaysAtATime = 8;

    // The bill jobs run in a lane of their own. This one waits in short steps, because it keeps others from running.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly SampleTools _tools;
    private readonly string _organizationId;
    private readonly SampleIds _ids;
    private readonly SampleCalendar _calendar;
    private readonly SampleUsage _usage;
    private readonly Func<CancellationToken, Task<bool>>[] _steps;
    private int _done;

    /// <summary>Begins, or goes on from a checkpoint.</summary>
    /// <param name="tools">What it is made with.</param>
    /// <param name="sample">The organization.</param>
    /// <param name="checkpoint">The number of steps that are done; null for none.</param>
    internal SampleRun(SampleTools tools, SampleOrganization sample, string? checkpoint)
    {
        (_tools, _organizationId) = (tools, sample.OrganizationId);
        _ids = new SampleIds(_organizationId);
        _calendar = new SampleCalendar(sample.DtCreated!.Value);
        _usage = new SampleUsage(_ids, _calendar);
        _steps =
        [
            ConfigureAsync,
            PublishAsync,
            .. Enumerable.Range(0, _calendar.Days).Chunk(DaysAtATime)
                .Select(days => (Func<CancellationToken, Task<bool>>)(token => SubmitAsync(days, token))),
            token => BillAsync("first", _calendar.LastMonth.PlusMonths(-1), token),
            token => BillAsync("second", _calendar.LastMonth, token),
            LockAsync,
            token => BillAsync("third", _calendar.ThisMonth, token),
            CreditAsync,
        ];
        _done = checkpoint is null ? 0 : int.Parse(checkpoint, CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (!await _steps[_done](cancellationToken))
            return true;
        _done++;
        return await SaveAsync(cancellationToken) && _done < _steps.Length;
    }

    // False if the organization is being removed.
    private Task<bool> SaveAsync(CancellationToken cancellationToken) =>
        _tools.Resources.ChangeAsync(_organizationId, By, cancellationToken, async change =>
        {
            if (!await JobQueue.SaveCheckpointAsync(change, _organizationId, FormattableString.Invariant($"{_done}")))
                return false;
            var sample = (await change.Related.FindAsync<SampleOrganization>(_organizationId))!;
            var isReady = _done == _steps.Length;
            await change.PutAsync(SampleOrganizationResource.Definition, sample, sample with
            {
                Progress = _done * 100 / _steps.Length,
                Status = isReady ? SampleOrganizationStatus.Ready : sample.Status,
            });
            if (isReady)
                await JobQueue.RemoveAsync(change, _organizationId);
            return true;
        });

    private Task<bool> ConfigureAsync(CancellationToken cancellationToken) =>
        _tools.Resources.ChangeAsync(_organizationId, By, cancellationToken, async change =>
        {
            if (await change.Related.FindAsync<Product>(_ids["product/maps"]) is not null)
                return true;
            var accounts = new SampleAccounts(_organizationId, _ids, _calendar);
            await accounts.AddListsAsync(change);
            await new SampleProducts(_ids).AddAsync(change);
            await new SamplePrices(_ids, _calendar).AddAsync(change);
            await accounts.AddAsync(change);
            return true;
        });

    private async Task<bool> PublishAsync(CancellationToken cancellationToken)
    {
        var named = new RevisionReference(_organizationId, _ids["lookup/weights"], _ids["revision/weights"], By);
        var related = _tools.Resources.Reader(_organizationId, cancellationToken);
        if ((await LookupRevisions.FindAsync(related, named.Id, named.TableId)).Status
            != LookupTableRevisionStatus.Draft)
            return true;
        var data = await related.FindAsync<LookupTableData>(named.Id);
        await _tools.LookupData.WriteAsync(named, SampleProducts.Rows(), data?.Version ?? 0, cancellationToken);
        var revision = await LookupRevisions.FindAsync(related, named.Id, named.TableId);
        await _tools.LookupRevisions.SetStatusAsync(
            named, ("PUBLISHED", revision.Version), _ => { }, cancellationToken);
        return true;
    }

    private async Task<bool> SubmitAsync(int[] days, CancellationToken cancellationToken)
    {
        foreach (var body in days.SelectMany(_usage.Of))
            await _tools.Intake.AcceptAsync(_organizationId, body, cancellationToken);
        return true;
    }

    private async Task<bool> BillAsync(string name, LocalDate billDate, CancellationToken cancellationToken)
    {
        var id = _ids[$"bills/{name}"];
        var job = await _tools.Resources.Reader(_organizationId, cancellationToken).FindAsync<BillJob>(id)
            ?? await _tools.BillJobs.CreateAsync(
                _organizationId, By,
                new BillJob { Id = id, BillDate = billDate, BillingFrequency = BillJobBillingFrequency.Monthly },
                cancellationToken);
        if (BillJobResource.HasEnded(job))
            return true;
        await Task.Delay(Pause, _tools.Time, cancellationToken);
        return false;
    }

    private async Task<bool> LockAsync(CancellationToken cancellationToken)
    {
        await _tools.Bills.ApproveAsync(_organizationId, By, Condition.And(), cancellationToken);
        var bills = await _tools.Resources.Reader(_organizationId, cancellationToken)
            .ListAsync<Bill>(Condition.And());
        foreach (var bill in bills)
            await _tools.Bills.LockAsync(_organizationId, By, bill.Id, cancellationToken);
        return true;
    }

    private Task<bool> CreditAsync(CancellationToken cancellationToken) =>
        _tools.Resources.ChangeAsync(_organizationId, By, cancellationToken, async change =>
        {
            var bills = await change.Related.ListAsync<Bill>(
                Condition.Equal("account_id", _ids["account/harbour-events"]));
            if (bills.FirstOrDefault(bill => !bill.Locked) is not { } credited
                || await change.Related.FindAsync<CreditLineItem>(_ids["credit"]) is not null)
                return true;
            await change.CreateAsync(MemoResources.Credits, new CreditLineItem
            {
                Id = _ids["credit"],
                BillId = credited.Id,
                ProductId = _ids["product/maps"],
                AccountingProductId = _ids["product/maps"],
                Description = "Goodwill for the load test that ran by mistake",
                Amount = 50,
                ServicePeriodStartDate = credited.StartDateTimeUtc,
                ServicePeriodEndDate = credited.EndDateTimeUtc,
                CreditReasonId = _ids["reason/goodwill"],
            });
            return true;
        });
}
