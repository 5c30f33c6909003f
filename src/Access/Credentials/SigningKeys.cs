using System.Globalization;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using NodaTime;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Credentials;

/// <summary>
/// The elliptic-curve keys of the installation that sign tokens. A new key is created every 90 days. The previous key
/// remains valid until the tokens that it has signed have expired, and is then deleted. Older keys, such as those of a
/// restored backup, are ignored.
/// </summary>
public sealed class SigningKeys
{
    private const string Prefix = "token-";

    private static readonly Duration Lifetime = Duration.FromDays(90);

    // Until the last token that a key can have signed expires.
    private static readonly Duration GoodFor = Lifetime + Duration.FromSeconds(Tokens.LifetimeSeconds);
    private readonly InstallationKeys _stored;
    private readonly IClock _clock;
    private volatile IReadOnlyList<SigningKey> _keys;

    private SigningKeys(InstallationKeys stored, IClock clock, IReadOnlyList<SigningKey> keys) =>
        (_stored, _clock, _keys) = (stored, clock, keys);

    /// <summary>Reads the keys.</summary>
    /// <exception cref="StoreUnavailableException">A key is damaged.</exception>
    public static async Task<SigningKeys> OpenAsync(
        InstallationKeys stored, IClock clock, CancellationToken cancellationToken)
    {
        var keys = Read(await stored.ListAsync(cancellationToken), clock.GetCurrentInstant());
        return new SigningKeys(stored, clock, keys);
    }

    /// <summary>The id of a key, from its creation time in seconds since 1970.</summary>
    public static string IdOf(long made) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{made}");

    /// <summary>Checks that the valid signing keys can be read.</summary>
    /// <exception cref="StoreUnavailableException">A key is damaged.</exception>
    public static void Require(IEnumerable<InstallationKey> keys, IClock clock) =>
        Read(keys, clock.GetCurrentInstant());

    /// <summary>True for a key whose tokens have all expired.</summary>
    public static bool IsOver(string id, Instant now) => MadeAt(id) is { } made && now - made >= GoodFor;

    /// <summary>The current signing key.</summary>
    /// <exception cref="StoreOutageException">A new key is due, and the store is unavailable.</exception>
    public async ValueTask<ECDsaSecurityKey> CurrentAsync(CancellationToken cancellationToken)
    {
        var now = _clock.GetCurrentInstant();
        var keys = _keys;
        var isDue = keys.Count == 0 || now - keys[0].Made > Lifetime;
        if (isDue || now - keys[^1].Made >= GoodFor)
        {
            try
            {
                keys = await RenewAsync(now, cancellationToken);
            }
            catch (StoreOutageException) when (!isDue)
            {
                // The current key is still valid. The expired key, which is no longer accepted, is deleted later.
            }
        }
        return keys[0].Key;
    }

    /// <summary>All keys with valid tokens.</summary>
    public IReadOnlyList<SecurityKey> All
    {
        get
        {
            var now = _clock.GetCurrentInstant();
            return [.. _keys.Where(key => now - key.Made < GoodFor).Select(key => key.Key)];
        }
    }

    // The first process to commit creates the new key; others find it.
    private async Task<IReadOnlyList<SigningKey>> RenewAsync(Instant now, CancellationToken cancellationToken)
    {
        var made = Make(now);
        var kept = await _stored.ChangeAsync(
            keys =>
            {
                var good = keys.Where(key => !IsOver(key.Id, now)).ToList();
                return good.Exists(key => MadeAt(key.Id) is { } at && now - at <= Lifetime) ? good : [made, .. good];
            },
            cancellationToken);
        return _keys = Read(kept, now);
    }

    private static InstallationKey Make(Instant now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new InstallationKey(IdOf(now.ToUnixTimeSeconds()), key.ExportPkcs8PrivateKey());
    }

    // Newest first. The ids contain the creation time, so expired keys are not read.
    private static IReadOnlyList<SigningKey> Read(IEnumerable<InstallationKey> keys, Instant now) =>
    [
        .. keys.Where(key => MadeAt(key.Id) is not null && !IsOver(key.Id, now)).Select(Read)
            .OrderByDescending(key => key.Made),
    ];

    private static SigningKey Read(InstallationKey stored)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(stored.Bytes, out _);
            // Tokens refer to the key without the prefix, for compatibility with earlier versions.
            return new SigningKey(
                MadeAt(stored.Id)!.Value, new ECDsaSecurityKey(key) { KeyId = stored.Id[Prefix.Length..] });
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw InstallationKeys.Damaged(stored.Id, failure.Message, failure);
        }
    }

    private static Instant? MadeAt(string id) =>
        id.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(id.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var made)
        && made <= Instant.MaxValue.ToUnixTimeSeconds()
            ? Instant.FromUnixTimeSeconds(made)
            : null;

    private sealed record SigningKey(Instant Made, ECDsaSecurityKey Key);
}
