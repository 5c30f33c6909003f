using NodaTime;
using Tallystick.Access.Users;

namespace Tallystick.Access.Sessions;

/// <summary>A person as an OpenID Connect provider names them.</summary>
/// <param name="Issuer">The provider (<c>iss</c>).</param>
/// <param name="Subject">The person at the provider (<c>sub</c>).</param>
/// <param name="Email">The e-mail address, if the provider has verified it; otherwise null.</param>
public sealed record ProviderPerson(string Issuer, string Subject, string? Email);

/// <summary>Why somebody whom a provider knows cannot sign in.</summary>
public enum ProviderRefusal
{
    /// <summary>The provider does not say that the e-mail address is verified, and the person is not linked.</summary>
    UnverifiedEmail,

    /// <summary>There is no user with the e-mail address.</summary>
    UnknownUser,

    /// <summary>The user is linked to somebody else at the provider.</summary>
    OtherIdentity,

    /// <summary>The user has no access to any organization.</summary>
    NoAccess,
}

/// <summary>Signs people in to the console who have proven to a provider who they are.</summary>
/// <remarks>
/// A person is known by issuer and subject. At the first sign-in the user with the verified e-mail address is linked
/// to them. Nobody becomes a user by signing in.
/// </remarks>
public sealed class ProviderSignIn(Logins logins, Sessions sessions, IClock clock)
{
    /// <summary>Begins a session, or says why not.</summary>
    /// <param name="person">The person, as the provider has confirmed.</param>
    /// <param name="origin">Where the request came from.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The login and the token for the cookie, or the refusal.</returns>
    public async Task<((Login Login, string Token)? Begun, ProviderRefusal? Refusal)> SignInAsync(
        ProviderPerson person, SessionOrigin origin, CancellationToken cancellationToken)
    {
        var login = await logins.FindByIdentityAsync(person.Issuer, person.Subject, cancellationToken);
        if (login is null)
        {
            if (person.Email is null)
                return (null, ProviderRefusal.UnverifiedEmail);
            login = await logins.FindAsync(person.Email, cancellationToken);
            if (login is null)
                return (null, ProviderRefusal.UnknownUser);
            login = await LinkAsync(login, person, cancellationToken);
            if (!IsOf(login.Identity, person))
                return (null, ProviderRefusal.OtherIdentity);
        }
        if ((await sessions.OrganizationsAsync(login, cancellationToken)).Count == 0)
            return (null, ProviderRefusal.NoAccess);
        var token = await sessions.BeginAsync(login, SessionProof.Provider, origin, null, cancellationToken);
        return ((login, token), null);
    }

    private Task<Login> LinkAsync(Login login, ProviderPerson person, CancellationToken cancellationToken) =>
        logins.ChangeIdentityAsync(
            login.Id,
            current => current ?? new LoginIdentity
            {
                Issuer = person.Issuer,
                Subject = person.Subject,
                DtLinked = clock.GetCurrentInstant(),
            },
            cancellationToken);

    private static bool IsOf(LoginIdentity? identity, ProviderPerson person) =>
        identity?.Issuer == person.Issuer && identity.Subject == person.Subject;
}
