using Tallystick.Access.Organizations;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.SampleOrganizations;

/// <summary>Making, finding and removing sample organizations.</summary>
internal sealed class SampleOrganizationOperations(SampleData.SampleOrganizations samples)
{
    private const string Path = "/organizations/{orgId}/sampleorganization";
    private static readonly ResourceDefinition<SampleOrganization> Definition = SampleOrganizationResource.Definition;
    private static readonly ApiSchema One = new("SampleOrganizationResponse", Definition.Shape);

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Path, "GetSampleOrganization", ApiOperations.OwnTag, "Retrieve the sample organization", One,
            By(o => o.GetAsync))
        {
            Permission = EntityPermissions.Retrieve(OrganizationResource.Definition),
            Description = """
                Returns the sample organization that you asked for or, called in a sample organization, that one. 404 if
                there is none.
                """,
        },
        new("POST", Path, "CreateSampleOrganization", ApiOperations.OwnTag, "Create a sample organization", One,
            By(o => o.CreateAsync))
        {
            Permission = EntityPermissions.Create(OrganizationResource.Definition),
            Description = """
                Creates another organization with invented data, of which you become an administrator: a company that
                sells an API, with products, plans, accounts, three months of usage, and bills. Its data is created in
                the background, within some seconds: retrieve it until its status is `READY`. It takes no part in
                anything of this organization.

                Requires a token of a person (`POST /signin`). Each person has one sample organization at most: a
                repeated request returns the one there is. A `POST /signin` with its `organizationId` gives a token for
                it.
                """,
        },
        new("DELETE", Path, "DeleteSampleOrganization", ApiOperations.OwnTag, "Remove a sample organization", One,
            By(o => o.DeleteAsync))
        {
            Permission = EntityPermissions.Delete(OrganizationResource.Definition),
            Description = """
                Removes the sample organization in the path with everything in it. Access ends at once, for everybody
                and for every token. Documents, files and measurements are deleted in the background; the measurement
                log keeps submissions for about 35 days, as after an erasure. 409 for an organization that is not a
                sample.
                """,
        },
    ];

    private static Run By(Func<SampleOrganizationOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private async Task GetAsync(ApiCall call) => await AnswerAsync(
        call, await samples.FindAsync(call.Caller, call.Cancelled)
            ?? throw ResourceService.NotFound(Definition, call.OrganizationId));

    private async Task CreateAsync(ApiCall call) =>
        await AnswerAsync(call, await samples.MakeAsync(call.Caller, call.Cancelled));

    private async Task DeleteAsync(ApiCall call) =>
        await AnswerAsync(call, await samples.RemoveAsync(call.OrganizationId, call.Cancelled));

    private static Task AnswerAsync(ApiCall call, SampleOrganization sample) =>
        call.AnswerAsync(Definition.Write(sample));
}
