using System.Collections.Concurrent;
using Microsoft.AspNetCore.Identity;
using NodaTime;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Users;

/// <summary>Finds logins, and checks and sets their passwords.</summary>
internal sealed class Logins(ResourceService resources, ChangeFeed changes, IClock clock) : IDisposable
{
    /// <summary>Fewest and most characters of a password.</summary>
    internal const int ShortestPassword = 12;

    /// <summary>Most characters of a password.</summary>
    internal const int LongestPassword = 200;

    private const string Installation = AccessKeyResource.Installation;
    private const string Principal = "SYSTEM";
    private const int MostFailures = 5;
    private const int MostCounted = 100_000;
    private static readonly Duration CountedFor = Duration.FromMinutes(15);
    private static readonly Duration TemporaryFor = Duration.FromDays(30);
    private static readonly PasswordHasher<Login> Hasher = new();

    // Compared with when the address is unknown, so that an answer takes as long as for a wrong password.
    private static readonly Lazy<string> Nobody = new(() => Hasher.HashPassword(null!, SecretHash.NewText(20)));
    private readonly ConcurrentDictionary<string, (int Failures, Instant Since)> _failures =
        new(StringComparer.Ordinal);

    // A password takes a processor some ten milliseconds on purpose; the rest of the product needs them too.
    private readonly SemaphoreSlim _hashing = new(1);

    /// <summary>Grows with each change of any login.</summary>
    internal long Generation => changes.Generation(Installation, LoginResource.Definition.Kind);

    /// <summary>The login of an address, or null.</summary>
    internal async ValueTask<Login?> FindAsync(string email, CancellationToken cancellationToken)
    {
        var found = await resources.Reader(Installation, cancellationToken)
            .ListAsync<Login>(Condition.Equal("email", email.ToLowerInvariant()));
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>The login of a user, or null.</summary>
    internal ValueTask<Login?> FindByIdAsync(string id, CancellationToken cancellationToken) =>
        resources.Reader(Installation, cancellationToken).FindAsync<Login>(id);

    /// <summary>The login with the password; null when either is wrong.</summary>
    /// <exception cref="TooManyRequestsException">There were too many wrong passwords of late.</exception>
    internal async ValueTask<Login?> SignInAsync(string email, string password, CancellationToken cancellationToken)
    {
        var address = email.ToLowerInvariant();
        var now = clock.GetCurrentInstant();
        var (failures, since) = _failures.GetValueOrDefault(address);
        var isCounting = failures > 0 && now - since < CountedFor;
        if (isCounting && failures >= MostFailures)
            throw new TooManyRequestsException("There were too many wrong passwords; wait 15 minutes");
        var login = await FindAsync(address, cancellationToken);
        var isRight = await IsPasswordAsync(login?.PasswordHash ?? Nobody.Value, password, cancellationToken);
        if (login is not null && isRight && !(login.DtTemporaryPasswordEnds <= now))
        {
            _failures.TryRemove(address, out _);
            return login;
        }
        if (_failures.Count >= MostCounted)
            _failures.Clear();
        _failures.AddOrUpdate(
            address, (1, now), (_, known) => isCounting ? (known.Failures + 1, known.Since) : (1, now));
        return null;
    }

    /// <summary>Gives a person a login, or one who has a login another organization.</summary>
    internal async ValueTask<Login> AddAsync(
        Login? current, Func<string, Login> newLogin, string organizationId, string? password,
        CancellationToken cancellationToken)
    {
        if (current is not null)
        {
            return (Login)await resources.UpdateAsync(
                LoginResource.Definition, Installation, Principal, current.Id,
                current with { Organizations = [.. current.Organizations.Append(organizationId).Distinct()] },
                cancellationToken);
        }
        var login = newLogin(await HashAsync(password!, cancellationToken));
        return (Login)await resources.CreateAsync(
            LoginResource.Definition, Installation, Principal, login, cancellationToken);
    }

    /// <summary>Sets the password that a person chose.</summary>
    internal async ValueTask<Login> SetPasswordAsync(
        Login login, string password, CancellationToken cancellationToken) =>
        await UpdateAsync(login, password, null, cancellationToken);

    /// <summary>Sets a temporary password, good for one sign-in within 30 days.</summary>
    internal async ValueTask<string> SetTemporaryPasswordAsync(Login login, CancellationToken cancellationToken)
    {
        var password = SecretHash.NewText(20);
        await UpdateAsync(login, password, clock.GetCurrentInstant() + TemporaryFor, cancellationToken);
        _failures.TryRemove(login.Email, out _);
        return password;
    }

    /// <summary>Adds what is wrong with a password that a person chose.</summary>
    internal static void CheckPassword(string? password, string path, Issues issues)
    {
        if (password is null || password.Length < ShortestPassword || password.Length > LongestPassword)
            issues.Add("length", path, $"must have {ShortestPassword} to {LongestPassword} characters");
    }

    public void Dispose() => _hashing.Dispose();

    private async ValueTask<Login> UpdateAsync(
        Login login, string password, Instant? ends, CancellationToken cancellationToken) =>
        (Login)await resources.UpdateAsync(
            LoginResource.Definition, Installation, Principal, login.Id,
            login with
            {
                PasswordHash = await HashAsync(password, cancellationToken),
                DtTemporaryPasswordEnds = ends,
                PasswordNumber = login.PasswordNumber + 1,
            },
            cancellationToken);

    private Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        HashingAsync(() => Hasher.HashPassword(null!, password), cancellationToken);

    private Task<bool> IsPasswordAsync(string hash, string password, CancellationToken cancellationToken) =>
        HashingAsync(
            () => Hasher.VerifyHashedPassword(null!, hash, password) != PasswordVerificationResult.Failed,
            cancellationToken);

    private async Task<T> HashingAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _hashing.WaitAsync(cancellationToken);
        try
        {
            return work();
        }
        finally
        {
            _hashing.Release();
        }
    }
}
