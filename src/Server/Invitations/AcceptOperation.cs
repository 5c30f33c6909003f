using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Invitations;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;

namespace Tallystick.Server.Invitations;

/// <summary>The body of a request to accept an invitation.</summary>
internal sealed record AcceptInvitationRequest
{
    /// <summary>UUID of the organization, from the link.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>UUID of the invitation, from the link.</summary>
    public required string InvitationId { get; init; }

    /// <summary>The secret of the link: what follows its <c>#</c>.</summary>
    public required string Token { get; init; }

    /// <summary>
    /// The password to sign in with from now on, of 12 to 200 characters. Required for a person who has no login yet,
    /// and for one whose password was chosen by a link that was not mailed.
    /// </summary>
    public string? Password { get; init; }

    /// <summary>
    /// The password of the person's login. Required for a person who has one already, unless the link was mailed.
    /// </summary>
    public string? CurrentPassword { get; init; }
}

/// <summary>Accepting an invitation. Whoever has the link is the person: no token is needed.</summary>
internal static class AcceptOperation
{
    /// <summary>Where invitations are accepted: a page to read, a request to send.</summary>
    internal const string Path = "/invitations/accept";

    private const string Principal = "SYSTEM";
    private static readonly ObjectShape Shape = JsonShapes.Of(typeof(AcceptInvitationRequest));

    internal static ApiOperation Accept { get; } = new(
        "POST", Path, "AcceptInvitation", ApiOperations.OwnTag, "Accept an invitation",
        new ApiSchema("AcceptedInvitation", new ObjectShape("AcceptedInvitation",
        [
            new JsonMember("userId", new TextShape()),
            new JsonMember("organizationId", new TextShape()),
            new JsonMember("email", new TextShape()),
        ])),
        AcceptAsync)
    {
        Body = new ApiSchema("AcceptInvitationRequest", Shape) { IsRequest = true },
        Permission = Permission.Public,
        Description = """
            Makes the invited person a user of the organization, with the policies of the invitation. A link that was
            not mailed does not prove who owns the address: an existing login for the address then joins only with its
            current password. Returns 401 for a wrong password and 429 after too many attempts.
            """,
    };

    private static async Task AcceptAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        var request = JsonSerializer.Deserialize(
            Shape.Check(body.RootElement), AuthJson.Format.AcceptInvitationRequest)!;
        var resources = call.Service<ResourceService>();
        var related = resources.Reader(request.OrganizationId, call.Cancelled);
        var invitation = await FindAsync(call, related, request);
        var now = call.Service<IClock>().GetCurrentInstant();
        var installation = resources.Reader(AccessKeyResource.Installation, call.Cancelled);
        await InvitationGrants.CheckInviterAsync(related, installation, request.OrganizationId, invitation, now);
        var login = await LoginAsync(call, related, request, invitation);
        await resources.ChangeAsync(
            request.OrganizationId, Principal, call.Cancelled,
            async change =>
            {
                await InvitationGrants.CheckInviterAsync(
                    change.Related, change.ReaderOf(AccessKeyResource.Installation), request.OrganizationId, invitation,
                    now);
                return await JoinAsync(change, login, invitation, request.OrganizationId);
            },
            request.OrganizationId);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["userId"] = login.Id,
            ["organizationId"] = request.OrganizationId,
            ["email"] = login.Email,
        }));
    }

    private static async ValueTask<OrgUser> JoinAsync(
        ResourceChange change, Login login, OrgUserInvitation invitation, string organizationId)
    {
        if (await change.Related.FindAsync<OrgUser>(login.Id) is not null)
            throw UserAlready();
        var user = await change.CreateAsync(
            OrgUserResource.Definition, UserOf(login, invitation, organizationId));
        foreach (var policyId in (invitation.PermissionPolicyIds ?? []).Distinct())
            await change.CreateAsync(
                PrincipalPermissionResource.Definition,
                new PrincipalPermission
                {
                    PermissionPolicyId = policyId,
                    PrincipalId = login.Id,
                    PrincipalType = PrincipalType.User,
                });
        await change.UpdateAsync(
            OrgUserInvitationResource.Definition, invitation.Id, invitation with { Accepted = true });
        return user;
    }

    private static RefusedException UserAlready() => new(new Issue(
        "taken", "", "You are a user of the organization already; sign in", IssueKind.Conflict));

    // One answer for all that is wrong with a link, so that it tells nothing about others.
    private static async ValueTask<OrgUserInvitation> FindAsync(
        ApiCall call, ResourceReader related, AcceptInvitationRequest request)
    {
        var invitation = await related.FindAsync<OrgUserInvitation>(request.InvitationId);
        if (invitation is null || !SecretHash.Matches(invitation.TokenHash, request.Token))
            throw new ForbiddenException("Forbidden: this is not the link of an invitation");
        if (invitation.Accepted)
            throw new RefusedException(new Issue(
                "accepted", "", "The invitation was accepted before", IssueKind.Conflict));
        if (call.Service<IClock>().GetCurrentInstant() >= invitation.DtExpiry)
            throw new ForbiddenException($"Forbidden: the invitation expired at {invitation.DtExpiry}; get another");
        return invitation;
    }

    private static async ValueTask<Login> LoginAsync(
        ApiCall call, ResourceReader related, AcceptInvitationRequest request, OrgUserInvitation invitation)
    {
        var logins = call.Service<Logins>();
        var login = await logins.FindAsync(invitation.Email, call.Cancelled);
        // Before anything of the login is changed.
        if (login is not null && await related.FindAsync<OrgUser>(login.Id) is not null)
            throw UserAlready();
        var issues = new Issues();
        if (request.Password is not null || login is not { IsAddressProven: true })
            Logins.CheckPassword(request.Password, "password", issues);
        if (request.Password is not null && request.Password == request.CurrentPassword)
            issues.Add("same", "password", "must be another than the current password");
        if (login is not null && !invitation.IsMailed && request.CurrentPassword is null)
            issues.Add("required", "currentPassword", "is required, since the person has a login already");
        if (TextLength.Of(request.CurrentPassword) > Logins.MaxPassword)
            issues.Add("length", "currentPassword", $"must have at most {Logins.MaxPassword} characters");
        issues.ThrowIfAny();
        if (login is not null && !invitation.IsMailed)
            login = await ProveAsync(call, logins, request, invitation);
        if (login is not null)
            return await logins.JoinAsync(
                login, request.OrganizationId, request.Password, invitation.IsMailed, call.Cancelled);
        return await logins.CreateAsync(
            request.Password!,
            hash => new Login
            {
                Email = invitation.Email.ToLowerInvariant(),
                FirstName = invitation.FirstName,
                LastName = invitation.LastName,
                ContactNumber = invitation.ContactNumber,
                PasswordHash = hash,
                IsAddressProven = invitation.IsMailed,
                Organizations = [request.OrganizationId],
            },
            call.Cancelled);
    }

    // Whoever invited has the link, too, and whoever chose a temporary password knows it.
    private static async ValueTask<Login> ProveAsync(
        ApiCall call, Logins logins, AcceptInvitationRequest request, OrgUserInvitation invitation)
    {
        var login = await logins.SignInAsync(
            invitation.Email, request.CurrentPassword!, RequestSource.Of(call.Http), call.Cancelled)
            ?? throw new UnauthorizedException("Unauthorized: the current password is wrong");
        return login.DtTemporaryPasswordEnds is null
            ? login
            : throw new RefusedException(new Issue(
                "temporary", "currentPassword", "is a temporary password; sign in and choose another first",
                IssueKind.Conflict));
    }

    private static OrgUser UserOf(Login login, OrgUserInvitation invitation, string organizationId) => new()
    {
        Id = login.Id,
        Email = invitation.Email,
        FirstName = login.FirstName,
        LastName = login.LastName,
        ContactNumber = login.ContactNumber,
        Organizations = [organizationId],
        SupportUser = invitation.IsSupport == true,
        DtEndAccess = invitation.DtEndAccess,
    };
}
