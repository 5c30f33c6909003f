using NodaTime;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Users;

/// <summary>How a person signs in, to whichever of their organizations. It is never answered.</summary>
public sealed record Login : Resource
{
    /// <summary>E-mail address in lower case.</summary>
    public required string Email { get; init; }

    /// <summary>First name.</summary>
    public string? FirstName { get; init; }

    /// <summary>Surname.</summary>
    public string? LastName { get; init; }

    /// <summary>Telephone number.</summary>
    public string? ContactNumber { get; init; }

    /// <summary>Salted hash of the password.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>When a temporary password stops to work; null for a password that the person chose.</summary>
    public Instant? DtTemporaryPasswordEnds { get; init; }

    /// <summary>Grows with each password: tokens got with an earlier one are refused.</summary>
    public long PasswordNumber { get; init; }

    /// <summary>
    /// True when the password was chosen by who reads the mail of the address. Otherwise whoever invited may know it.
    /// </summary>
    public bool IsAddressProven { get; init; }

    /// <summary>Hashes of where the person signed in from, the latest last.</summary>
    public IReadOnlyList<string>? KnownSources { get; init; }

    /// <summary>UUIDs of the organizations that the person is a user of.</summary>
    public required IReadOnlyList<string> Organizations { get; init; }

    /// <summary>True when its password opens anything.</summary>
    public bool IsOpenAt(Instant now) => !(DtTemporaryPasswordEnds <= now);
}

/// <summary>Where logins are kept: they are looked up before the organization is known.</summary>
public static class LoginResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Login> Definition { get; } =
        new("Login", "logins", () => AccessJson.Format.Login)
        {
            IsInternal = true,
            TakesAccess = (current, proposed) => current is not null
                && (proposed is null
                    || current.Organizations.Except(proposed.Organizations).Any()
                    || (proposed.DtTemporaryPasswordEnds is { } end && end != current.DtTemporaryPasswordEnds)),
            UniqueBy = [new("email", login => login.Email)],
        };
}
