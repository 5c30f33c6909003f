using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NodaTime;

namespace Tallystick.Console.Tests.SignIn;

/// <summary>
/// An OpenID Connect provider on this machine, which speaks the real protocol: discovery, the authorization code flow
/// with PKCE, signed tokens, userinfo. It can also answer what an attacker would.
/// </summary>
internal sealed class LocalProvider : IAsyncDisposable
{
    internal const string ClientId = "tallystick";
    internal const string ClientSecret = "a secret of the provider";

    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _codes = new();
    private readonly RSA _key = RSA.Create(2048);
    private WebApplication _app = null!;

    private LocalProvider()
    {
    }

    /// <summary>Its address.</summary>
    internal string Issuer { get; private set; } = null!;

    /// <summary>What it says of the person who confirms.</summary>
    internal Dictionary<string, object> Person { get; set; } = new()
    {
        ["sub"] = "1234",
        ["email"] = "admin@localhost",
        ["email_verified"] = true,
    };

    /// <summary>Changes what is in the next identity token.</summary>
    internal Action<SecurityTokenDescriptor> Forge { get; set; } = _ => { };

    /// <summary>Whether the person refuses.</summary>
    internal bool IsRefused { get; set; }

    /// <summary>The address and the secret as settings of a server.</summary>
    internal string[] Settings =>
    [
        "--TALLYSTICK_OIDC_ISSUER", Issuer, "--TALLYSTICK_OIDC_CLIENT_ID", ClientId,
        "--TALLYSTICK_OIDC_CLIENT_SECRET", ClientSecret, "--TALLYSTICK_OIDC_NAME", "Example",
    ];

    internal static async Task<LocalProvider> StartAsync()
    {
        var provider = new LocalProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = provider._app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", provider.Configuration);
        app.MapGet("/keys", provider.Keys);
        app.MapGet("/authorize", provider.Authorize);
        app.MapPost("/token", (Delegate)provider.TokenAsync);
        app.MapGet("/userinfo", (HttpContext context) =>
            context.Request.Headers.Authorization == "Bearer access" ? Results.Json(provider.Person)
                : Results.Unauthorized());
        await app.StartAsync();
        provider.Issuer = app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private IResult Configuration() => Results.Json(new Dictionary<string, object>
    {
        ["issuer"] = Issuer,
        ["authorization_endpoint"] = $"{Issuer}/authorize",
        ["token_endpoint"] = $"{Issuer}/token",
        ["userinfo_endpoint"] = $"{Issuer}/userinfo",
        ["jwks_uri"] = $"{Issuer}/keys",
        ["response_types_supported"] = new[] { "code" },
        ["subject_types_supported"] = new[] { "public" },
        ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
    });

    private IResult Keys()
    {
        var key = _key.ExportParameters(false);
        return Results.Json(new
        {
            keys = new[]
            {
                new
                {
                    kty = "RSA",
                    use = "sig",
                    kid = "1",
                    alg = "RS256",
                    n = Base64UrlEncoder.Encode(key.Modulus),
                    e = Base64UrlEncoder.Encode(key.Exponent),
                },
            },
        });
    }

    // The person confirms at once.
    private IResult Authorize(HttpContext context)
    {
        var query = context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        query["client_id"].ShouldBe(ClientId);
        query["code_challenge_method"].ShouldBe("S256");
        var code = Guid.NewGuid().ToString();
        _codes[code] = query;
        var answer = IsRefused ? "error=access_denied" : $"code={code}";
        return Results.Redirect(
            $"{query["redirect_uri"]}?{answer}&state={Uri.EscapeDataString(query["state"])}");
    }

    private async Task<IResult> TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (!IsClient(context.Request, form) || !_codes.TryRemove(form["code"].ToString(), out var asked)
            || form["redirect_uri"] != asked["redirect_uri"]
            || Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())))
                != asked["code_challenge"])
            return Results.Json(new { error = "invalid_grant" }, statusCode: StatusCodes.Status400BadRequest);
        var token = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = ClientId,
            Claims = new Dictionary<string, object>(Person) { ["nonce"] = asked["nonce"] },
            IssuedAt = At(Duration.Zero),
            Expires = At(Duration.FromMinutes(5)),
            SigningCredentials = CredentialsOf(_key),
        };
        Forge(token);
        return Results.Json(new
        {
            access_token = "access",
            token_type = "Bearer",
            expires_in = 300,
            id_token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token),
        });
    }

    /// <summary>A time from now, as tokens have it.</summary>
    internal static DateTime At(Duration later) => (SystemClock.Instance.GetCurrentInstant() + later).ToDateTimeUtc();

    internal static SigningCredentials CredentialsOf(RSA key) =>
        new(new RsaSecurityKey(key) { KeyId = "1" }, SecurityAlgorithms.RsaSha256);

    private static bool IsClient(HttpRequest request, IFormCollection form) =>
        form["client_secret"] == ClientSecret
        || request.Headers.Authorization == new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{ClientId}:{ClientSecret}"))).ToString();
}
