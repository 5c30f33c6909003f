using NodaTime;
using Tallystick.Access.Organizations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;

namespace Tallystick.Server.SampleData;

/// <summary>
/// Makes the data of sample organizations, and removes them. Both are jobs of one handler, which run one after the
/// other: nothing is added any more when a removal begins.
/// </summary>
internal sealed class SampleJobHandler(SampleTools tools, IFileStore files, IUsageRemoval store, LoadedLog log)
    : IJobHandler
{
    /// <summary>Its name in the queue.</summary>
    internal const string QueueName = "sampleOrganization";

    /// <summary>The id of a removal. Data is made by the job with the id of the organization.</summary>
    internal const string RemovalId = "00000000-0000-4000-8000-0000000000d0";

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <inheritdoc/>
    public async ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken)
    {
        var related = tools.Resources.Reader(organizationId, cancellationToken);
        var sample = await related.FindAsync<SampleOrganization>(organizationId);
        if (queued.Id != RemovalId)
        {
            return sample is { Status: SampleOrganizationStatus.Creating }
                ? new SampleRun(tools, sample, queued.Checkpoint) : null;
        }
        return sample is { Status: SampleOrganizationStatus.Removing } || await IsLeftOverAsync(related)
            ? new OrganizationRemoval(tools.Resources, files, store, log, organizationId) : null;
    }

    // A removal is never given up, because nobody could ask for it again.
    /// <inheritdoc/>
    public async ValueTask<bool> FailAsync(ResourceChange change, string id, string reason)
    {
        if (id == RemovalId)
            return false;
        if (await change.Related.FindAsync<SampleOrganization>(id)
            is { Status: SampleOrganizationStatus.Creating } sample)
        {
            await change.PutAsync(
                SampleOrganizationResource.Definition, sample,
                sample with { Status = SampleOrganizationStatus.Failed });
        }
        return true;
    }

    // The entry in the installation is made first and removed last. One without an organization was left over when the
    // process ended in between.
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
        await IsLeftOverAsync(related) ? [(RemovalId, null)] : [];

    private static async ValueTask<bool> IsLeftOverAsync(IResourceReader related) =>
        (await related.ListAsync<Organization>(Condition.And(), 1)).Count == 0;
}
