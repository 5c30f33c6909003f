namespace Tallystick.Access.Users;

/// <summary>Who may sign in with a password.</summary>
/// <param name="Provider">The name of the provider that everybody else has to sign in with; null for none.</param>
/// <param name="Email">The address that may always use a password, in case the provider fails.</param>
public sealed record PasswordRule(string? Provider, string? Email)
{
    /// <summary>Everybody may.</summary>
    public static PasswordRule Everybody { get; } = new(null, null);

    internal bool Allows(string email) =>
        Provider is null || string.Equals(email, Email, StringComparison.OrdinalIgnoreCase);
}
