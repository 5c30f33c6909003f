namespace Tallystick.Console.SignIn;

/// <summary>An OpenID Connect provider that people may sign in with.</summary>
public sealed class ProviderSettings
{
    /// <summary>The path to which the provider sends people back.</summary>
    public const string CallbackPath = "/sign-in/provider/callback";

    /// <summary>Its address, below which its configuration is found.</summary>
    public required string Issuer { get; init; }

    /// <summary>The id that the provider knows the server by.</summary>
    public required string ClientId { get; init; }

    /// <summary>The secret that goes with it.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>What people call it: "Sign in with {Name}".</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Whether addresses count as verified although the provider does not say so (<c>email_verified</c>).
    /// </summary>
    public required bool TrustsEmail { get; init; }

    /// <summary>Whether passwords are refused.</summary>
    public required bool IsOnly { get; init; }
}
