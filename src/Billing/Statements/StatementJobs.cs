using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.Statements;

/// <summary>Starts, completes and cancels statement jobs. Limits the number of active jobs per organization.</summary>
public sealed class StatementJobs(ResourceService resources, StatementGenerator generator)
{
    /// <summary>Maximum number of active jobs per organization.</summary>
    public const int MaxActive = 100;

    /// <summary>Starts the jobs of bills, all or none.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="asked">The jobs, each with the path of its bill in the request.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="RefusedException">A bill does not exist.</exception>
    /// <exception cref="TooManyRequestsException">There would be too many active jobs.</exception>
    public Task<IReadOnlyList<StatementJob>> StartAsync(
        string organizationId, string principal, IReadOnlyList<(string Path, StatementJob Job)> asked,
        CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var issues = new Issues();
            foreach (var (path, job) in asked)
            {
                if (await change.Related.FindAsync<Bill>(job.BillId) is null)
                    issues.AddUnknownReference(path, "bill", job.BillId);
            }
            issues.ThrowIfAny();
            var active = await change.Related.ListAsync<StatementJob>(StatementJobResource.Active, MaxActive);
            if (active.Count + asked.Count > MaxActive)
                throw new TooManyRequestsException(
                    $"At most {MaxActive} statement jobs can be active. Wait for some to finish, or cancel some.");
            var started = new List<StatementJob>();
            foreach (var (_, job) in asked)
                started.Add(await StartAsync(change, job));
            return (IReadOnlyList<StatementJob>)started;
        });

    /// <summary>Starts a job within a change.</summary>
    internal static ValueTask<StatementJob> StartAsync(ResourceChange change, StatementJob job) => change.CreateAsync(
        StatementJobResource.Definition,
        job with { OrgId = change.Related.OrganizationId, StatementJobStatus = StatementJobStatus.Pending });

    /// <summary>Generates the statement of a bill with its CSV file, and records it as a complete job.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="billId">UUID of the bill.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NotFoundException">There is no such bill.</exception>
    /// <exception cref="StatementException">It cannot be generated.</exception>
    public async Task<StatementJob> GenerateAsync(
        string organizationId, string principal, string billId, CancellationToken cancellationToken)
    {
        if (await resources.Reader(organizationId, cancellationToken).FindAsync<Bill>(billId) is null)
            throw ResourceService.NotFound(BillResource.Definition, billId);
        var job = new StatementJob
        {
            Id = Guid.CreateVersion7().ToString(),
            BillId = billId,
            OrgId = organizationId,
            IncludeCsvFormat = true,
        };
        var basis = await generator.GenerateAsync(organizationId, job, cancellationToken);
        return await resources.ChangeAsync(organizationId, principal, cancellationToken, change =>
            CompleteAsync(change, null, job, basis));
    }

    /// <summary>Cancels a job.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="id">UUID of the job.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The job as it ended.</returns>
    /// <exception cref="RefusedException">The job has ended.</exception>
    public Task<StatementJob> CancelAsync(
        string organizationId, string id, string principal, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            var job = await change.Related.FindAsync<StatementJob>(id)
                ?? throw ResourceService.NotFound(StatementJobResource.Definition, id);
            if (StatementJobResource.HasEnded(job))
                throw new RefusedException(new Issue(
                    "ended", "", "The statement job has ended and cannot be cancelled", IssueKind.Conflict));
            await JobQueue.RemoveAsync(change, id);
            return await change.PutAsync(
                StatementJobResource.Definition, job,
                job with { StatementJobStatus = StatementJobStatus.Cancelled });
        });

    /// <summary>The newest statement of a whole bill; null if there is none.</summary>
    public static async ValueTask<StatementJob?> NewestAsync(ResourceReader related, string billId, bool withCsv)
    {
        var newest = await related.ListAsync<StatementJob>(StatementJobResource.OfBill(billId, withCsv), limit: 1);
        if (newest is not [var job])
            return null;
        var bases = await StatementBasis.OfAsync(related, [job.Id]);
        return bases.GetValueOrDefault(job.Id)?.IsOfDeletedBill is true ? null : job;
    }

    /// <summary>Records that the files of a job are stored, on the job and on the bill.</summary>
    internal static async ValueTask<StatementJob> CompleteAsync(
        ResourceChange change, StatementJob? current, StatementJob job, StatementBasis basis)
    {
        var bill = await change.Related.FindAsync<Bill>(job.BillId);
        await (bill is null ? basis with { IsOfDeletedBill = true } : basis).KeepAsync(change, job.Id);
        await JobQueue.RemoveAsync(change, job.Id);
        if (job.Filters?.MeterIds is null or [] && bill is not null)
            await change.KeepAsync(BillResource.Definition, bill with
            {
                JsonStatementGenerated = true,
                CsvStatementGenerated = job.IncludeCsvFormat is true || bill.CsvStatementGenerated is true,
                StatementStale = bill.LastCalculatedDate != basis.BillCalculated,
            });
        return await change.PutAsync(
            StatementJobResource.Definition, current,
            job with { StatementJobStatus = StatementJobStatus.Complete });
    }
}
