using System.Net;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Pages;

/// <summary>Signing in to the console with e-mail address and password.</summary>
public sealed class SignInPageTests(SqliteServer shared)
{
    private const string Chosen = "a password of my own";

    [Fact]
    public async Task FirstPassword_AtTheFirstSignIn_MustBeReplacedBeforeAnythingElse()
    {
        await using var server = await ApiServer.StartAsync();
        using var browser = new Browser(server.Address);
        var (email, first) = (server.Person.Email, server.Person.Password!);

        (await browser.SignInAsync(email, first)).Location.ShouldBe("/");
        foreach (var path in (string[])["", $"org/{server.OrganizationId}", "sign-in/code"])
            (await browser.GetAsync(path)).Location.ShouldBe("/sign-in/password", path);
        (await ChooseAsync(browser, "too short")).Text.ShouldContain("must have 12 to 200 characters");
        (await ChooseAsync(browser, first)).Text.ShouldContain("must differ from the current password");
        (await browser.SubmitAsync(
            "sign-in/password", "password", ("NewPassword", Chosen), ("RepeatedPassword", "another one")))
            .Text.ShouldContain("The two new passwords differ.");
        var before = browser.Session!.Value;
        (await ChooseAsync(browser, Chosen)).Location.ShouldBe("/");

        browser.Session!.Value.ShouldNotBe(before);
        (await browser.GetAsync("")).Location.ShouldBe($"/org/{server.OrganizationId}");
        (await browser.GetAsync($"org/{server.OrganizationId}")).Text.ShouldContain("My organization");
        using var other = new Browser(server.Address);
        (await other.SignInAsync(email, first)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Credentials_ThatAreWrong_AreRefusedWithoutSayingWhich()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var browser = new Browser(administrator.Http.BaseAddress!);

        var known = await browser.SignInAsync(person.Email, "wrong password");
        var unknown = await browser.SignInAsync("nobody@example.com", "wrong password");

        foreach (var answer in (PageAnswer[])[known, unknown])
        {
            answer.Status.ShouldBe(HttpStatusCode.Forbidden);
            answer.Text.ShouldContain("The e-mail address or the password is incorrect.");
            answer.Text.ShouldNotContain("wrong password");
        }
        browser.Session.ShouldBeNull();
    }

    [Fact]
    public async Task Attempts_OnThePageAndAtTheApi_AreCountedTogether()
    {
        await using var server = await ApiServer.StartAsync();
        var email = server.Person.Email;
        using var browser = new Browser(server.Address);
        for (var guess = 0; guess < 4; guess++)
            await Person.PostAsync(
                server.Client, "signin", new() { ["email"] = email, ["password"] = $"wrong password {guess}" });

        (await browser.SignInAsync(email, "wrong password")).Status.ShouldBe(HttpStatusCode.Forbidden);
        var refused = await browser.SignInAsync(email, server.Person.Password!);

        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Text.ShouldContain("Too many failed sign-in attempts. Try again in 15 minutes.");
        refused.Response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromMinutes(15));
        browser.Session.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("https://billing.example.com", true)]
    public async Task Cookie_OfASession_IsKeptFromScriptsAndOtherSites(string? publicUrl, bool isSecure)
    {
        string[] settings = publicUrl is null ? [] : ["--TALLYSTICK_PUBLIC_URL", publicUrl];
        await using var server = await ApiServer.StartAsync(settings: settings);
        using var browser = new Browser(server.Address);

        var answer = await browser.SignInAsync(server.Person.Email, server.Person.Password!);

        var cookie = answer.Response.Headers.GetValues("Set-Cookie")
            .Single(one => one.StartsWith("tallystick-session=", StringComparison.Ordinal));
        var flags = cookie.Split("; ")[1..];
        flags.ShouldBe(
            isSecure ? ["path=/", "secure", "samesite=lax", "httponly"] : ["path=/", "samesite=lax", "httponly"]);
        answer.Response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Theory]
    [InlineData("//evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/org/7?tab=1", "/org/7?tab=1")]
    public async Task ReturnAddress_OfAnotherHost_IsNotFollowed(string wanted, string reached)
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var browser = new Browser(administrator.Http.BaseAddress!);

        var answer = await browser.SignInAsync(
            person.Email, Person.Password, $"?returnUrl={Uri.EscapeDataString(wanted)}");

        answer.Location.ShouldBe(reached);
    }

    [Fact]
    public async Task Forms_WithoutTheirToken_ChangeNothing()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var browser = new Browser(administrator.Http.BaseAddress!);
        await browser.SignInAsync(person.Email, Person.Password);
        var settings = $"org/{administrator.OrganizationId}/settings";

        PageAnswer[] answers =
        [
            await browser.PostAsync(
                "sign-in", ("_handler", "sign-in"), ("Email", person.Email), ("Password", Person.Password)),
            await browser.PostAsync("sign-out"),
            await browser.PostAsync($"{settings}/sessions", ("_handler", "revoke-others")),
            await browser.PostAsync(
                $"{settings}/security", ("_handler", "password"), ("CurrentPassword", Person.Password),
                ("NewPassword", Chosen), ("RepeatedPassword", Chosen)),
        ];

        foreach (var answer in answers)
        {
            answer.Status.ShouldBe(HttpStatusCode.BadRequest);
            answer.Text.ShouldContain("Form expired");
        }
        (await browser.GetAsync($"org/{administrator.OrganizationId}")).Status.ShouldBe(HttpStatusCode.OK);
        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Page_WithoutASession_LeadsToTheSignIn()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var browser = new Browser(administrator.Http.BaseAddress!);

        (await browser.GetAsync("")).Location.ShouldBe("/sign-in");
        (await browser.GetAsync("org/7/settings?x=1")).Location
            .ShouldBe("/sign-in?returnUrl=%2Forg%2F7%2Fsettings%3Fx%3D1");
        (await browser.PostAsync("org/7/settings/sessions", ("_handler", "revoke"))).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Body_ThatIsVeryLong_IsRefused()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var browser = new Browser(administrator.Http.BaseAddress!);

        (await browser.SignInAsync("a@example.com", new string('x', 100_000))).Status
            .ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await browser.SignInAsync(new string('x', 400), new string('x', 300))).Status
            .ShouldBe(HttpStatusCode.Forbidden);
    }

    private static Task<PageAnswer> ChooseAsync(Browser browser, string password) => browser.SubmitAsync(
        "sign-in/password", "password", ("NewPassword", password), ("RepeatedPassword", password));
}
