using NodaTime;
using Tallystick.Access.SecondFactors;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Users;

/// <summary>The login of a person for all of their organizations. Never returned by the API.</summary>
public sealed record Login : Resource
{
    /// <summary>E-mail address in lowercase.</summary>
    public required string Email { get; init; }

    /// <summary>First name.</summary>
    public string? FirstName { get; init; }

    /// <summary>Surname.</summary>
    public string? LastName { get; init; }

    /// <summary>Telephone number.</summary>
    public string? ContactNumber { get; init; }

    /// <summary>Salted hash of the password.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>When a temporary password expires; null for a password that the person chose.</summary>
    public Instant? DtTemporaryPasswordEnds { get; init; }

    /// <summary>Incremented with each password. Tokens issued for an earlier password are invalid.</summary>
    public long PasswordNumber { get; init; }

    /// <summary>
    /// True if the password was chosen by the owner of the e-mail address. Otherwise, the inviter may know it.
    /// </summary>
    public bool IsAddressProven { get; init; }

    /// <summary>Hashes of the sources from which the person signed in, the latest last.</summary>
    public IReadOnlyList<string>? KnownSources { get; init; }

    /// <summary>What a sign-in is confirmed with in addition to the password; null for nothing.</summary>
    public SecondFactor? SecondFactor { get; init; }

    /// <summary>Who the person is at the provider that they sign in with; null for nobody.</summary>
    public LoginIdentity? Identity { get; init; }

    /// <summary>UUIDs of the organizations in which the person is a user.</summary>
    public required IReadOnlyList<string> Organizations { get; init; }

    /// <summary>True if its password can be used.</summary>
    public bool IsOpenAt(Instant now) => !(DtTemporaryPasswordEnds <= now);
}

/// <summary>
/// The definition of logins. They are stored under the installation, because they are looked up before the organization
/// is known.
/// </summary>
public static class LoginResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Login> Definition { get; } =
        new("Login", "logins", () => AccessJson.Format.Login)
        {
            IsInternal = true,
            RevokesAccess = (current, proposed) => current is not null
                && (proposed is null
                    || current.Organizations.Except(proposed.Organizations).Any()
                    || (proposed.DtTemporaryPasswordEnds is { } end && end != current.DtTemporaryPasswordEnds)),
            UniqueBy =
            [
                new("email", login => login.Email),
                new("identity", login => login.Identity is { } identity
                    ? LoginIdentity.KeyOf(identity.Issuer, identity.Subject) : null),
            ],
        };
}
