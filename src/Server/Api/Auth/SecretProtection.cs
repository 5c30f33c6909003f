using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Tallystick.Access.SecondFactors;

namespace Tallystick.Server.Api.Auth;

/// <summary>Encrypts secrets with the keys of the installation.</summary>
internal sealed class SecretProtection(IDataProtectionProvider provider) : ISecretProtection
{
    private readonly IDataProtector _protector = provider.CreateProtector("Tallystick.SecondFactor");

    /// <inheritdoc/>
    public string Protect(string secret) => _protector.Protect(secret);

    /// <inheritdoc/>
    public string? Unprotect(string protectedSecret)
    {
        try
        {
            return _protector.Unprotect(protectedSecret);
        }
        catch (Exception failure) when (failure is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
