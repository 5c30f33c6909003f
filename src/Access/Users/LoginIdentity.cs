using NodaTime;

namespace Tallystick.Access.Users;

/// <summary>Who a person is at an OpenID Connect provider.</summary>
public sealed record LoginIdentity
{
    /// <summary>The provider (<c>iss</c>).</summary>
    public required string Issuer { get; init; }

    /// <summary>The person at the provider (<c>sub</c>).</summary>
    public required string Subject { get; init; }

    /// <summary>When the person first signed in with the provider.</summary>
    public required Instant DtLinked { get; init; }

    /// <summary>Both as one text, by which a login is found.</summary>
    internal static string KeyOf(string issuer, string subject) => $"{issuer} {subject}";
}
