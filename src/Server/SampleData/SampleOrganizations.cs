using Tallystick.Access.Credentials;
using Tallystick.Access.Invitations;
using Tallystick.Access.Organizations;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Hosting.Installation;

namespace Tallystick.Server.SampleData;

/// <summary>Makes and removes sample organizations: one for each person who asks.</summary>
internal sealed class SampleOrganizations(ResourceService resources, Logins logins)
{
    /// <summary>Name of every sample organization.</summary>
    internal const string OrganizationName = "Sample: Fernway Maps";

    private const string Installation = AccessKeyResource.Installation;
    private const string By = ResourceService.SystemPrincipal;

    // Who is no principal of the organization has no access to it, with any token.
    private static readonly ResourceDefinition[] Principals =
        [OrgUserResource.Definition, ServiceUserResource.Definition, OrgUserInvitationResource.Definition];

    /// <summary>The sample organization that an organization is; otherwise that of the caller, or null.</summary>
    internal async ValueTask<SampleOrganization?> FindAsync(Caller caller, CancellationToken cancellationToken) =>
        await FindAsync(caller.OrganizationId, cancellationToken)
        ?? (await EntryAsync(resources.Reader(Installation, cancellationToken), caller.PrincipalId) is { } entry
            ? await FindAsync(entry.Id, cancellationToken) : null);

    /// <summary>Begins to make the sample organization of a person; returns the one there is.</summary>
    /// <exception cref="RefusedException">The caller is a service user.</exception>
    internal async Task<SampleOrganization> MakeAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (caller.Type != PrincipalType.User
            || await logins.FindByIdAsync(caller.PrincipalId, cancellationToken) is not { } person)
            throw new RefusedException(new Issue(
                "not_a_person", "", "Only a person can have a sample organization. Sign in as one (POST /signin)"));
        // The entry comes first: whatever is interrupted after it is found again by the next request, or removed at the
        // next start.
        var organizationId = await resources.ChangeAsync(
            Installation, By, cancellationToken, change => ListAsync(change, person.Id));
        var sample = await resources.ChangeAsync(
            organizationId, By, cancellationToken, change => MakeAsync(change, organizationId, person),
            organizationId);
        if (!person.Organizations.Contains(organizationId))
            await logins.JoinAsync(person, organizationId, null, false, cancellationToken);
        return sample;
    }

    /// <summary>Ends all access to a sample organization and begins to remove it.</summary>
    /// <exception cref="RefusedException">It is not a sample organization.</exception>
    internal async Task<SampleOrganization> RemoveAsync(string organizationId, CancellationToken cancellationToken)
    {
        var removing = await BeginRemovalAsync(organizationId, cancellationToken);
        // The job does this as well, in case that the process ends here.
        await OrganizationRemoval.EndAccessAsync(resources, organizationId, cancellationToken);
        return removing;
    }

    private Task<SampleOrganization> BeginRemovalAsync(string organizationId, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, By, cancellationToken, async change =>
        {
            if (await change.Related.FindAsync<SampleOrganization>(organizationId) is not { } sample)
                throw new RefusedException(new Issue(
                    "not_a_sample", "", "The organization is not a sample organization and cannot be removed",
                    IssueKind.Conflict));
            // What runs is stopped, so that nothing is added to what is being removed.
            foreach (var queued in await change.Related.ListAsync<QueuedJob>(Condition.And()))
                await JobQueue.RemoveAsync(change, queued.Id);
            foreach (var principals in Principals)
                await change.RemoveAllAsync(principals, Condition.And());
            await JobQueue.PutAsync(change, SampleJobHandler.QueueName, SampleJobHandler.RemovalId);
            return await change.PutAsync(
                SampleOrganizationResource.Definition, sample,
                sample with { Status = SampleOrganizationStatus.Removing });
        });

    private async ValueTask<SampleOrganization?> FindAsync(
        string organizationId, CancellationToken cancellationToken) =>
        await resources.Reader(organizationId, cancellationToken).FindAsync<SampleOrganization>(organizationId)
            is { Status: not SampleOrganizationStatus.Removing } sample
            ? sample : null;

    private static async ValueTask<string> ListAsync(ResourceChange change, string personId)
    {
        if (await EntryAsync(change.Related, personId) is { } entry)
        {
            var sample = await change.ReaderOf(entry.Id).FindAsync<SampleOrganization>(entry.Id);
            if (sample is not { Status: SampleOrganizationStatus.Removing })
                return entry.Id;
            // It is being removed and will soon be gone.
            await change.PutAsync(InstalledOrganizationResource.Definition, entry, entry with { SampleFor = null });
        }
        return (await change.PutAsync(
            InstalledOrganizationResource.Definition, null,
            new InstalledOrganization { Id = Guid.NewGuid().ToString(), SampleFor = personId })).Id;
    }

    private static async ValueTask<SampleOrganization> MakeAsync(
        ResourceChange change, string organizationId, Login person)
    {
        if (await change.Related.FindAsync<SampleOrganization>(organizationId) is { } made)
            return made;
        await Bootstrap.MakeOrganizationAsync(
            change,
            new Organization
            {
                Id = organizationId,
                OrganizationName = OrganizationName,
                Type = OrganizationType.Sandbox,
            },
            null, person);
        await JobQueue.PutAsync(change, SampleJobHandler.QueueName, organizationId);
        return await change.PutAsync(SampleOrganizationResource.Definition, null, new SampleOrganization
        {
            Id = organizationId,
            OrganizationId = organizationId,
            OrganizationName = OrganizationName,
            UserId = person.Id,
            Status = SampleOrganizationStatus.Creating,
            Progress = 0,
        });
    }

    private static async ValueTask<InstalledOrganization?> EntryAsync(ResourceReader installation, string personId)
    {
        var entries = await installation.ListAsync<InstalledOrganization>(
            Condition.Equal(InstalledOrganizationResource.SampleFor, personId));
        return entries.Count == 0 ? null : entries[0];
    }
}
