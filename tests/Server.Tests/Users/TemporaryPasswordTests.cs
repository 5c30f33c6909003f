using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Users;

/// <summary>
/// A temporary password expires, and its mail may never arrive: it must not leave an organization without anybody who
/// can do everything.
/// </summary>
public sealed class TemporaryPasswordTests
{
    private const string Administrator = "00000000-0000-4000-8000-000000000001";

    [Fact]
    public async Task TemporaryPassword_OfTheLastAdministrator_IsRefusedAndNotMailed()
    {
        using var mail = new MailServer();
        await using var server = await ApiServer.StartAsync(settings: mail.Settings);
        using var last = await Member.AdministratorAsync(mail, server.Client, "last@example.com");
        using var passing = await Member.AdministratorAsync(
            mail, server.Client, "passing@example.com", "2999-01-01T00:00:00Z");
        await last.RemoveProgramsAsync();

        await ShouldBeLastAsync(last.Client, last, mail);
        await ShouldBeLastAsync(passing.Client, last, mail);

        // One whose access ends was not the last one.
        (await last.ResendAsync(passing)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task TemporaryPassword_WithoutAMailServer_IsRefusedAlike()
    {
        await using var server = await ApiServer.StartAsync();
        using var person = await Person.MakeAsync(server.Client, null, Administrator);
        var own = (string)(await server.Client.GetAsync("serviceusers")).Data.Single()["id"]!;
        (await person.Client.DeleteAsync($"serviceusers/{own}")).Status.ShouldBe(HttpStatusCode.OK);

        var refused = await person.Client.PutAsync($"users/{person.Id}/password/resend", "");

        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Faults.ShouldBe(["last_administrator "]);
        refused.Json!.AsObject().ContainsKey("temporaryPassword").ShouldBeFalse();
        (await person.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task TemporaryPassword_WithAnotherAdministrator_IsMailed()
    {
        using var mail = new MailServer();
        await using var server = await ApiServer.StartAsync(settings: mail.Settings);
        using var one = await Member.AdministratorAsync(mail, server.Client, "one@example.com");
        using var other = await Member.AdministratorAsync(mail, server.Client, "other@example.com");
        await one.RemoveProgramsAsync();

        (await other.ResendAsync(one)).Status.ShouldBe(HttpStatusCode.OK);

        (await mail.ReceiveAsync()).ShouldContain("temporary password");
        (await one.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        // Now the other is the last one; who has a temporary password may get the next.
        await ShouldBeLastAsync(other.Client, other, mail);
        (await other.ResendAsync(one)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task TemporaryPassword_OfTheLastAdministratorOfAnotherOrganization_IsRefusedAndNotMailed()
    {
        using var mail = new MailServer();
        await using var server = await ApiServer.StartAsync(settings: mail.Settings);
        using var elsewhere = await server.AddOrganizationAsync();
        using var plain = await Member.InviteAsync(mail, server.Client, Person.Invitation("both@example.com"));
        using var last = await Member.AdministratorAsync(mail, elsewhere, "both@example.com");
        last.Id.ShouldBe(plain.Id);
        await last.RemoveProgramsAsync();

        // The organization that asks has another administrator, and the person may do nothing there.
        await ShouldBeLastAsync(server.Client, last, mail);

        using var other = await Member.AdministratorAsync(mail, last.Client, "other@example.com");
        (await server.Client.PutAsync($"users/{last.Id}/password/resend", "")).Status.ShouldBe(HttpStatusCode.OK);
        (await mail.ReceiveAsync()).ShouldContain("To: both@example.com");
        (await last.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    // Refused, with nothing mailed and nothing changed: both the token and the password are good.
    private static async Task ShouldBeLastAsync(ApiClient by, Member member, MailServer mail)
    {
        var refused = await by.PutAsync($"users/{member.Id}/password/resend", "");

        refused.Status.ShouldBe(HttpStatusCode.Conflict, refused.Message);
        refused.Faults.ShouldBe(["last_administrator "]);
        refused.Message.ShouldNotContain(member.Client.OrganizationId);
        mail.Waiting.ShouldBe(0);
        (await member.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        await member.SignInAsync();
    }

    /// <summary>A person who was invited by mail to an organization, and works there.</summary>
    private sealed record Member(string Id, string Email, ApiClient Client) : IDisposable
    {
        internal static Task<Member> AdministratorAsync(
            MailServer mail, ApiClient by, string email, string? ends = null)
        {
            var invitation = Person.Invitation(email);
            invitation["permissionPolicyIds"] = new JsonArray(Administrator);
            invitation["dtEndAccess"] = ends;
            return InviteAsync(mail, by, invitation);
        }

        internal static async Task<Member> InviteAsync(MailServer mail, ApiClient by, JsonObject invitation)
        {
            (await by.PostAsync("invitations", invitation)).Object.ContainsKey("acceptUrl").ShouldBeFalse();
            var accepted = (await Person.AcceptAsync(by, await mail.ReceiveLinkAsync())).Object;
            var member = new Member(
                (string)accepted["userId"]!, (string)accepted["email"]!,
                new ApiClient(by.Http.BaseAddress!, by.OrganizationId));
            await member.SignInAsync();
            return member;
        }

        internal async Task SignInAsync()
        {
            var token = (string)(await Person.PostAsync(Client, "signin", new JsonObject
            {
                ["email"] = Email,
                ["password"] = Person.Password,
                ["organizationId"] = Client.OrganizationId,
            })).Object["access_token"]!;
            Client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        internal Task<ApiAnswer> ResendAsync(Member whom) => Client.PutAsync($"users/{whom.Id}/password/resend", "");

        /// <summary>Deletes the service users, so that only people are left.</summary>
        internal async Task RemoveProgramsAsync()
        {
            foreach (var program in (await Client.GetAsync("serviceusers")).Data)
                (await Client.DeleteAsync($"serviceusers/{program["id"]}")).Status.ShouldBe(HttpStatusCode.OK);
        }

        public void Dispose() => Client.Dispose();
    }
}
