using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Users;

/// <summary>People come by invitation.</summary>
public sealed class InvitationTests(SqliteServer server)
{
    [Fact]
    public async Task Invitation_Accepted_MakesAUserWithItsPolicies()
    {
        using var administrator = await server.NewOrganizationAsync();
        var policy = (await administrator.PostAsync(
            "permissionpolicies", Principal.Policy("allow config:retrieve config:product"))).Id;

        using var person = await Person.MakeAsync(administrator, null, policy);

        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        (await person.Client.GetAsync("meters")).Status.ShouldBe(HttpStatusCode.Forbidden);
        var me = (await person.Client.GetAsync("users/me")).Object;
        ((string?)me["user"]!["email"]).ShouldBe(person.Email, StringCompareShould.IgnoreCase);
        ((string?)me["user"]!["firstName"]).ShouldBe("Ann");
        me["user"]!.AsObject().ContainsKey("permissionPolicy").ShouldBeFalse();
        ((string?)me["organization"]!["orgId"]).ShouldBe(administrator.OrganizationId);
        ((string?)me["organization"]!["status"]).ShouldBe("ACTIVE");
        var user = (await administrator.GetAsync($"users/{person.Id}")).Object;
        ((string?)user["contactNumber"]).ShouldBe("+44 1");
        (await administrator.GetAsync($"users?ids={person.Id}")).Data.Single().ToJsonString()
            .ShouldBe(user.ToJsonString());
        (await administrator.GetAsync($"users/{person.Id}/permissions")).Data.Single()["id"]!.GetValue<string>()
            .ShouldBe(policy);
        ((bool)(await administrator.GetAsync("invitations")).Data.Single()["accepted"]!).ShouldBeTrue();
        // What a person writes bears the person's name.
        (await administrator.PutAsync($"permissionpolicies/{policy}", Versioned(
            Principal.Policy("allow all config:product"), 1))).Status.ShouldBe(HttpStatusCode.OK);
        ((string?)(await person.Client.PostAsync("products", """{"name":"n","code":"c"}""")).Object["createdBy"])
            .ShouldBe($"USER_{person.Id}");
    }

    [Fact]
    public async Task Invitation_Read_TellsNothingSecret()
    {
        using var administrator = await server.NewOrganizationAsync();
        var sent = (await administrator.PostAsync("invitations", Person.Invitation())).Object;
        var url = new Uri((string)sent["acceptUrl"]!);

        var read = (await administrator.GetAsync($"invitations/{sent["id"]}")).Object;

        var listed = (await administrator.GetAsync("invitations")).Data.Single();
        listed.ToJsonString().ShouldBe(read.ToJsonString());
        read.Select(member => member.Key).ShouldBe(
            [
                "id", "version", "email", "firstName", "lastName", "dtExpiry", "invitingPrincipalId", "accepted",
                "dtCreated", "dtLastModified", "createdBy", "lastModifiedBy",
            ],
            ignoreOrder: true);
        using var page = await administrator.Http.GetAsync(
            url.GetLeftPart(UriPartial.Query), TestContext.Current.CancellationToken);
        page.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
    }

    [Fact]
    public async Task Invitation_WithAnotherLink_IsNotAccepted()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var stranger = await server.NewOrganizationAsync();
        var url = (string)(await administrator.PostAsync("invitations", Person.Invitation())).Object["acceptUrl"]!;

        foreach (var wrong in new[]
        {
            url[..^1] + (url[^1] == 'x' ? 'y' : 'x'), url + "x", url[..(url.IndexOf('#') + 1)] + "x",
            url.Replace(administrator.OrganizationId, stranger.OrganizationId, StringComparison.Ordinal),
            url.Replace(administrator.OrganizationId, "installation", StringComparison.Ordinal),
        })
            (await Person.AcceptAsync(administrator, wrong)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await Person.AcceptAsync(administrator, url, "short")).Faults.ShouldBe(["length password"]);
        (await administrator.GetAsync("users")).Data.ShouldBeEmpty();
        (await Person.AcceptAsync(administrator, url)).Status.ShouldBe(HttpStatusCode.OK);
        (await Person.AcceptAsync(administrator, url)).Status.ShouldBe(HttpStatusCode.Conflict);
        (await administrator.GetAsync("users")).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Invitation_Expired_IsNotAccepted()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var own = await ApiServer.StartAsync(clock: clock);
        var sent = (await own.Client.PostAsync("invitations", Person.Invitation())).Object;

        clock.AdvanceDays(30);

        ((string?)sent["dtExpiry"]).ShouldBe("2026-03-31T12:00:00Z");
        (await Person.AcceptAsync(own.Client, (string)sent["acceptUrl"]!)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("""{"email":"nobody"}""", "form email")]
    [InlineData("""{"firstName":null}""", "required firstName")]
    [InlineData("""{"lastName":null}""", "required lastName")]
    [InlineData("""{"dtExpiry":"2020-01-01T00:00:00Z"}""", "range dtExpiry")]
    [InlineData("""{"permissionPolicyIds":["x"]}""", "unknown_reference permissionPolicyIds[0]")]
    [InlineData("""{"m3terUser":true,"permissionPolicyIds":["00000000-0000-4000-8000-000000000002"]}""",
        "contradiction permissionPolicyIds")]
    public async Task Invitation_WithAFault_IsRefusedByPath(string change, string fault)
    {
        using var administrator = await server.NewOrganizationAsync();

        var answer = await administrator.PostAsync(
            "invitations", Rules.RuleTable.Changed(Person.Invitation(), change));

        answer.Faults.ShouldBe([fault]);
        (await administrator.GetAsync("invitations")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Invitation_ByWhoMayOnlyInvite_GivesNoMore()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var inviter = await Principal.MakeAsync(administrator, "allow config:create config:orgUserInvitation");
        var body = Person.Invitation();
        body["permissionPolicyIds"] = new JsonArray("00000000-0000-4000-8000-000000000002");

        (await inviter.Client.PostAsync("invitations", body)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await inviter.Client.PostAsync("invitations", Person.Invitation())).Status.ShouldBe(HttpStatusCode.OK);
        var support = Person.Invitation();
        support["m3terUser"] = true;
        // Support has nothing yet, and gets whatever is given to it later.
        (await inviter.Client.PostAsync("invitations", support)).Status.ShouldBe(HttpStatusCode.Forbidden);
        using var narrower = await Principal.MakeAsync(administrator, "allow all *", "deny all config:meter");
        (await narrower.Client.PostAsync("invitations", support)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await administrator.PostAsync("invitations", support)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Invitation_OfAnInviterWhoHasLostIt_GivesNothing(bool isSupport)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var inviter = await Principal.MakeAsync(administrator, "allow all *");
        var body = Person.Invitation();
        if (isSupport)
            body["m3terUser"] = true;
        else
            body["permissionPolicyIds"] = new JsonArray("00000000-0000-4000-8000-000000000002");
        var url = (string)(await inviter.Client.PostAsync("invitations", body)).Object["acceptUrl"]!;
        await inviter.MayAsync("allow config:create config:orgUserInvitation");

        var refused = await Person.AcceptAsync(administrator, url);

        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        (await administrator.GetAsync("users")).Data.ShouldBeEmpty();
        await inviter.MayAsync("allow all *");
        (await Person.AcceptAsync(administrator, url)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Invitation_OfAnInviterWithoutAnActiveKey_GivesNothing()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var inviter = await Principal.MakeAsync(administrator, "allow all *");
        var body = Person.Invitation();
        body["permissionPolicyIds"] = new JsonArray("00000000-0000-4000-8000-000000000002");
        var url = (string)(await inviter.Client.PostAsync("invitations", body)).Object["acceptUrl"]!;
        var key = $"serviceusers/{inviter.Id}/credentials/{inviter.Key["id"]}";
        (await administrator.PutAsync($"{key}/deactivate", "")).Status.ShouldBe(HttpStatusCode.OK);

        (await Person.AcceptAsync(administrator, url)).Status.ShouldBe(HttpStatusCode.Forbidden);

        (await administrator.GetAsync("users")).Data.ShouldBeEmpty();
        (await administrator.PutAsync($"{key}/activate", "")).Status.ShouldBe(HttpStatusCode.OK);
        (await Person.AcceptAsync(administrator, url)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Invitation_OfWhoIsAUserAlready_ChangesNothingOfTheUser()
    {
        using var administrator = await server.NewOrganizationAsync();
        var body = Person.Invitation();
        var deny = (await administrator.PostAsync("permissionpolicies", Principal.Policy("deny all *"))).Id;
        body["permissionPolicyIds"] = new JsonArray(deny);
        var url = (string)(await administrator.PostAsync("invitations", body)).Object["acceptUrl"]!;
        using var person = await Person.MakeAsync(
            administrator, Person.Invitation((string)body["email"]!), "00000000-0000-4000-8000-000000000001");

        (await Person.AcceptAsync(administrator, url)).Status.ShouldBe(HttpStatusCode.Conflict);

        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Person_InvitedByTwoOrganizations_HasOneLogin()
    {
        using var first = await server.NewOrganizationAsync();
        using var second = await server.NewOrganizationAsync();
        using var person = await Person.MakeAsync(first);
        var sent = (await second.PostAsync(
            "invitations", Person.Invitation(person.Email.ToUpperInvariant()))).Object;

        var accepted = (await Person.AcceptAsync(
            second, (string)sent["acceptUrl"]!, "another horse battery", Person.Password)).Object;

        ((string?)accepted["userId"]).ShouldBe(person.Id);
        (await person.SignInAsync("another horse battery")).Faults.ShouldBe(["unknown_value organizationId"]);
        (await person.SignInAsync("another horse battery", organizationId: second.OrganizationId)).Status
            .ShouldBe(HttpStatusCode.OK);
        (await person.Client.GetAsync($"../{second.OrganizationId}/users/me")).Status.ShouldBe(HttpStatusCode.OK);
        (await person.Client.GetAsync("users/me")).Status.ShouldBe(HttpStatusCode.Forbidden);
        // One organization does not hear of the other, nor can it take the login over.
        (await first.GetAsync($"users/{person.Id}")).Object["organizations"]!.ToJsonString()
            .ShouldBe($"[\"{first.OrganizationId}\"]");
        (await first.PutAsync($"users/{person.Id}/password/resend", "")).Faults.ShouldBe(["no_mail "]);
        (await second.PostAsync("invitations", Person.Invitation(person.Email))).Faults.ShouldBe(["taken email"]);
    }

    [Fact]
    public async Task Link_ShownToTheInviter_GivesNoPowerOverALoginThatExists()
    {
        using var first = await server.NewOrganizationAsync();
        using var second = await server.NewOrganizationAsync();
        using var person = await Person.MakeAsync(first);
        var url = (string)(await second.PostAsync(
            "invitations", Person.Invitation(person.Email))).Object["acceptUrl"]!;

        // The inviter opens the link that was meant for the person.
        (await Person.AcceptAsync(second, url, null)).Faults
            .ShouldBe(["length password", "required currentPassword"], ignoreOrder: true);
        (await Person.AcceptAsync(second, url, "password of the inviter")).Faults
            .ShouldBe(["required currentPassword"]);
        (await Person.AcceptAsync(second, url, "password of the inviter", "a wrong guess")).Status
            .ShouldBe(HttpStatusCode.Unauthorized);

        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        (await second.GetAsync("users")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task PasswordChosenByALinkThatWasShown_DoesNotOpenAnotherOrganization()
    {
        using var attacker = await server.NewOrganizationAsync();
        using var victim = await server.NewOrganizationAsync();
        // The attacker's own acceptance takes the address first.
        using var taken = await Person.MakeAsync(attacker);
        var url = (string)(await victim.PostAsync(
            "invitations", Person.Invitation(taken.Email))).Object["acceptUrl"]!;

        (await Person.AcceptAsync(victim, url, null, Person.Password)).Faults.ShouldBe(["length password"]);
        (await Person.AcceptAsync(victim, url, Person.Password, Person.Password)).Faults.ShouldBe(["same password"]);
        (await Person.AcceptAsync(victim, url, "known to me alone", Person.Password)).Status
            .ShouldBe(HttpStatusCode.OK);

        (await taken.SignInAsync(organizationId: victim.OrganizationId)).Status
            .ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Invitation_OfWhoHasALogin_IsAnsweredLikeAnyOther()
    {
        using var first = await server.NewOrganizationAsync();
        using var second = await server.NewOrganizationAsync();
        using var person = await Person.MakeAsync(first);

        foreach (var email in new[] { person.Email, $"nobody.{Guid.NewGuid():N}@example.com" })
            (await second.PostAsync("invitations", new JsonObject { ["email"] = email })).Faults
                .ShouldBe(["required firstName", "required lastName"]);
    }

    [Theory]
    [InlineData("a@b.de,c@d.de")]
    [InlineData("a@b.de;c@d.de")]
    [InlineData("Ann<a@b.de>")]
    [InlineData("team:a@b.de")]
    [InlineData("a(x)@b.de")]
    public async Task Invitation_ToMoreThanOneMailbox_IsRefused(string email)
    {
        using var administrator = await server.NewOrganizationAsync();

        (await administrator.PostAsync("invitations", Person.Invitation(email))).Faults.ShouldBe(["form email"]);
    }

    [Fact]
    public async Task Link_DoesNotSayWhatTheRequestSays()
    {
        using var administrator = await server.NewOrganizationAsync();
        administrator.Http.DefaultRequestHeaders.Host = "evil.example.com";

        var url = (string)(await administrator.PostAsync("invitations", Person.Invitation())).Object["acceptUrl"]!;

        new Uri(url).Authority.ShouldBe(administrator.Http.BaseAddress!.Authority);
    }

    private static JsonObject Versioned(JsonObject body, long version)
    {
        body["version"] = version;
        return body;
    }
}
