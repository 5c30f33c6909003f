using NodaTime;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Sessions;

/// <summary>A person signed in to the console with one browser. Never returned by the API.</summary>
public sealed record Session : Resource
{
    /// <summary>UUID of the person's login.</summary>
    public required string LoginId { get; init; }

    /// <summary>Number of the password that was used. A session of an earlier password has ended.</summary>
    public required long PasswordNumber { get; init; }

    /// <summary>Salt and hash of the secret in the cookie.</summary>
    public required string SecretHash { get; init; }

    /// <summary>True until the person has entered a one-time code.</summary>
    public bool IsCodeDue { get; init; }

    /// <summary>
    /// True if the person has signed in with a provider. The session ends when the person is no longer linked to it.
    /// </summary>
    public bool IsByProvider { get; init; }

    /// <summary>When the person signed in.</summary>
    public required Instant DtSignedIn { get; init; }

    /// <summary>When it was last used, accurate to the minute.</summary>
    public required Instant DtLastUsed { get; init; }

    /// <summary>The address of the browser, or its network.</summary>
    public required string Source { get; init; }

    /// <summary>Browser and operating system, as the browser states them.</summary>
    public required string Device { get; init; }
}

/// <summary>
/// The definition of sessions. They are stored under the installation, because a person has one session for all
/// organizations.
/// </summary>
public static class SessionResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Session> Definition { get; } =
        new("Session", "sessions", () => AccessJson.Format.Session)
        {
            IsInternal = true,
            IndexedBy = [new("login_id", session => session.LoginId)],
        };
}

/// <summary>How a person has proven who they are.</summary>
public enum SessionProof
{
    /// <summary>By a password, and a one-time code if the person has set up two-step verification.</summary>
    Whole,

    /// <summary>By a password; a one-time code is still due.</summary>
    PasswordOnly,

    /// <summary>By a provider, which is also responsible for any second step.</summary>
    Provider,
}

/// <summary>When sessions end.</summary>
/// <param name="Idle">Time without a request after which a session ends.</param>
/// <param name="Longest">Time after the sign-in at which a session ends in any case.</param>
public sealed record SessionTimes(Duration Idle, Duration Longest);

/// <summary>Where a session comes from.</summary>
/// <param name="Source">The address of the browser, or its network.</param>
/// <param name="Device">What the browser says about itself (<c>User-Agent</c>).</param>
public sealed record SessionOrigin(string Source, string Device);
