namespace Tallystick.Access.SecondFactors;

/// <summary>What a person confirms a sign-in with, in addition to the password.</summary>
public sealed record SecondFactor
{
    /// <summary>The secret of the authenticator app, encrypted with the keys of the installation.</summary>
    public required string ProtectedSecret { get; init; }

    /// <summary>Time step of the last accepted code: it and those before it are not accepted again.</summary>
    public required long LastStep { get; init; }

    /// <summary>Salts and hashes of the recovery codes that have not been used.</summary>
    public required IReadOnlyList<string> RecoveryHashes { get; init; }
}

/// <summary>Encrypts secrets that are stored, with keys of the installation.</summary>
public interface ISecretProtection
{
    /// <summary>The encrypted form.</summary>
    string Protect(string secret);

    /// <summary>The secret; null if the text was not encrypted here, or has been changed.</summary>
    string? Unprotect(string protectedSecret);
}
