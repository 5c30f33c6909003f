using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NodaTime;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Credentials;

/// <summary>Issues and verifies bearer tokens: signed JWTs that are valid for five hours.</summary>
public sealed class Tokens(SigningKeys keys, AccessKeys accessKeys, Logins logins, IClock clock)
{
    /// <summary>Lifetime of a token in seconds (contract: <c>expires_in</c>).</summary>
    public const int LifetimeSeconds = 18_000;

    private const string Issuer = "tallystick";
    private const int MaxRemembered = 10_000;

    // A verified token is cached for this time, or until a key or a password changes.
    private static readonly Duration Remembered = Duration.FromSeconds(20);
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    // While the database is unavailable, a verified token remains valid and is checked again after this time.
    private static readonly Duration RememberedInOutage = Duration.FromSeconds(5);

    // How long a request with a cached token waits for the database.
    private static readonly TimeSpan MaxLookUp = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Remembrance> _remembered = new(StringComparer.Ordinal);

    /// <summary>A new token for the holder of a key.</summary>
    public ValueTask<string> IssueAsync(AccessKey key, CancellationToken cancellationToken) => IssueAsync(
        PrincipalType.Serviceuser, key.ServiceUserId, key.OrganizationId, ("accessKeyId", key.AccessKeyId),
        cancellationToken);

    /// <summary>A new token for a person in an organization.</summary>
    public ValueTask<string> IssueAsync(Login login, string organizationId, CancellationToken cancellationToken) =>
        IssueAsync(
            PrincipalType.User, login.Id, organizationId, ("passwordNumber", login.PasswordNumber), cancellationToken);

    private async ValueTask<string> IssueAsync(
        PrincipalType type, string principalId, string organizationId, (string Name, object Value) means,
        CancellationToken cancellationToken)
    {
        var key = await keys.CurrentAsync(cancellationToken);
        var now = clock.GetCurrentInstant();
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            IssuedAt = now.ToDateTimeUtc(),
            Expires = now.Plus(Duration.FromSeconds(LifetimeSeconds)).ToDateTimeUtc(),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = principalId,
                ["orgId"] = organizationId,
                ["principalType"] = JsonFormat.Name(type),
                [means.Name] = means.Value,
                ["jti"] = Guid.NewGuid().ToString(),
            },
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
        });
    }

    /// <summary>The caller identified by a token.</summary>
    /// <exception cref="UnauthorizedException">The text is not a token.</exception>
    /// <exception cref="ForbiddenException">The token is expired or forged, or its key is inactive.</exception>
    public async ValueTask<Caller> CheckAsync(string token, CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        var fingerprint = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        // Read before the key, so that the key is at least as new.
        var generation = accessKeys.Generation + logins.Generation;
        var known = _remembered.GetValueOrDefault(fingerprint);
        if (known is not null && (known.Generation != generation || now >= known.Expires))
            known = null;
        if (known is null || now >= known.Until)
        {
            known = known is null
                ? await LookUpAsync(token, now, generation, cancellationToken)
                : await LookUpAgainAsync(known, token, now, cancellationToken);
            if (_remembered.Count >= MaxRemembered)
                _remembered.Clear();
            _remembered[fingerprint] = known;
        }
        return known.Caller;
    }

    private async Task<Remembrance> LookUpAsync(
        string token, Instant now, long generation, CancellationToken cancellationToken)
    {
        var (caller, expires) = await VerifyAsync(token, now, cancellationToken);
        return new Remembrance(caller, now + Remembered, expires, generation);
    }

    // Ingest must not wait for the database. This process has exclusive use of the database, so the generation covers
    // all changes of keys and passwords.
    private async Task<Remembrance> LookUpAgainAsync(
        Remembrance known, string token, Instant now, CancellationToken cancellationToken)
    {
        try
        {
            return await LookUpAsync(token, now, known.Generation, cancellationToken)
                .WaitAsync(MaxLookUp, cancellationToken);
        }
        catch (Exception outage) when (outage is StoreOutageException or TimeoutException)
        {
            return known with { Until = now + RememberedInOutage };
        }
    }

    private async ValueTask<(
        Caller Caller, Instant Expires)> VerifyAsync(string token, Instant now, CancellationToken cancellationToken)
    {
        if (!Handler.CanReadToken(token))
            throw new UnauthorizedException(
                "The bearer token was not issued by this server. Request one with POST /oauth/token");
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidateAudience = false,
            IssuerSigningKeys = keys.All,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            // Uses the injected clock.
            LifetimeValidator = (_, expires, _, _) => expires is not null,
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt)
            throw new ForbiddenException("The bearer token was not issued by this server or has been modified");
        var expires = Instant.FromDateTimeUtc(DateTime.SpecifyKind(jwt.ValidTo, DateTimeKind.Utc));
        if (now >= expires)
            throw new ForbiddenException("The bearer token has expired. Request a new one with POST /oauth/token");
        return (await FindCallerAsync(jwt, cancellationToken), expires);
    }

    private async ValueTask<Caller> FindCallerAsync(JsonWebToken jwt, CancellationToken cancellationToken)
    {
        if (jwt.GetClaim("principalType").Value == JsonFormat.Name(PrincipalType.User))
        {
            var login = await logins.FindByIdAsync(jwt.Subject, cancellationToken);
            if (login is null || jwt.GetPayloadValue<long>("passwordNumber") != login.PasswordNumber)
                throw new ForbiddenException("The password was changed after this token was issued. Sign in again.");
            return new Caller(jwt.GetClaim("orgId").Value, PrincipalType.User, login.Id, null);
        }
        var key = await accessKeys.FindAsync(jwt.GetClaim("accessKeyId").Value, cancellationToken)
            ?? throw new ForbiddenException("The access key of the bearer token is no longer active");
        return new Caller(key.OrganizationId, PrincipalType.Serviceuser, key.ServiceUserId, key.AccessKeyId);
    }

    /// <summary>A token that was valid.</summary>
    /// <param name="Caller">Its caller.</param>
    /// <param name="Until">When to check its key or login again.</param>
    /// <param name="Expires">Its end.</param>
    /// <param name="Generation">The generation of keys and logins when it was checked.</param>
    private sealed record Remembrance(Caller Caller, Instant Until, Instant Expires, long Generation);
}
