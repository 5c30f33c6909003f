using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Users;

/// <summary>Who a user is at the OpenID Connect provider that they sign in to the console with.</summary>
internal sealed class UserIdentityOperations(ResourceService resources, Logins logins)
{
    private const string Path = "/organizations/{orgId}/users/{id}/identity";

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Path, "GetUserIdentity", ApiOperations.OwnTag, "Retrieve a user's identity at the provider",
            new ApiSchema("UserIdentityResponse", JsonShapes.Of(typeof(LoginIdentity))), By(o => o.GetAsync))
        {
            Permission = Needs(PermissionAction.ConfigRetrieve),
            Description = """
                Returns who the user is at the OpenID Connect provider with which they sign in to the console. 404 if
                the user has never signed in with it.
                """,
        },
        new("DELETE", Path, "DeleteUserIdentity", ApiOperations.OwnTag, "Remove a user's identity at the provider",
            null, By(o => o.DeleteAsync))
        {
            Permission = Needs(PermissionAction.ConfigUpdate),
            Description = """
                Ends the sessions that the user began with the provider. The next sign-in with it links the user again
                to whoever has the verified e-mail address of the user there.
                """,
        },
    ];

    private static Permission Needs(PermissionAction action) =>
        Permission.On(action, "config:orgUser", "config:user").Item();

    private static Run By(Func<UserIdentityOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private async Task GetAsync(ApiCall call)
    {
        var (_, identity) = await FindAsync(call);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["issuer"] = identity.Issuer,
            ["subject"] = identity.Subject,
            ["dtLinked"] = InstantText.Write(identity.DtLinked),
        }));
    }

    private async Task DeleteAsync(ApiCall call)
    {
        var (login, identity) = await FindAsync(call);
        await logins.ChangeIdentityAsync(
            login.Id, current => current == identity ? null : current, call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject()));
    }

    private async ValueTask<(Login Login, LoginIdentity Identity)> FindAsync(ApiCall call)
    {
        var user = await resources.Reader(call).FindAsync<OrgUser>(call.Route("id"))
            ?? throw ResourceService.NotFound(OrgUserResource.Definition, call.Route("id"));
        return await logins.FindByIdAsync(user.Id, call.Cancelled) is { Identity: { } identity } login
            ? (login, identity)
            : throw new NotFoundException($"The user '{user.Id}' has never signed in with a provider");
    }
}
