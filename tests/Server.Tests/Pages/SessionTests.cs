using System.Net;
using System.Net.Http.Headers;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Installation;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Pages;

/// <summary>Sessions of the console: how long they last, who ends them, and what they are not good for.</summary>
public sealed class SessionTests(SqliteServer shared)
{
    private const string Chosen = "a password of my own";
    private const string Phone = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36";

    [Fact]
    public async Task Session_ThatIsNotUsedForTwelveHours_Ends()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        using var person = await Person.MakeAsync(server.Client);
        using var browser = await SignedInAsync(server.Client, person);

        for (var day = 0; day < 2; day++)
        {
            clock.AdvanceHours(11);
            (await browser.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.OK);
        }
        clock.AdvanceHours(12);

        (await browser.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.Found);
        browser.Session.ShouldBeNull();
    }

    [Fact]
    public async Task Session_ThatIsUsedAllTheTime_EndsAfterSevenDays()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        using var person = await Person.MakeAsync(server.Client);
        using var browser = await SignedInAsync(server.Client, person);

        for (var hours = 8; hours < 7 * 24; hours += 8)
        {
            clock.AdvanceHours(8);
            (await browser.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.OK);
        }
        clock.AdvanceHours(8);

        (await browser.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task Sessions_OfSettings_EndShorter()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(
            clock: clock, settings: ["--TALLYSTICK_SESSION_IDLE_MINUTES", "30", "--TALLYSTICK_SESSION_HOURS", "1"]);
        using var person = await Person.MakeAsync(server.Client);
        using var idle = await SignedInAsync(server.Client, person);
        using var used = await SignedInAsync(server.Client, person);

        clock.AdvanceMinutes(29);
        (await used.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.OK);
        clock.AdvanceMinutes(1);
        (await idle.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.Found);
        clock.AdvanceMinutes(28);
        (await used.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.OK);
        clock.AdvanceMinutes(2);

        (await used.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task Sessions_OfAPerson_AreListedAndRevoked()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var stranger = await Person.MakeAsync(administrator);
        using var browser = await SignedInAsync(administrator, person);
        using var phone = await SignedInAsync(administrator, person, Phone);
        using var tablet = await SignedInAsync(administrator, person);
        using var foreign = await SignedInAsync(administrator, stranger, Phone);
        var path = $"org/{administrator.OrganizationId}/settings/sessions";

        var list = await browser.GetAsync(path);
        list.Text.ShouldContain("You are signed in with 3 browsers.");
        list.Text.ShouldContain("Chrome on Android");
        var ofPhone = list.Text.Split("Revoke the session of Chrome on Android")[0].Split("value=\"")[^1][..36];
        (await foreign.SubmitAsync(path, "revoke", ("SessionId", ofPhone))).Status.ShouldBe(HttpStatusCode.SeeOther);
        (await phone.GetAsync(path)).Status.ShouldBe(HttpStatusCode.OK);
        (await browser.SubmitAsync(path, "revoke", ("SessionId", ofPhone))).Status.ShouldBe(HttpStatusCode.SeeOther);

        (await phone.GetAsync(path)).Location.ShouldStartWith("/sign-in?");
        (await tablet.GetAsync(path)).Status.ShouldBe(HttpStatusCode.OK);
        await browser.SubmitAsync(path, "revoke-others");
        (await tablet.GetAsync(path)).Location.ShouldStartWith("/sign-in?");
        (await browser.GetAsync(path)).Text.ShouldContain("You are signed in here only.");
        (await foreign.GetAsync(path)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SignOut_EndsTheSessionOnTheServer()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var browser = await SignedInAsync(administrator, person);
        using var thief = new Browser(administrator.Http.BaseAddress!);
        thief.Cookies.Add(browser.Session!);
        var path = $"org/{administrator.OrganizationId}";
        (await thief.GetAsync(path)).Status.ShouldBe(HttpStatusCode.OK);

        var page = await browser.GetAsync(path);
        (await browser.SubmitAsync(page, "sign-out", "/sign-out")).Location.ShouldBe("/sign-in");

        browser.Session.ShouldBeNull();
        (await thief.GetAsync(path)).Status.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task SignIn_OfSomebodyWhoHasASession_EndsTheFormer()
    {
        await using var server = await ApiServer.StartAsync();
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(server.Person.Email, server.Person.Password!);
        using var former = new Browser(server.Address);
        former.Cookies.Add(browser.Session!);
        (await former.GetAsync("sign-in/password")).Status.ShouldBe(HttpStatusCode.OK);

        await browser.SignInAsync(server.Person.Email, server.Person.Password!);

        (await browser.GetAsync("sign-in/password")).Status.ShouldBe(HttpStatusCode.OK);
        (await former.GetAsync("sign-in/password")).Status.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task Session_SurvivesARestartOfTheServer()
    {
        using var restarts = new Restarts();
        Cookie cookie;
        await using (var first = await restarts.StartAsync())
        {
            using var browser = new Browser(first.Address);
            var person = restarts.Credentials.Person!;
            (await browser.SignInAsync(person.Email, person.Password!)).Status.ShouldBe(HttpStatusCode.SeeOther);
            cookie = browser.Session!;
        }

        await using var second = await restarts.StartAsync();
        using var again = new Browser(second.Address);
        again.Cookies.Add(second.Address, new Cookie(cookie.Name, cookie.Value));

        (await again.GetAsync("")).Location.ShouldBe("/sign-in/password");
    }

    [Fact]
    public async Task PasswordChange_EndsAllOtherSessions()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var browser = await SignedInAsync(administrator, person);
        using var other = await SignedInAsync(administrator, person);
        var path = $"org/{administrator.OrganizationId}/settings/security";
        var before = browser.Session!.Value;

        (await ChangeAsync(browser, path, "wrong password")).Text.ShouldContain("The current password is incorrect.");
        (await ChangeAsync(browser, path, Person.Password)).Location.ShouldEndWith("?changed=password");

        browser.Session!.Value.ShouldNotBe(before);
        (await browser.GetAsync(path)).Status.ShouldBe(HttpStatusCode.OK);
        (await other.GetAsync(path)).Status.ShouldBe(HttpStatusCode.Found);
        (await person.Client.GetAsync("users/me")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Person_WhoseAccessEnds_LosesTheSessionAtTheNextRequest()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var browser = await SignedInAsync(administrator, person);
        var user = (await administrator.GetAsync($"users/{person.Id}")).Object;
        user["dtEndAccess"] = "2020-01-01T00:00:00Z";

        (await administrator.PutAsync($"users/{person.Id}", user)).Status.ShouldBe(HttpStatusCode.OK);

        (await browser.GetAsync($"org/{administrator.OrganizationId}")).Status.ShouldBe(HttpStatusCode.Found);
        (await browser.SignInAsync(person.Email, Person.Password)).Text.ShouldContain("Your access has ended.");
        browser.Session.ShouldBeNull();
    }

    [Fact]
    public async Task Organization_OfOthers_IsAnsweredLikeOneThatDoesNotExist()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var others = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var browser = await SignedInAsync(administrator, person);

        foreach (var page in (string[])["", "/settings/sessions", "/settings/security", "/no-such-page"])
        {
            var foreign = await browser.GetAsync($"org/{others.OrganizationId}{page}");
            var unknown = await browser.GetAsync($"org/{Guid.NewGuid()}{page}");
            foreign.Status.ShouldBe(HttpStatusCode.Forbidden);
            unknown.Status.ShouldBe(HttpStatusCode.Forbidden);
            foreign.Text.ShouldContain("No access");
            foreign.Text.ShouldNotContain(others.OrganizationId);
        }
        (await browser.GetAsync($"org/{administrator.OrganizationId}/no-such-page")).Status
            .ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Person_OfSeveralOrganizations_SelectsOne()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var second = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        var sent = (await second.PostAsync("invitations", Person.Invitation(person.Email))).Object;
        (await Person.AcceptAsync(second, (string)sent["acceptUrl"]!, Chosen, Person.Password)).Status
            .ShouldBe(HttpStatusCode.OK);
        using var browser = new Browser(administrator.Http.BaseAddress!);
        await browser.SignInAsync(person.Email, Chosen);

        var page = await browser.GetAsync("");

        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Text.ShouldContain("Select organization");
        page.Text.ShouldContain($"org/{administrator.OrganizationId}");
        page.Text.ShouldContain($"org/{second.OrganizationId}");
    }

    [Fact]
    public async Task Session_AtTheApi_IsNoToken()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        using var browser = await SignedInAsync(administrator, person);
        var me = $"organizations/{administrator.OrganizationId}/users/me";

        (await browser.GetAsync(me)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        using var client = new HttpClient { BaseAddress = administrator.Http.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", browser.Session!.Value);
        using var answer = await client.GetAsync(me, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Token_OfTheApi_IsNoSession()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        var token = person.Client.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        using var browser = new Browser(administrator.Http.BaseAddress!);
        browser.Cookies.Add(administrator.Http.BaseAddress!, new Cookie("tallystick-session", token));

        (await browser.GetAsync($"org/{administrator.OrganizationId}")).Status.ShouldBe(HttpStatusCode.Found);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"org/{administrator.OrganizationId}");
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = administrator.Http.BaseAddress,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
    }

    [Fact]
    public async Task Texts_OfPeople_CannotScript()
    {
        const string Script = "<script>alert(1)</script>\"'";
        using var administrator = await shared.NewOrganizationAsync();
        var invitation = Person.Invitation();
        invitation["firstName"] = Script;
        using var person = await Person.MakeAsync(administrator, invitation);
        using var browser = await SignedInAsync(administrator, person, $"{Script} Firefox/1 Linux");

        foreach (var page in (string[])["", "/settings/sessions", "/settings/security"])
        {
            var answer = await browser.GetAsync($"org/{administrator.OrganizationId}{page}");
            answer.Text.ShouldNotContain("<script>alert");
            answer.Text.ShouldContain("&lt;script&gt;alert(1)");
        }
    }

    private static async Task<Browser> SignedInAsync(
        ApiClient administrator, Person person, string userAgent = "Firefox/145.0 Linux")
    {
        var browser = new Browser(administrator.Http.BaseAddress!, userAgent);
        (await browser.SignInAsync(person.Email, Person.Password)).Status.ShouldBe(HttpStatusCode.SeeOther);
        return browser;
    }

    private static Task<PageAnswer> ChangeAsync(Browser browser, string path, string current) => browser.SubmitAsync(
        path, "password", ("CurrentPassword", current), ("NewPassword", Chosen), ("RepeatedPassword", Chosen));
}
