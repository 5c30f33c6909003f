using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Access.SecondFactors;
using Tallystick.Foundation.Values;

namespace Tallystick.Access.Users;

/// <summary>The body of a request to sign in.</summary>
public sealed record SignInRequest
{
    /// <summary>E-mail address.</summary>
    public required string Email { get; init; }

    /// <summary>Password.</summary>
    public required string Password { get; init; }

    /// <summary>The new password, 12 to 200 characters. Required if the current password is temporary.</summary>
    public string? NewPassword { get; init; }

    /// <summary>
    /// A code of the authenticator app, or a recovery code. Required if the person has set up two-step verification.
    /// Each code is accepted once.
    /// </summary>
    public string? Code { get; init; }

    /// <summary>UUID of the organization to sign in to. Optional for users of only one organization.</summary>
    public string? OrganizationId { get; init; }
}

/// <summary>Signs people in to one of their organizations.</summary>
public sealed class PersonSignIn(Logins logins, CallerAccess callers, SecondFactorCheck factors, IClock clock)
{
    /// <summary>Maximum length of an e-mail address.</summary>
    public const int MaxEmail = 320;

    /// <summary>Signs a person in and, if requested, sets a new password.</summary>
    /// <param name="request">The credentials and the organization.</param>
    /// <param name="source">Source of the attempt.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The login and the UUID of the organization.</returns>
    /// <exception cref="UnauthorizedException">The address or password is incorrect.</exception>
    /// <exception cref="ForbiddenException">The person currently has no access to the organization.</exception>
    /// <exception cref="RefusedException">The request is invalid.</exception>
    /// <exception cref="TooManyRequestsException">There were too many incorrect passwords recently.</exception>
    public async ValueTask<(Login Login, string OrganizationId)> SignInAsync(
        SignInRequest request, string source, CancellationToken cancellationToken)
    {
        Check(request);
        var login = await logins.SignInAsync(request.Email, request.Password, source, cancellationToken)
            ?? throw new UnauthorizedException("Unauthorized: the e-mail address or password is incorrect");
        if (login.DtTemporaryPasswordEnds is not null && request.NewPassword is null)
            throw new RefusedException(new Issue(
                "required", "newPassword", "is required because the password is temporary"));
        var organizationId = OrganizationOf(login, request);
        var access = await callers.OfAsync(
            new Caller(organizationId, PrincipalType.User, login.Id, null), cancellationToken);
        if (access.RefusalAt(clock) is { } refusal)
            throw new ForbiddenException(refusal);
        login = await ConfirmAsync(login, request.Code, cancellationToken);
        return request.NewPassword is { } chosen
            ? (await logins.SetPasswordAsync(login, chosen, cancellationToken), organizationId)
            : (login, organizationId);
    }

    // Last, because a code is accepted only once.
    private async ValueTask<Login> ConfirmAsync(Login login, string? code, CancellationToken cancellationToken)
    {
        if (login.SecondFactor is null)
            return login;
        if (code is null)
            throw new RefusedException(new Issue(
                "required", "code", "is required because you have set up two-step verification"));
        return await factors.CheckAsync(login.Id, code, cancellationToken)
            ?? throw new UnauthorizedException("Unauthorized: the code is incorrect or was used before");
    }

    private static void Check(SignInRequest request)
    {
        var issues = new Issues();
        if (request.NewPassword is not null)
            Logins.CheckPassword(request.NewPassword, "newPassword", issues);
        if (request.NewPassword == request.Password)
            issues.Add("same", "newPassword", "must differ from the current password");
        if (TextLength.Of(request.Email) > MaxEmail)
            issues.Add("length", "email", $"must have at most {MaxEmail} characters");
        if (TextLength.Of(request.Password) > Logins.MaxPassword)
            issues.Add("length", "password", $"must have at most {Logins.MaxPassword} characters");
        issues.ThrowIfAny();
    }

    private static string OrganizationOf(Login login, SignInRequest request)
    {
        if (request.OrganizationId is null && login.Organizations is [var only])
            return only;
        return login.Organizations.FirstOrDefault(id => id == request.OrganizationId)
            ?? throw new RefusedException(new Issue(
                "unknown_value", "organizationId", $"must be one of {string.Join(", ", login.Organizations)}"));
    }
}
