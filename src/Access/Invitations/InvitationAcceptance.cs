using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.Invitations;

/// <summary>The body of a request to accept an invitation.</summary>
public sealed record AcceptInvitationRequest
{
    /// <summary>UUID of the organization, from the link.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>UUID of the invitation, from the link.</summary>
    public required string InvitationId { get; init; }

    /// <summary>The secret of the link: the part after <c>#</c>.</summary>
    public required string Token { get; init; }

    /// <summary>
    /// The new password, 12 to 200 characters. Required if the person has no login yet, or has set their password
    /// through a link that was not sent by e-mail.
    /// </summary>
    public string? Password { get; init; }

    /// <summary>
    /// The password of the person's existing login. Required if there is one, unless the link was sent by e-mail.
    /// </summary>
    public string? CurrentPassword { get; init; }
}

/// <summary>Accepts invitations. Possession of the link identifies the person.</summary>
public sealed class InvitationAcceptance(ResourceService resources, Logins logins, IClock clock)
{
    /// <summary>Makes the invited person a user of the organization, with the policies of the invitation.</summary>
    /// <param name="request">The link and the passwords.</param>
    /// <param name="source">Source of the request.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The login of the person.</returns>
    /// <exception cref="ForbiddenException">
    /// The link is invalid or expired, or the inviter no longer has the permissions that it grants.
    /// </exception>
    /// <exception cref="RefusedException">The invitation was already accepted, or a password is invalid.</exception>
    /// <exception cref="UnauthorizedException">The current password is incorrect.</exception>
    public async Task<Login> AcceptAsync(
        AcceptInvitationRequest request, string source, CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        var related = resources.Reader(request.OrganizationId, cancellationToken);
        var invitation = await FindAsync(related, request, now);
        var installation = resources.Reader(AccessKeyResource.Installation, cancellationToken);
        await InvitationGrants.CheckInviterAsync(related, installation, request.OrganizationId, invitation, now);
        var login = await LoginAsync(related, request, invitation, source, cancellationToken);
        await resources.ChangeAsync(
            request.OrganizationId, ResourceService.SystemPrincipal, cancellationToken,
            async change =>
            {
                await InvitationGrants.CheckInviterAsync(
                    change.Related, change.ReaderOf(AccessKeyResource.Installation), request.OrganizationId, invitation,
                    now);
                return await JoinAsync(change, login, invitation, request.OrganizationId);
            },
            request.OrganizationId);
        return login;
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
        "taken", "", "You are already a user of the organization. Sign in instead", IssueKind.Conflict));

    // The same response for an unknown invitation and an incorrect secret, so that it does not reveal which ids exist.
    private static async ValueTask<OrgUserInvitation> FindAsync(
        ResourceReader related, AcceptInvitationRequest request, Instant now)
    {
        var invitation = await related.FindAsync<OrgUserInvitation>(request.InvitationId);
        if (invitation is null || !SecretHash.Matches(invitation.TokenHash, request.Token))
            throw new ForbiddenException("Forbidden: this is not a valid invitation link");
        if (invitation.Accepted)
            throw new RefusedException(new Issue(
                "accepted", "", "The invitation was accepted before", IssueKind.Conflict));
        if (now >= invitation.DtExpiry)
            throw new ForbiddenException($"Forbidden: the invitation expired at {invitation.DtExpiry}; get another");
        return invitation;
    }

    private async ValueTask<Login> LoginAsync(
        ResourceReader related, AcceptInvitationRequest request, OrgUserInvitation invitation, string source,
        CancellationToken cancellationToken)
    {
        var login = await logins.FindAsync(invitation.Email, cancellationToken);
        // Check this before the login is changed.
        if (login is not null && await related.FindAsync<OrgUser>(login.Id) is not null)
            throw UserAlready();
        var issues = new Issues();
        if (request.Password is not null || login is not { IsAddressProven: true })
            Logins.CheckPassword(request.Password, "password", issues);
        if (request.Password is not null && request.Password == request.CurrentPassword)
            issues.Add("same", "password", "must differ from the current password");
        if (login is not null && !invitation.IsMailed && request.CurrentPassword is null)
            issues.Add("required", "currentPassword", "is required because the person already has a login");
        if (TextLength.Of(request.CurrentPassword) > Logins.MaxPassword)
            issues.Add("length", "currentPassword", $"must have at most {Logins.MaxPassword} characters");
        issues.ThrowIfAny();
        if (login is not null && !invitation.IsMailed)
            login = await ProveAsync(request, invitation, source, cancellationToken);
        if (login is not null)
            return await logins.JoinAsync(
                login, request.OrganizationId, request.Password, invitation.IsMailed, cancellationToken);
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
            cancellationToken);
    }

    // A link that was not mailed is also known to the inviter, and a temporary password to the person who set it, so
    // neither proves who the user is.
    private async ValueTask<Login> ProveAsync(
        AcceptInvitationRequest request, OrgUserInvitation invitation, string source,
        CancellationToken cancellationToken)
    {
        var login = await logins.SignInAsync(
            invitation.Email, request.CurrentPassword!, source, cancellationToken)
            ?? throw new UnauthorizedException("Unauthorized: the current password is wrong");
        return login.DtTemporaryPasswordEnds is null
            ? login
            : throw new RefusedException(new Issue(
                "temporary", "currentPassword", "is a temporary password; first sign in and choose a new one",
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
