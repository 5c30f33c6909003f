using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Testing;
using OtpNet;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Pages;

/// <summary>Two-step verification: codes of an authenticator app, and recovery codes.</summary>
public sealed partial class TwoStepTests
{
    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 3, 1, 12, 0));

    [Fact]
    public async Task Codes_AfterSetUp_AreNeededAndAcceptedOnce()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(person.Email, Person.Password);
        var (secret, recovery) = await SetUpAsync(browser, server);
        using var phone = new Browser(server.Address);

        (await phone.SignInAsync(person.Email, Person.Password)).Location.ShouldBe("/");
        foreach (var path in (string[])["", $"org/{server.OrganizationId}", "sign-in/password"])
            (await phone.GetAsync(path)).Location.ShouldBe("/sign-in/code", path);
        (await EnterAsync(phone, "000000")).Status.ShouldBe(HttpStatusCode.Forbidden);
        // The code of the set-up was used there.
        (await EnterAsync(phone, CodeOf(secret))).Status.ShouldBe(HttpStatusCode.Forbidden);
        _clock.AdvanceSeconds(30);
        var before = phone.Session!.Value;
        (await EnterAsync(phone, CodeOf(secret))).Location.ShouldBe("/");

        phone.Session!.Value.ShouldNotBe(before);
        (await phone.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.OK);
        using var again = new Browser(server.Address);
        await again.SignInAsync(person.Email, Person.Password);
        (await EnterAsync(again, CodeOf(secret))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await EnterAsync(again, recovery[3].ToUpperInvariant())).Location.ShouldBe("/");
        using var third = new Browser(server.Address);
        await third.SignInAsync(person.Email, Person.Password);
        (await EnterAsync(third, recovery[3])).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Codes_ThatAreWrongFiveTimes_MustWait()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(person.Email, Person.Password);
        var (secret, _) = await SetUpAsync(browser, server);
        _clock.AdvanceMinutes(1);
        using var guesser = new Browser(server.Address);
        await guesser.SignInAsync(person.Email, Person.Password);
        var right = CodeOf(secret);
        var wrong = right == "111111" ? "222222" : "111111";
        for (var guess = 0; guess < 5; guess++)
            (await EnterAsync(guesser, wrong)).Status.ShouldBe(HttpStatusCode.Forbidden);

        var refused = await EnterAsync(guesser, right);

        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Text.ShouldContain("Too many incorrect codes. Try again in 15 minutes.");
    }

    [Fact]
    public async Task PasswordWithoutACode_IsNotEnoughAtTheApiEither()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(person.Email, Person.Password);
        var (secret, recovery) = await SetUpAsync(browser, server);
        _clock.AdvanceMinutes(1);

        var without = await SignInAsync(person, null);
        var wrong = await SignInAsync(person, "000000");
        var right = await SignInAsync(person, CodeOf(secret));
        var repeated = await SignInAsync(person, CodeOf(secret));
        var recovered = await SignInAsync(person, recovery[0]);

        without.Faults.ShouldBe(["required code"]);
        wrong.Status.ShouldBe(HttpStatusCode.Unauthorized);
        right.Status.ShouldBe(HttpStatusCode.OK);
        repeated.Status.ShouldBe(HttpStatusCode.Unauthorized);
        recovered.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task TwoSteps_AreTurnedOff_WithPasswordAndCode()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(person.Email, Person.Password);
        var (_, recovery) = await SetUpAsync(browser, server);

        (await TurnOffAsync(browser, server, "wrong password", recovery[0])).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await TurnOffAsync(browser, server, Person.Password, "000000")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await TurnOffAsync(browser, server, Person.Password, recovery[0])).Status.ShouldBe(HttpStatusCode.SeeOther);

        using var other = new Browser(server.Address);
        await other.SignInAsync(person.Email, Person.Password);
        (await other.GetAsync($"org/{server.OrganizationId}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Proposal_OfAnotherPerson_IsNotAccepted()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var other = await Person.MakeAsync(server.Client);
        using var browser = new Browser(server.Address);
        using var attacker = new Browser(server.Address);
        await browser.SignInAsync(person.Email, Person.Password);
        await attacker.SignInAsync(other.Email, Person.Password);
        var proposed = (await attacker.GetAsync(PathOf(server))).Text;
        var sealedProposal = Sealed().Match(proposed).Groups[1].Value;

        var answer = await browser.SubmitAsync(
            PathOf(server), "set-up-factor", ("Sealed", sealedProposal),
            ("FactorCode", CodeOf(Key().Match(proposed).Groups[1].Value)));

        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Secrets_OfTheSecondFactor_AreNotReadableInTheStore()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(person.Email, Person.Password);
        var (secret, recovery) = await SetUpAsync(browser, server);
        var login = (await server.Service<Access.Users.Logins>()
            .FindByIdAsync(person.Id, TestContext.Current.CancellationToken))!;

        var stored = System.Text.Encoding.UTF8.GetString(Access.Users.LoginResource.Definition.Write(login));

        stored.ShouldContain("recoveryHashes");
        stored.ShouldNotContain(secret);
        stored.ShouldNotContain(recovery[0]);
        stored.ShouldNotContain(recovery[0].Replace("-", "", StringComparison.Ordinal));
    }

    private async Task<(string Secret, IReadOnlyList<string> Recovery)> SetUpAsync(Browser browser, ApiServer server)
    {
        var page = await browser.GetAsync(PathOf(server));
        var secret = Key().Match(page.Text).Groups[1].Value;
        (await browser.SubmitAsync(page, PathOf(server), "set-up-factor", ("FactorCode", "12345"))).Status
            .ShouldBe(HttpStatusCode.Forbidden);
        var done = await browser.SubmitAsync(page, PathOf(server), "set-up-factor", ("FactorCode", CodeOf(secret)));
        var recovery = Recovery().Matches(done.Text).Select(match => match.Groups[1].Value).ToList();
        recovery.Count.ShouldBe(10);
        (await browser.GetAsync(PathOf(server))).Text.ShouldNotContain(recovery[0]);
        return (secret, recovery);
    }

    private string CodeOf(string secret) =>
        new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(_clock.GetCurrentInstant().ToDateTimeUtc());

    private static string PathOf(ApiServer server) => $"org/{server.OrganizationId}/settings/security";

    private static Task<PageAnswer> EnterAsync(Browser browser, string code) =>
        browser.SubmitAsync("sign-in/code", "code", ("Code", code));

    private static Task<PageAnswer> TurnOffAsync(Browser browser, ApiServer server, string password, string code) =>
        browser.SubmitAsync(PathOf(server), "remove-factor", ("FactorPassword", password), ("FactorCode", code));

    private static Task<ApiAnswer> SignInAsync(Person person, string? code) => Person.PostAsync(
        person.Client, "signin",
        new JsonObject { ["email"] = person.Email, ["password"] = Person.Password, ["code"] = code });

    [GeneratedRegex("Key: <span class=\"code\">([A-Z2-7]+)</span>")]
    private static partial Regex Key();

    [GeneratedRegex("<li>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</li>")]
    private static partial Regex Recovery();

    [GeneratedRegex("name=\"Sealed\" value=\"([^\"]+)\"")]
    private static partial Regex Sealed();
}
