using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Tallystick.Access.Sessions;

namespace Tallystick.Console.SignIn;

/// <summary>Signing in with an OpenID Connect provider: the authorization code flow with PKCE.</summary>
internal static partial class Provider
{
    /// <summary>Where the button of the sign-in page leads.</summary>
    internal const string StartPath = "/sign-in/provider";

    private const string Scheme = "Provider";
    private const int MaxSubject = 255;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Adds it to the ways to sign in.</summary>
    internal static void AddTo(AuthenticationBuilder authentication, ConsoleSettings console, string sessionScheme)
    {
        if (console.Provider is not { } provider)
            return;
        authentication.Services.AddSingleton<ProviderSignIn>();
        authentication.AddOpenIdConnect(Scheme, options =>
        {
            options.Authority = provider.Issuer;
            options.ClientId = provider.ClientId;
            options.ClientSecret = provider.ClientSecret;
            options.CallbackPath = ProviderSettings.CallbackPath;
            options.ResponseType = OpenIdConnectResponseType.Code;
            // The settings allow http only on this machine.
            options.RequireHttpsMetadata = provider.Issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            options.BackchannelTimeout = Patience;
            options.SignInScheme = sessionScheme;
            options.MapInboundClaims = false;
            options.ClaimActions.Remove("iss");
            options.Scope.Add("email");
            // Some providers have the address only there.
            options.GetClaimsFromUserInfoEndpoint = true;
            options.ClaimActions.MapJsonKey("email_verified", "email_verified");
            UseQuery(options, console);
            options.Events.OnRedirectToIdentityProvider = redirect =>
            {
                // A proxy may have replaced the host of the request.
                if (console.PublicUrl is { } address)
                    redirect.ProtocolMessage.RedirectUri = address.TrimEnd('/') + ProviderSettings.CallbackPath;
                return Task.CompletedTask;
            };
            options.Events.OnTokenValidated = RequireSignature;
            options.Events.OnTicketReceived = ReceiveAsync;
            options.Events.OnAccessDenied = denied =>
            {
                denied.HandleResponse();
                GoTo(denied.HttpContext, SignInFault.Cancelled);
                return Task.CompletedTask;
            };
            options.Events.OnRemoteFailure = FailAsync;
        });
    }

    /// <summary>Sends the person to the provider.</summary>
    internal static async Task StartAsync(HttpContext context)
    {
        try
        {
            await context.ChallengeAsync(Scheme, new AuthenticationProperties
            {
                RedirectUri = ReturnAddress.Of(context.Request.Query["returnUrl"]),
            });
        }
        catch (InvalidOperationException unreadable)
        {
            // Its configuration cannot be read, which is tried again with the next sign-in.
            LogOf(context, unreadable);
            GoTo(context, SignInFault.Unavailable);
        }
    }

    // A redirect with a query, with which the browser also sends cookies that it keeps from other sites' forms.
    private static void UseQuery(OpenIdConnectOptions options, ConsoleSettings console)
    {
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        foreach (var cookie in (CookieBuilder[])[options.NonceCookie, options.CorrelationCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy =
                console.IsBehindHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        }
    }

    // The library accepts tokens without one that come from the provider itself.
    private static Task RequireSignature(TokenValidatedContext validated)
    {
        if (validated.SecurityToken.RawSignature is not { Length: > 0 })
            validated.Fail("The identity token has no signature.");
        return Task.CompletedTask;
    }

    private static async Task ReceiveAsync(TicketReceivedContext ticket)
    {
        ticket.HandleResponse();
        var context = ticket.HttpContext;
        var provider = context.RequestServices.GetRequiredService<ConsoleSettings>().Provider!;
        if (PersonOf(ticket.Principal!, provider) is not { } person)
        {
            GoTo(context, SignInFault.Failed);
            return;
        }
        var (begun, refusal) = await context.RequestServices.GetRequiredService<ProviderSignIn>().SignInAsync(
            person, context.Origin(), context.RequestAborted);
        if (begun is not { } session)
        {
            GoTo(context, SignInFault.NameOf(refusal!.Value));
            return;
        }
        await SessionCookie.KeepAsync(context, session);
        Form.Go(context, ReturnAddress.Of(ticket.ReturnUri));
    }

    private static ProviderPerson? PersonOf(ClaimsPrincipal principal, ProviderSettings provider)
    {
        if (principal.FindFirstValue("iss") is not { Length: > 0 and <= MaxSubject } issuer
            || principal.FindFirstValue("sub") is not { Length: > 0 and <= MaxSubject } subject)
            return null;
        var isVerified = provider.TrustsEmail
            || string.Equals(principal.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase);
        return new ProviderPerson(
            issuer, subject, isVerified && principal.FindFirstValue("email") is { Length: > 0 } email ? email : null);
    }

    private static Task FailAsync(RemoteFailureContext failure)
    {
        failure.HandleResponse();
        // Not what anybody can send who has begun no sign-in, which would let them fill the log.
        if (failure.Failure is { } cause and not AuthenticationFailureException)
            LogOf(failure.HttpContext, cause);
        GoTo(failure.HttpContext, SignInFault.Failed);
        return Task.CompletedTask;
    }

    private static void GoTo(HttpContext context, string fault) =>
        Form.Go(context, $"/sign-in?{SignInFault.Parameter}={fault}");

    private static void LogOf(HttpContext context, Exception cause) => LogFailure(
        context.RequestServices.GetRequiredService<ILogger<ProviderSettings>>(), cause.GetBaseException().Message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in with the OpenID Connect provider failed: {Reason}")]
    private static partial void LogFailure(ILogger logger, string reason);
}
