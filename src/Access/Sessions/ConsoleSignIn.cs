using Tallystick.Access.SecondFactors;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;

namespace Tallystick.Access.Sessions;

/// <summary>Signs people in to the console and changes their passwords.</summary>
/// <remarks>Each step that proves more about the person begins a new session and ends the former one.</remarks>
public sealed class ConsoleSignIn(Logins logins, Sessions sessions, SecondFactorCheck factors)
{
    private const string Same = "must differ from the current password";

    /// <summary>Begins a session with e-mail address and password.</summary>
    /// <param name="email">The address.</param>
    /// <param name="password">The password.</param>
    /// <param name="origin">Where the request came from.</param>
    /// <param name="former">Id of the session that it replaces; null for none.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The login and the token for the cookie; null if the address or password is incorrect.</returns>
    /// <exception cref="ForbiddenException">
    /// The person has no access to any organization, or has to sign in with the provider.
    /// </exception>
    /// <exception cref="TooManyRequestsException">There were too many incorrect passwords recently.</exception>
    public async Task<(Login Login, string Token)?> SignInAsync(
        string email, string password, SessionOrigin origin, string? former, CancellationToken cancellationToken)
    {
        if (TextLength.Of(email) > PersonSignIn.MaxEmail || TextLength.Of(password) > Logins.MaxPassword)
            return null;
        if (await logins.SignInAsync(email, password, origin.Source, cancellationToken) is not { } login)
            return null;
        if ((await sessions.OrganizationsAsync(login, cancellationToken)).Count == 0)
            throw new ForbiddenException("Your access has ended. Ask an administrator of your organization.");
        return await BeginAsync(
            login, login.SecondFactor is null ? SessionProof.Whole : SessionProof.PasswordOnly, origin, former,
            cancellationToken);
    }

    /// <summary>Continues a session with a one-time code or a recovery code.</summary>
    /// <returns>The login and the token of the new session; null if the code is incorrect.</returns>
    /// <exception cref="TooManyRequestsException">There were too many incorrect codes recently.</exception>
    public async Task<(Login Login, string Token)?> EnterCodeAsync(
        SignedIn person, string code, SessionOrigin origin, CancellationToken cancellationToken) =>
        await factors.CheckAsync(person.Login.Id, code, cancellationToken) is { } login
            // The password may have been changed since it was verified.
            && login.PasswordNumber == person.Session.PasswordNumber
                ? await BeginAsync(login, SessionProof.Whole, origin, person.Session.Id, cancellationToken)
                : null;

    /// <summary>Replaces the temporary password of a person who has signed in with it.</summary>
    /// <exception cref="RefusedException">The new password is too short, too long or the same.</exception>
    public async Task<(Login Login, string Token)> ReplaceTemporaryPasswordAsync(
        SignedIn person, string password, SessionOrigin origin, CancellationToken cancellationToken)
    {
        Check(password);
        if (await logins.IsPasswordOfAsync(person.Login, password, cancellationToken))
            throw new RefusedException(new Issue("same", "newPassword", Same));
        var login = await logins.SetPasswordAsync(person.Login, password, cancellationToken);
        return await BeginAsync(login, SessionProof.Whole, origin, person.Session.Id, cancellationToken);
    }

    /// <summary>Changes the password and ends all other sessions of the person.</summary>
    /// <returns>The login and the token of the new session; null if the current password is incorrect.</returns>
    /// <exception cref="RefusedException">The new password is too short, too long or the same.</exception>
    /// <exception cref="TooManyRequestsException">There were too many incorrect passwords recently.</exception>
    public async Task<(Login Login, string Token)?> ChangePasswordAsync(
        SignedIn person, string current, string password, SessionOrigin origin, CancellationToken cancellationToken)
    {
        Check(password);
        if (current == password)
            throw new RefusedException(new Issue("same", "newPassword", Same));
        if (TextLength.Of(current) > Logins.MaxPassword || await logins.SignInAsync(
            person.Login.Email, current, origin.Source, cancellationToken) is not { } proven)
            return null;
        var login = await logins.SetPasswordAsync(proven, password, cancellationToken);
        return await BeginAsync(login, SessionProof.Whole, origin, person.Session.Id, cancellationToken);
    }

    private static void Check(string password)
    {
        var issues = new Issues();
        Logins.CheckPassword(password, "newPassword", issues);
        issues.ThrowIfAny();
    }

    private async Task<(Login Login, string Token)> BeginAsync(
        Login login, SessionProof proof, SessionOrigin origin, string? former, CancellationToken cancellationToken) =>
        (login, await sessions.BeginAsync(login, proof, origin, former, cancellationToken));
}
