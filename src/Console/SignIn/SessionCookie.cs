using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Access.Sessions;
using Tallystick.Access.Users;

namespace Tallystick.Console.SignIn;

/// <summary>The cookie of a session. It holds the token of the session, and nothing that could become wrong.</summary>
internal static class SessionCookie
{
    /// <summary>The policy of pages for people who are signed in.</summary>
    internal const string Full = nameof(SessionStage.Full);

    /// <summary>The policy of the page where a one-time code is entered.</summary>
    internal const string Code = nameof(SessionStage.Code);

    /// <summary>The policy of the page where a temporary password is replaced.</summary>
    internal const string Password = nameof(SessionStage.Password);

    /// <summary>The policy of what is open to people at every step of signing in.</summary>
    internal const string AnyStage = "Any";

    private const string Scheme = "Session";
    private const string Name = "tallystick-session";
    private const string TokenClaim = "session";
    private const string StageClaim = "stage";

    internal static void AddTo(IServiceCollection services, ConsoleSettings settings)
    {
        // Otherwise the only scheme would also be tried for requests to the API, which must never see a session.
        AppContext.SetSwitch("Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme", true);
        var authentication = services.AddAuthentication().AddCookie(Scheme, options =>
        {
            options.Cookie.Name = Name;
            options.Cookie.HttpOnly = true;
            // Not strict, because a link in a mail should open the page that it leads to.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy =
                settings.IsBehindHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            // The session, which is read with each request, decides.
            options.ExpireTimeSpan = TimeSpan.FromDays(400);
            options.SlidingExpiration = false;
            options.Events.OnValidatePrincipal = ValidateAsync;
            options.Events.OnRedirectToLogin = ShowSignIn;
            options.Events.OnRedirectToAccessDenied = ShowNextStep;
        });
        Provider.AddTo(authentication, settings, Scheme);
        services.AddAuthorization(options =>
        {
            options.AddPolicy(
                AnyStage, policy => policy.AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser());
            foreach (var stage in Enum.GetNames<SessionStage>())
                options.AddPolicy(stage, policy => policy
                    .AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser().RequireClaim(StageClaim, stage));
        });
    }

    /// <summary>The person who is signed in; null for nobody.</summary>
    internal static SignedIn? Person(this HttpContext context) => context.Features.Get<SignedIn>();

    /// <summary>Where a request comes from.</summary>
    internal static SessionOrigin Origin(this HttpContext context) => new(
        context.RequestServices.GetRequiredService<ConsoleSettings>().SourceOf(context),
        context.Request.Headers.UserAgent.ToString());

    /// <summary>Gives the browser a session that has begun.</summary>
    internal static Task KeepAsync(HttpContext context, (Login Login, string Token) begun) => context.SignInAsync(
        Scheme,
        new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, begun.Login.Id), new Claim(TokenClaim, begun.Token)], Scheme)));

    /// <summary>Ends the session of the request and removes the cookie.</summary>
    internal static async Task EndAsync(HttpContext context)
    {
        if (context.Person() is { } person)
            await context.RequestServices.GetRequiredService<Sessions>().EndAsync(
                person.Login.Id, session => session.Id == person.Session.Id, context.RequestAborted);
        await context.SignOutAsync(Scheme);
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext cookie)
    {
        var context = cookie.HttpContext;
        var sessions = context.RequestServices.GetRequiredService<Sessions>();
        if (cookie.Principal?.FindFirstValue(TokenClaim) is not { } token
            || await sessions.FindAsync(token, context.RequestAborted) is not { } person)
        {
            cookie.RejectPrincipal();
            await context.SignOutAsync(Scheme);
            return;
        }
        context.Features.Set(person);
        cookie.ReplacePrincipal(new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.NameIdentifier, person.Login.Id),
                new Claim(StageClaim, person.Stage.ToString()),
            ],
            Scheme)));
    }

    // Relative: the host of a request may be that of a proxy.
    private static Task ShowSignIn(RedirectContext<CookieAuthenticationOptions> redirect)
    {
        var wanted = $"{redirect.Request.Path}{redirect.Request.QueryString}";
        redirect.Response.Redirect(HttpMethods.IsGet(redirect.Request.Method) && wanted != "/"
            ? $"/sign-in?returnUrl={Uri.EscapeDataString(wanted)}" : "/sign-in");
        return Task.CompletedTask;
    }

    private static Task ShowNextStep(RedirectContext<CookieAuthenticationOptions> redirect)
    {
        redirect.Response.Redirect(redirect.HttpContext.Person()?.Stage switch
        {
            SessionStage.Code => "/sign-in/code",
            SessionStage.Password => "/sign-in/password",
            _ => "/",
        });
        return Task.CompletedTask;
    }
}
