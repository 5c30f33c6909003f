using Microsoft.AspNetCore.Identity;
using Tallystick.Access.Users;

namespace Tallystick.Server.Api.Auth;

/// <summary>Hashes passwords as ASP.NET Core Identity does.</summary>
internal sealed class PasswordHashing : IPasswordHashing
{
    private readonly PasswordHasher<Login> _hasher = new();

    /// <inheritdoc/>
    public string Hash(string password) => _hasher.HashPassword(null!, password);

    /// <inheritdoc/>
    public bool Matches(string hash, string password) =>
        _hasher.VerifyHashedPassword(null!, hash, password) != PasswordVerificationResult.Failed;
}
