using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Files;

/// <summary>
/// Signs URLs that can be used without a token for a limited time, with a key of the installation. A signature is
/// bound to the HTTP method, the organization and the file.
/// </summary>
internal sealed class UrlSignatures
{
    private const int KeyLength = 32;

    private static readonly Duration Lifetime = Duration.FromMinutes(5);
    private readonly byte[] _key;
    private readonly IClock _clock;

    private UrlSignatures(byte[] key, IClock clock) => (_key, _clock) = (key, clock);

    /// <summary>Id of the key.</summary>
    internal const string KeyId = "url";

    /// <summary>Reads the key, or creates it if there is none.</summary>
    /// <exception cref="StoreUnavailableException">The key is damaged.</exception>
    internal static async Task<UrlSignatures> OpenAsync(
        InstallationKeys stored, IClock clock, CancellationToken cancellationToken)
    {
        var keys = await stored.ListAsync(cancellationToken);
        if (keys.All(key => key.Id != KeyId))
        {
            var made = new InstallationKey(KeyId, RandomNumberGenerator.GetBytes(KeyLength));
            keys = await stored.ChangeAsync(
                now => now.Any(key => key.Id == KeyId) ? now : [.. now, made], cancellationToken);
        }
        Require(keys);
        return new UrlSignatures(keys.First(key => key.Id == KeyId).Bytes, clock);
    }

    /// <summary>Requires that the signing key is valid if it is among the keys.</summary>
    /// <exception cref="StoreUnavailableException">The key is damaged.</exception>
    internal static void Require(IEnumerable<InstallationKey> keys)
    {
        if (keys.FirstOrDefault(key => key.Id == KeyId) is { } key && DamageOf(key.Bytes) is { } damage)
            throw InstallationKeys.Damaged(KeyId, damage);
    }

    /// <summary>Describes the damage of a key; null if it is valid.</summary>
    internal static string? DamageOf(byte[] key) =>
        key.Length == KeyLength ? null : FormattableString.Invariant($"it has {key.Length} bytes, not {KeyLength}.");

    /// <summary>The query string that permits downloading a file for five minutes.</summary>
    internal string SignDownload(string organizationId, string file) =>
        Sign(HttpMethods.Get, organizationId, file, _clock.GetCurrentInstant() + Lifetime);

    /// <summary>The query string that permits a method on a file until an instant.</summary>
    internal string Sign(string method, string organizationId, string file, Instant until)
    {
        var expires = FormattableString.Invariant($"{until.ToUnixTimeSeconds()}");
        var signature = Base64Url.EncodeToString(Signature(method, organizationId, file, expires));
        return $"expires={expires}&signature={signature}";
    }

    /// <summary>Whether the query of a request is signed for the method and the file and has not expired.</summary>
    internal bool IsSigned(HttpRequest request, string method, string organizationId, string file) =>
        IsGood(
            method, organizationId, file, QueryText.Single(request, "expires"),
            QueryText.Single(request, "signature"));

    /// <summary>Whether a signature is valid for the method and the file and has not expired.</summary>
    internal bool IsGood(string method, string organizationId, string file, string? expires, string? signature)
    {
        if (expires is null || signature is null || !Base64Url.IsValid(signature))
            return false;
        var isGenuine = CryptographicOperations.FixedTimeEquals(
            Base64Url.DecodeFromChars(signature), Signature(method, organizationId, file, expires));
        return isGenuine
            && long.Parse(expires, CultureInfo.InvariantCulture) > _clock.GetCurrentInstant().ToUnixTimeSeconds();
    }

    // Includes the lengths of the parts, so that different parts never produce the same text.
    private byte[] Signature(string method, string organizationId, string file, string expires) =>
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $"{method.Length} {organizationId.Length} {file.Length} {method}{organizationId}{file}{expires}")));
}
