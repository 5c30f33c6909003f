using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Access.Users;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Hosting.Installation;

namespace Tallystick.Server.SampleData;

/// <summary>
/// Removes everything of an organization. Its principals were removed with the request, so nobody has access. Each step
/// can be repeated: after an interruption, the removal begins anew.
/// </summary>
internal sealed class OrganizationRemoval(
    ResourceService resources, IFileStore files, IUsageRemoval store, LoadedLog log, string organizationId) : IJobRun
{
    private const int DocumentsAtATime = 10_000;

    // The end of its measurements in the log; null until access has ended.
    private LogPosition? _before;

    /// <inheritdoc/>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (_before is not { } before)
        {
            await EndAccessAsync(resources, organizationId, cancellationToken);
            _before = log.End;
            await files.DeleteAllAsync(organizationId, cancellationToken);
            return true;
        }
        if (!await log.WaitAsync(before, cancellationToken))
            return true;
        var erasure = new UsageErasure(organizationId, organizationId, null, before, log.Start);
        if (!(await store.EraseAsync(erasure, cancellationToken)).IsDone)
            return true;
        await DeleteInternalsAsync(cancellationToken);
        await DeleteResourcesAsync(cancellationToken);
        await EndAsync(cancellationToken);
        return false;
    }

    /// <summary>Removes the keys of an organization, and takes it from the logins of its users.</summary>
    internal static Task EndAccessAsync(
        ResourceService resources, string organizationId, CancellationToken cancellationToken) => resources.ChangeAsync(
        AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken,
        async change =>
        {
            foreach (var login in await change.Related.ListAsync<Login>(Condition.And()))
            {
                if (!login.Organizations.Contains(organizationId))
                    continue;
                await change.PutAsync(LoginResource.Definition, login, login with
                {
                    Organizations = [.. login.Organizations.Where(id => id != organizationId)],
                });
            }
            foreach (var key in await change.Related.ListAsync<AccessKey>(Condition.And()))
            {
                if (key.OrganizationId == organizationId)
                    await change.RemoveAsync(AccessKeyResource.Definition, key);
            }
            return true;
        },
        organizationId);

    private async Task DeleteResourcesAsync(CancellationToken cancellationToken)
    {
        // The mark comes last: as long as anything is left, the organization is known to be removed.
        foreach (var definition in resources.Catalog.All
            .Where(one => one != QueuedJobResource.Definition)
            .OrderBy(one => one == SampleOrganizationResource.Definition))
        {
            await ChangeAsync(organizationId, cancellationToken, change =>
                change.RemoveAllAsync(definition, Condition.And()));
        }
    }

    private async Task DeleteInternalsAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in OpenedEngines.InternalKinds)
        {
            while (await ChangeAsync(organizationId, cancellationToken, change =>
                change.RemoveDocumentsAsync(kind, Condition.And(), DocumentsAtATime)) == DocumentsAtATime)
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        // A subscriber may have noted its position meanwhile.
        await DeleteInternalsAsync(cancellationToken);
        await ChangeAsync(organizationId, cancellationToken, async change =>
        {
            await JobQueue.RemoveAsync(change, SampleJobHandler.RemovalId);
            return 0;
        });
        // The job has left the queue, which cancels it.
        await ChangeAsync(AccessKeyResource.Installation, CancellationToken.None, async change =>
        {
            if (await change.Related.FindAsync<InstalledOrganization>(organizationId) is { } entry)
                await change.RemoveAsync(InstalledOrganizationResource.Definition, entry);
            return 0;
        });
    }

    private Task<int> ChangeAsync(
        string owner, CancellationToken cancellationToken, Func<ResourceChange, ValueTask<int>> work) =>
        resources.ChangeAsync(owner, ResourceService.SystemPrincipal, cancellationToken, work);
}
