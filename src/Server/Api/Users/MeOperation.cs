using System.Text.Json.Nodes;
using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.ResourceGroups;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Users;

/// <summary>Returns the caller and the caller's organization.</summary>
internal sealed class MeOperation(ResourceService resources)
{
    internal static ApiOperation Get { get; } = new(
        "GET", "/organizations/{orgId}/users/me", "GetMe", "User", "Retrieve the current principal",
        new ApiSchema("MeResponse", new ObjectShape(
            "MeResponse",
            [
                new JsonMember("user", JsonShapes.Of(typeof(User))),
                new JsonMember("serviceUser", ServiceUserResource.Definition.Shape),
                new JsonMember("organization", OrganizationResource.Definition.Shape),
            ])),
        Run.By<MeOperation>(o => o.AnswerAsync))
    {
        Permission = Permission.Anyone,
        Description = "Returns the `user` or the `serviceUser` of the token, and its `organization`.",
    };

    private async Task AnswerAsync(ApiCall call)
    {
        var related = resources.Reader(call);
        var answer = new JsonObject();
        if (call.Caller.Type == PrincipalType.User)
        {
            var user = (await related.FindAsync<OrgUser>(call.Caller.PrincipalId))!;
            answer["user"] = JsonNode.Parse(ResourceGroupOperations.Without(
                OrgUserResource.Definition.Write(user), "permissionPolicy", "dtEndAccess").Span);
        }
        else
        {
            var user = (await related.FindAsync<ServiceUser>(call.Caller.PrincipalId))!;
            answer["serviceUser"] = JsonNode.Parse(ServiceUserResource.Definition.Write(user));
        }
        var organization = (await related.FindAsync<Organization>(call.OrganizationId))!;
        answer["organization"] = JsonNode.Parse(OrganizationResource.Definition.Write(organization with
        {
            OrgId = organization.Id,
            Type = organization.Type ?? OrganizationType.Production,
            Status = organization.Status ?? OrganizationStatus.Active,
        }));
        await call.AnswerAsync(JsonFormat.Write(answer));
    }
}
