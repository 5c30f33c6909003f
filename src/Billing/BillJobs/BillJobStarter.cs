using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillJobs;

/// <summary>Starts bill jobs. Limits the number of active jobs per organization.</summary>
public sealed class BillJobStarter(ResourceService resources)
{
    private const int MaxActiveJobs = 10;

    /// <summary>Starts a job that creates bills.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="asked">Which bills to create.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="TooManyRequestsException">The maximum number of jobs is already active.</exception>
    public Task<BillJob> CreateAsync(
        string organizationId, string principal, BillJob asked, CancellationToken cancellationToken) =>
        StartAsync(organizationId, principal, asked with { Type = BillJobType.Create }, cancellationToken);

    /// <summary>Starts a job that recalculates bills.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="billIds">UUIDs of the bills.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="RefusedException">A bill does not exist, or all are locked.</exception>
    /// <exception cref="TooManyRequestsException">The maximum number of jobs is already active.</exception>
    public async Task<BillJob> RecalculateAsync(
        string organizationId, string principal, IReadOnlyList<string> billIds, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var bills = await related.ListAsync<Bill>(new Condition.In("id", billIds));
        var config = await BillConfigResource.FindAsync(related);
        var issues = new Issues();
        foreach (var (index, id) in billIds.Index())
        {
            if (bills.All(bill => bill.Id != id))
                issues.AddUnknownReference($"billIds[{index}]", "bill", id);
        }
        if (issues.IsEmpty && bills.All(bill => BillStates.IsLocked(bill, config)))
            issues.Add("locked", "billIds", "contains only locked bills, which cannot be recalculated");
        issues.ThrowIfAny();
        return await StartAsync(
            organizationId, principal, new BillJob { Type = BillJobType.Recalculate, BillIds = billIds },
            cancellationToken);
    }

    private async Task<BillJob> StartAsync(
        string organizationId, string principal, BillJob job, CancellationToken cancellationToken) =>
        (BillJob)await resources.CreateAsync(
            BillJobResource.Definition, organizationId, principal, job with { Status = BillJobStatus.Pending },
            cancellationToken, RefuseWhenBusyAsync);

    private static async ValueTask RefuseWhenBusyAsync(IResourceReader related)
    {
        // Scheduled jobs must not keep people from starting theirs.
        var active = await related.ListAsync<BillJob>(BillJobResource.Active);
        if (active.Count(job => job.CreatedBy != BillSchedules.Principal) >= MaxActiveJobs)
            throw new TooManyRequestsException(
                $"{MaxActiveJobs} bill jobs are already running. Wait for one to finish, or cancel one.");
    }
}
