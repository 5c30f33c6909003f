using Tallystick.Access.Credentials;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>The operator's settings for the first start.</summary>
/// <param name="OrganizationId">From <c>TALLYSTICK_ORG_ID</c>.</param>
/// <param name="AccessKeyId">From <c>TALLYSTICK_ACCESS_KEY_ID</c>.</param>
/// <param name="ApiSecret">From <c>TALLYSTICK_API_SECRET</c>.</param>
internal sealed record BootstrapSettings(string? OrganizationId, string? AccessKeyId, string? ApiSecret)
{
    private const int MaxKeyId = 128;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StoreUnavailableException">A setting is invalid; the message states why.</exception>
    internal static BootstrapSettings From(IConfiguration configuration)
    {
        var settings = new BootstrapSettings(
            Value(configuration, "TALLYSTICK_ORG_ID"),
            Value(configuration, "TALLYSTICK_ACCESS_KEY_ID"),
            Value(configuration, "TALLYSTICK_API_SECRET"));
        settings.Check();
        return settings;
    }

    private void Check()
    {
        if (OrganizationId is not null && !Guid.TryParseExact(OrganizationId, "D", out _))
            throw new StoreUnavailableException(
                "TALLYSTICK_ORG_ID must be a UUID such as 3f2504e0-4f89-11d3-9a0c-0305e82c3301");
        // Clients join both with a colon, and some percent-encode them; these characters are safe in both cases.
        if (AccessKeyId is not null && (AccessKeyId.Length > MaxKeyId || !AccessKeyId.All(IsUnreserved)))
            throw new StoreUnavailableException(
                $"TALLYSTICK_ACCESS_KEY_ID must have at most {MaxKeyId} characters, all of A-Z a-z 0-9 - _ . ~");
        if (ApiSecret is null)
            return;
        if (ApiSecret.Length < SecretHash.MinSecret)
            throw new StoreUnavailableException(
                $"TALLYSTICK_API_SECRET must have at least {SecretHash.MinSecret} characters");
        // Clients encode other characters differently.
        if (ApiSecret.Any(character => character is <= ' ' or > '~'))
            throw new StoreUnavailableException(
                "TALLYSTICK_API_SECRET must have no blanks and only printable ASCII characters");
    }

    private static bool IsUnreserved(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '~';

    private static string? Value(IConfiguration configuration, string name) =>
        configuration[name] is { Length: > 0 } value ? value : null;
}
