using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Users;

/// <summary>Users: signing in, passwords, the end of access, groups, support.</summary>
public sealed class UserTests(SqliteServer server)
{
    private const string Reading = "allow config:retrieve config:product";

    [Fact]
    public async Task ServiceUser_WithoutAPolicy_SeesWhoItIs()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var program = await Principal.MakeAsync(administrator);

        var me = (await program.Client.GetAsync("users/me")).Object;

        ((string?)me["serviceUser"]!["id"]).ShouldBe(program.Id);
        ((string?)me["organization"]!["organizationName"]).ShouldBe("My organization");
        me.ContainsKey("user").ShouldBeFalse();
    }

    [Fact]
    public async Task User_WithStatementsOfItsOwn_MayDoWhatTheySay()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);

        var updated = (await UpdateAsync(administrator, person, Reading)).Object;

        updated["permissionPolicy"]!.AsArray().Count.ShouldBe(1);
        ((string?)updated["firstName"]).ShouldBe("Ann");
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        (await UpdateAsync(administrator, person, "allow all config:product", "deny all *")).Object.ShouldNotBeNull();
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await UpdateAsync(administrator, person, "allow all meter")).Faults
            .ShouldBe(["form permissionPolicy[0].resource[0]"]);
    }

    [Fact]
    public async Task User_WhoseAccessEnds_IsOutAtOnce()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var own = await ApiServer.StartAsync(clock: clock);
        using var person = await Person.MakeAsync(own.Client);
        await UpdateAsync(own.Client, person, Reading);
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);

        await EndAsync(own.Client, person, "2026-03-01T12:00:05Z");
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        clock.AdvanceSeconds(5);
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.Forbidden);
        await EndAsync(own.Client, person, null);
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        await EndAsync(own.Client, person, "2026-02-01T00:00:00Z");
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task User_CannotEndTheirOwnAccess()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        await UpdateAsync(administrator, person, "allow all *");
        var user = (await person.Client.GetAsync($"users/{person.Id}")).Object;
        user["dtEndAccess"] = "2020-01-01T00:00:00Z";

        (await person.Client.PutAsync($"users/{person.Id}", user)).Faults.ShouldBe(["own dtEndAccess"]);
    }

    [Fact]
    public async Task TemporaryPassword_IsGoodForOneSignInWhichSetsAnother()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var own = await ApiServer.StartAsync(clock: clock);
        using var person = await Person.MakeAsync(own.Client);
        var resend = $"users/{person.Id}/password/resend";

        var temporary = (string)(await own.Client.PutAsync(resend, "")).Object["temporaryPassword"]!;

        // Tokens of the password before are no longer good, nor is it.
        (await person.Client.GetAsync("users/me")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await person.SignInAsync(temporary)).Faults.ShouldBe(["required newPassword"]);
        (await person.SignInAsync(temporary, "short")).Faults.ShouldBe(["length newPassword"]);
        (await person.SignInAsync(temporary, temporary)).Faults.ShouldBe(["same newPassword"]);
        (await person.SignInAsync(temporary, "another password")).Status.ShouldBe(HttpStatusCode.OK);
        (await person.Client.GetAsync("users/me")).Status.ShouldBe(HttpStatusCode.OK);
        (await person.SignInAsync(temporary, "yet another one")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await own.Client.PutAsync($"users/{Guid.NewGuid()}/password/resend", "")).Status
            .ShouldBe(HttpStatusCode.NotFound);
        var late = (string)(await own.Client.PutAsync(resend, "")).Object["temporaryPassword"]!;
        clock.AdvanceDays(30);
        (await person.SignInAsync(late, "a third password")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task SignIn_WithTooManyWrongPasswords_IsLockedForAWhile()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var own = await ApiServer.StartAsync(clock: clock);
        using var person = await Person.MakeAsync(own.Client);
        for (var attempt = 0; attempt < 5; attempt++)
            (await person.SignInAsync("wrong password")).Status.ShouldBe(HttpStatusCode.Unauthorized);

        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        clock.AdvanceMinutes(15);
        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var body in new JsonObject[] { [], new() { ["email"] = new string('a', 400), ["password"] = "x" } })
            (await Person.PostAsync(own.Client, "signin", body)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Person.PostAsync(own.Client, "signin", new() { ["email"] = "no@example.com", ["password"] = "x" }))
            .Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task PasswordOfOneWhoMayMore_CannotBeReset()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var helper = await Principal.MakeAsync(administrator, "allow config:update config:orgUser");
        using var powerful = await Person.MakeAsync(administrator);
        using var plain = await Person.MakeAsync(administrator);
        await UpdateAsync(administrator, powerful, "allow all *");

        (await helper.Client.PutAsync($"users/{powerful.Id}/password/resend", "")).Status
            .ShouldBe(HttpStatusCode.Forbidden);
        (await helper.Client.PutAsync($"users/{plain.Id}/password/resend", "")).Status.ShouldBe(HttpStatusCode.OK);
    }

    // Support has nothing yet, and gets whatever is given to it later.
    [Fact]
    public async Task PasswordOfASupportUser_IsResetOnlyByWhoMayDoEverything()
    {
        using var administrator = await server.NewOrganizationAsync();
        var invitation = Person.Invitation();
        invitation["m3terUser"] = true;
        var sent = (string)(await administrator.PostAsync("invitations", invitation)).Object["acceptUrl"]!;
        var id = (string)(await Person.AcceptAsync(administrator, sent)).Object["userId"]!;
        using var narrower = await Principal.MakeAsync(administrator, "allow all *", "deny all config:meter");

        (await narrower.Client.PutAsync($"users/{id}/password/resend", "")).Status.ShouldBe(HttpStatusCode.Forbidden);

        (await administrator.PutAsync($"users/{id}/password/resend", "")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task UserGroup_GivesItsMembersItsPolicies_AlsoWhenNested()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        var outer = (await administrator.PostAsync("resourcegroups/user", """{"name":"Company"}""")).Id;
        var inner = (await administrator.PostAsync("resourcegroups/user", """{"name":"Sales"}""")).Id;
        var policy = (await administrator.PostAsync("permissionpolicies", Principal.Policy(Reading))).Id;
        await administrator.PostAsync($"permissionpolicies/{policy}/addtousergroup", Body("principalId", outer));

        await AddAsync(administrator, inner, person.Id, "item");
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        await AddAsync(administrator, outer, inner, "group");

        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        (await administrator.GetAsync($"users/{person.Id}/usergroups")).Data.Select(group => (string?)group["name"])
            .ShouldBe(["Sales"]);
        (await administrator.GetAsync($"users/{person.Id}/usergroups?inherited=true")).Data
            .Select(group => (string?)group["name"]).ShouldBe(["Sales", "Company"]);
        (await administrator.GetAsync($"resourcegroups/user/{outer}/permissions")).Data.Single()["id"]!
            .GetValue<string>().ShouldBe(policy);
        // A deny of the group wins over what the person has.
        await UpdateAsync(administrator, person, "allow all *");
        var denial = (await administrator.PostAsync(
            "permissionpolicies", Principal.Policy("deny config:retrieve config:meter"))).Id;
        await administrator.PostAsync($"permissionpolicies/{denial}/addtousergroup", Body("principalId", outer));
        (await person.Client.GetAsync("meters")).Status.ShouldBe(HttpStatusCode.Forbidden);
        // Who is denied cannot leave the group.
        var leave = await person.Client.PostAsync($"resourcegroups/user/{inner}/removeresource",
            new JsonObject { ["targetId"] = person.Id, ["targetType"] = "ITEM" });
        leave.Status.ShouldBe(HttpStatusCode.Forbidden);
        (await administrator.DeleteAsync($"resourcegroups/user/{outer}")).Id.ShouldBe(outer);
        (await person.Client.GetAsync("meters")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SupportUser_MayDoWhatSupportMay_UntilItEnds()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var own = await ApiServer.StartAsync(clock: clock);
        var invitation = Person.Invitation();
        invitation["m3terUser"] = true;
        var sent = (string)(await own.Client.PostAsync("invitations", invitation)).Object["acceptUrl"]!;
        (await Person.AcceptAsync(own.Client, sent)).Status.ShouldBe(HttpStatusCode.OK);
        var policy = (await own.Client.PostAsync("permissionpolicies", Principal.Policy(Reading))).Id;
        (await own.Client.PostAsync($"permissionpolicies/{policy}/addtosupportusers", "{}")).Object.ShouldNotBeNull();
        var support = (await own.Client.GetAsync("support")).Object;
        var body = new JsonObject { ["email"] = (string)invitation["email"]!, ["password"] = Person.Password };
        (await Person.PostAsync(own.Client, "signin", body)).Status.ShouldBe(HttpStatusCode.Forbidden);

        support["dtEndSupportUsersAccess"] = "2026-03-01T16:30:00Z";
        support["supportUsersPermissionPolicy"] =
            new JsonArray(Principal.Statement("allow config:retrieve config:meter"));
        (await own.Client.PutAsync("support", support)).Status.ShouldBe(HttpStatusCode.OK);
        var token = (string)(await Person.PostAsync(own.Client, "signin", body)).Object["access_token"]!;
        using var supporter = new ApiClient(own.Address, own.OrganizationId);
        supporter.Http.DefaultRequestHeaders.Authorization = new("Bearer", token);

        (await supporter.GetAsync("meters")).Status.ShouldBe(HttpStatusCode.OK);
        (await supporter.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        (await supporter.GetAsync("accounts")).Status.ShouldBe(HttpStatusCode.Forbidden);
        clock.AdvanceHours(4);
        (await own.Client.PostAsync($"permissionpolicies/{policy}/removefromsupportusers", "")).Status
            .ShouldBe(HttpStatusCode.OK);
        (await supporter.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await supporter.GetAsync("meters")).Status.ShouldBe(HttpStatusCode.OK);
        clock.AdvanceMinutes(30);
        (await supporter.GetAsync("meters")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static async Task<ApiAnswer> UpdateAsync(
        ApiClient administrator, Person person, params string[] statements)
    {
        var user = (await administrator.GetAsync($"users/{person.Id}")).Object;
        user["permissionPolicy"] = new JsonArray([.. statements.Select(Principal.Statement)]);
        return await administrator.PutAsync($"users/{person.Id}", user);
    }

    private static async Task EndAsync(ApiClient administrator, Person person, string? end)
    {
        var user = (await administrator.GetAsync($"users/{person.Id}")).Object;
        user["dtEndAccess"] = end;
        (await administrator.PutAsync($"users/{person.Id}", user)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task AddAsync(ApiClient administrator, string groupId, string targetId, string type) =>
        (await administrator.PostAsync($"resourcegroups/user/{groupId}/addresource",
            new JsonObject { ["targetId"] = targetId, ["targetType"] = type })).Id.ShouldBe(groupId);

    private static JsonObject Body(string name, string value) => new() { [name] = value };
}
