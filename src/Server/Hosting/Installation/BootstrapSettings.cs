using Tallystick.Access.Credentials;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>The operator's settings for the first start.</summary>
/// <param name="OrganizationId">From <c>TALLYSTICK_ORG_ID</c>.</param>
/// <param name="AccessKeyId">From <c>TALLYSTICK_ACCESS_KEY_ID</c>.</param>
/// <param name="ApiSecret">From <c>TALLYSTICK_API_SECRET</c>.</param>
internal sealed record BootstrapSettings(string? OrganizationId, string? AccessKeyId, string? ApiSecret)
{
    private const int MinEmail = 3;

    /// <summary>E-mail address of the first person, from <c>TALLYSTICK_ADMIN_EMAIL</c>.</summary>
    internal string AdminEmail { get; init; } = "admin@localhost";

    /// <summary>First password of that person, from <c>TALLYSTICK_ADMIN_PASSWORD</c>; null to generate one.</summary>
    internal string? AdminPassword { get; init; }

    private const int MaxKeyId = 128;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StoreUnavailableException">A setting is invalid; the message states why.</exception>
    internal static BootstrapSettings From(IConfiguration configuration)
    {
        var settings = new BootstrapSettings(
            Value(configuration, "TALLYSTICK_ORG_ID"),
            Value(configuration, "TALLYSTICK_ACCESS_KEY_ID"),
            Value(configuration, "TALLYSTICK_API_SECRET"))
        {
            AdminPassword = Value(configuration, "TALLYSTICK_ADMIN_PASSWORD"),
        };
        if (Value(configuration, "TALLYSTICK_ADMIN_EMAIL") is { } email)
            settings = settings with { AdminEmail = email.Trim() };
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
        CheckPerson();
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

    private void CheckPerson()
    {
        if (AdminEmail.Length is < MinEmail or > PersonSignIn.MaxEmail || !AdminEmail.Contains('@', default)
            || AdminEmail.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)))
            throw new StoreUnavailableException(
                $"TALLYSTICK_ADMIN_EMAIL must be an e-mail address such as ann@example.com, not '{AdminEmail}'");
        var issues = new Issues();
        if (AdminPassword is not null)
            Logins.CheckPassword(AdminPassword, "TALLYSTICK_ADMIN_PASSWORD", issues);
        if (!issues.IsEmpty)
            throw new StoreUnavailableException(
                $"TALLYSTICK_ADMIN_PASSWORD must have {Logins.MinPassword} to {Logins.MaxPassword} characters");
    }

    private static bool IsUnreserved(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '~';

    private static string? Value(IConfiguration configuration, string name) =>
        configuration[name] is { Length: > 0 } value ? value : null;
}
