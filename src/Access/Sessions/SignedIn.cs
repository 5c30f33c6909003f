using Tallystick.Access.Users;

namespace Tallystick.Access.Sessions;

/// <summary>What a person has to do before anything else.</summary>
public enum SessionStage
{
    /// <summary>Nothing: the person is signed in.</summary>
    Full,

    /// <summary>Enter a one-time code.</summary>
    Code,

    /// <summary>Replace the temporary password.</summary>
    Password,
}

/// <summary>An organization that a person has access to.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsSample">Whether it is a sample organization, which can be removed.</param>
public sealed record OwnOrganization(string Id, string Name, bool IsSample);

/// <summary>A person with a valid session.</summary>
/// <param name="Session">The session.</param>
/// <param name="Login">The login as it is now.</param>
/// <param name="Organizations">The organizations that the person has access to now; at least one.</param>
public sealed record SignedIn(Session Session, Login Login, IReadOnlyList<OwnOrganization> Organizations)
{
    /// <summary>What the person has to do first.</summary>
    public SessionStage Stage => (Session.IsCodeDue, Login.DtTemporaryPasswordEnds) switch
    {
        (true, _) => SessionStage.Code,
        (_, not null) when !Session.IsByProvider => SessionStage.Password,
        _ => SessionStage.Full,
    };

    /// <summary>First and last name, or the e-mail address if neither is known.</summary>
    public string Name => $"{Login.FirstName} {Login.LastName}".Trim() is { Length: > 0 } name ? name : Login.Email;
}
