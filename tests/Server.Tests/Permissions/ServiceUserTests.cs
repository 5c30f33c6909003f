using System.Net;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>Service users and their access keys.</summary>
public sealed class ServiceUserTests(SqliteServer server)
{
    [Fact]
    public async Task ServiceUser_Life_FollowsTheRules()
    {
        using var client = await server.NewOrganizationAsync();

        var made = (await client.PostAsync("serviceusers", """{"name":"Loader"}""")).Object;
        var path = $"serviceusers/{made["id"]}";
        var renamed = (await client.PutAsync(path, """{"name":"Importer","version":1}""")).Object;

        ((string?)renamed["name"]).ShouldBe("Importer");
        ((long)renamed["version"]!).ShouldBe(2);
        (await client.PutAsync(path, """{"name":"Other","version":1}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsync("serviceusers", "{}")).Faults.ShouldBe(["required name"]);
        (await client.GetAsync("serviceusers")).Data.Select(user => (string?)user["name"])
            .ShouldBe(["Importer", "Administrator"]);
        (await client.DeleteAsync(path)).Object.ToJsonString().ShouldBe(renamed.ToJsonString());
        (await client.GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task AccessKey_Made_ShowsItsSecretOnce()
    {
        using var client = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(client);
        var path = $"serviceusers/{principal.Id}/credentials";

        var secret = (string)principal.Key["apiSecret"]!;

        secret.Length.ShouldBe(48);
        ((string?)principal.Key["status"]).ShouldBe("ACTIVE");
        var read = await client.GetAsync($"{path}/{principal.Key["id"]}");
        read.Object.ContainsKey("apiSecret").ShouldBeFalse();
        var list = (await client.GetAsync(path)).Object.ToJsonString();
        list.ShouldContain((string)principal.Key["accessKeyId"]!);
        list.ShouldNotContain(secret);
        list.ShouldNotContain("ecretHash");
    }

    [Fact]
    public async Task AccessKeys_Several_EachOpenUntilTakenAway()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var first = await Principal.MakeAsync(administrator, "allow all config:product");
        var path = $"serviceusers/{first.Id}/credentials";
        var second = (await administrator.PostAsync(path, "")).Object;
        using var rotated = new ApiClient(administrator.Http.BaseAddress!, administrator.OrganizationId);
        await rotated.SignInAsync((string)second["accessKeyId"]!, (string)second["apiSecret"]!);
        var key = $"{path}/{first.Key["id"]}";

        ((string?)(await administrator.PutAsync($"{key}/deactivate", "")).Object["status"]).ShouldBe("INACTIVE");

        // At once, though the token is good for hours.
        (await first.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SignInStatusAsync(first)).ShouldBe(HttpStatusCode.Unauthorized);
        (await rotated.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        ((string?)(await administrator.PutAsync($"{key}/activate", "")).Object["status"]).ShouldBe("ACTIVE");
        (await first.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        (await administrator.DeleteAsync(key)).Id.ShouldBe((string)first.Key["id"]!);
        (await first.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await administrator.GetAsync(key)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await administrator.GetAsync(path)).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task ServiceUser_Deleted_LosesAccessAtOnce()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator, "allow all *");
        (await principal.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);

        (await administrator.DeleteAsync($"serviceusers/{principal.Id}")).Status.ShouldBe(HttpStatusCode.OK);

        (await principal.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await SignInStatusAsync(principal)).ShouldBe(HttpStatusCode.Unauthorized);
        // Nothing holds its policy any more.
        (await administrator.DeleteAsync($"permissionpolicies/{principal.PolicyId}")).Status
            .ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task ServiceUser_ItselfAndItsKey_CannotBeTakenAwayByIt()
    {
        using var administrator = await server.NewOrganizationAsync();
        var own = (string)(await administrator.GetAsync("serviceusers")).Data.Single()["id"]!;
        var key = (string)(await administrator.GetAsync($"serviceusers/{own}/credentials")).Data.Single()["id"]!;

        foreach (var refused in new[]
        {
            await administrator.DeleteAsync($"serviceusers/{own}"),
            await administrator.DeleteAsync($"serviceusers/{own}/credentials/{key}"),
            await administrator.PutAsync($"serviceusers/{own}/credentials/{key}/deactivate", ""),
        })
            refused.Faults.ShouldBe(["own "]);
        (await administrator.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AccessKey_OfAnotherServiceUserOrOrganization_IsNotFound()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var stranger = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator);
        using var other = await Principal.MakeAsync(administrator);
        var id = (string)principal.Key["id"]!;

        (await administrator.GetAsync($"serviceusers/{other.Id}/credentials/{id}")).Status
            .ShouldBe(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"serviceusers/{principal.Id}/credentials/{id}")).Status
            .ShouldBe(HttpStatusCode.NotFound);
        (await stranger.DeleteAsync($"serviceusers/{principal.Id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await principal.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task AccessKey_Used_TellsWhen()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var own = await ApiServer.StartAsync(clock: clock);
        using var principal = await Principal.MakeAsync(own.Client);
        var path = $"serviceusers/{principal.Id}/credentials";

        ((string?)(await own.Client.GetAsync(path)).Data.Single()["dtLastUsed"]).ShouldBe("2026-03-01T12:00:00Z");
        clock.AdvanceHours(2);
        (await principal.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);

        ((string?)(await own.Client.GetAsync(path)).Data.Single()["dtLastUsed"]).ShouldBe("2026-03-01T14:00:00Z");
    }

    [Fact]
    public async Task AccessKeys_FiftyOfOneServiceUser_AreEnough()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator);
        var path = $"serviceusers/{principal.Id}/credentials";
        for (var number = 1; number < 50; number++)
            (await administrator.PostAsync(path, "")).Status.ShouldBe(HttpStatusCode.OK);

        (await administrator.PostAsync(path, "")).Faults.ShouldBe(["count "]);
        (await administrator.GetAsync(path)).Data.Count.ShouldBe(50);
    }

    private static async Task<HttpStatusCode> SignInStatusAsync(Principal principal)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "oauth/token")
        {
            Content = new StringContent("grant_type=client_credentials"),
        };
        var basic = System.Text.Encoding.UTF8.GetBytes($"{principal.Key["accessKeyId"]}:{principal.Key["apiSecret"]}");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(basic));
        return (await principal.Client.AnswerAsync(request)).Status;
    }
}
