using Tallystick.Access.Users;
using Tallystick.Console.SignIn;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting;

/// <summary>Reads which OpenID Connect provider people may sign in with.</summary>
internal static class OidcSettings
{
    private const string Issuer = "TALLYSTICK_OIDC_ISSUER";
    private const string ClientId = "TALLYSTICK_OIDC_CLIENT_ID";
    private const string ClientSecret = "TALLYSTICK_OIDC_CLIENT_SECRET";
    private const string Name = "TALLYSTICK_OIDC_NAME";
    private const string TrustsEmail = "TALLYSTICK_OIDC_TRUST_EMAIL";
    private const string IsOnly = "TALLYSTICK_OIDC_ONLY";
    private const int MaxName = 50;

    private static readonly string[] Others = [ClientId, ClientSecret, Name, TrustsEmail, IsOnly];

    /// <summary>The provider; null for none.</summary>
    /// <exception cref="StoreUnavailableException">A setting is invalid or missing; the message names it.</exception>
    internal static ProviderSettings? From(IConfiguration configuration)
    {
        if (TextOf(configuration, Issuer) is not { } issuer)
        {
            return Others.FirstOrDefault(name => TextOf(configuration, name) is not null) is { } alone
                ? throw new StoreUnavailableException($"{alone} has no effect without {Issuer}.") : null;
        }
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var address) || !IsSafe(address))
            throw new StoreUnavailableException(
                $"{Issuer} must be an address such as https://login.example.com, not '{issuer}'.");
        var name = TextOf(configuration, Name) ?? address.Host;
        if (name.Length > MaxName || name.Any(char.IsControl))
            throw new StoreUnavailableException($"{Name} must have at most {MaxName} characters on one line.");
        return new ProviderSettings
        {
            Issuer = issuer,
            ClientId = Required(configuration, ClientId),
            ClientSecret = Required(configuration, ClientSecret),
            Name = name,
            TrustsEmail = SwitchOf(configuration, TrustsEmail),
            IsOnly = SwitchOf(configuration, IsOnly),
        };
    }

    /// <summary>Who may sign in with a password.</summary>
    internal static PasswordRule RuleOf(ProviderSettings? provider, string adminEmail) =>
        provider is { IsOnly: true } ? new PasswordRule(provider.Name, adminEmail) : PasswordRule.Everybody;

    // Without https, the secret and the proof of who somebody is could be read on their way.
    private static bool IsSafe(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    private static string Required(IConfiguration configuration, string name) => TextOf(configuration, name)
        ?? throw new StoreUnavailableException($"{name} is required with {Issuer}.");

    private static bool SwitchOf(IConfiguration configuration, string name) =>
        TextOf(configuration, name) is { } text
        && (bool.TryParse(text, out var isOn)
            ? isOn : throw new StoreUnavailableException($"{name} must be true or false, not '{text}'."));

    private static string? TextOf(IConfiguration configuration, string name) =>
        configuration[name]?.Trim() is { Length: > 0 } text ? text : null;
}
