using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Permissions;

public sealed class SqliteLastAdministratorTests(SqliteServer server) : LastAdministratorSuite(server);

public sealed class PostgresLastAdministratorTests(PostgresServer server) : LastAdministratorSuite(server);

/// <summary>An organization keeps a principal that can really do everything.</summary>
public abstract class LastAdministratorSuite(SharedServer server)
{
    private const string Administrator = "00000000-0000-4000-8000-000000000001";

    [Fact]
    public async Task Program_TheLastAdministrator_CannotEndItsOwnAccess()
    {
        using var client = await server.NewOrganizationAsync();
        var own = (string)(await client.GetAsync("serviceusers")).Data.Single()["id"]!;
        var deny = (await client.PostAsync("permissionpolicies", Principal.Policy("deny all config:meter"))).Id;
        var less = Principal.Policy("allow all config:*");
        less["version"] = 1;
        var second = (await client.PostAsync("permissionpolicies", Principal.Policy("allow all *"))).Id;
        await ShouldBeOkAsync(client.PostAsync($"permissionpolicies/{second}/addtoserviceuser", Named(own)));
        await ShouldBeOkAsync(
            client.PostAsync($"permissionpolicies/{Administrator}/removefromserviceuser", Named(own)));

        await ShouldBeLastAsync(client.PostAsync($"permissionpolicies/{deny}/addtoserviceuser", Named(own)));
        await ShouldBeLastAsync(client.PutAsync($"permissionpolicies/{second}", less));
        await ShouldBeLastAsync(client.PostAsync($"permissionpolicies/{second}/removefromserviceuser", Named(own)));

        await ShouldBeOkAsync(client.PostAsync("products", """{"name":"n","code":"c"}"""));
    }

    [Fact]
    public async Task Programs_OthersWithoutAKey_DoNotCount()
    {
        using var client = await server.NewOrganizationAsync();
        var own = (string)(await client.GetAsync("serviceusers")).Data.Single()["id"]!;
        using var other = await Principal.MakeAsync(client, "allow all *");
        var key = $"serviceusers/{other.Id}/credentials/{other.Key["id"]}";
        await ShouldBeOkAsync(client.PutAsync($"{key}/deactivate", ""));

        await ShouldBeLastAsync(
            client.PostAsync($"permissionpolicies/{Administrator}/removefromserviceuser", Named(own)));

        await ShouldBeOkAsync(client.PutAsync($"{key}/activate", ""));
        await ShouldBeOkAsync(
            client.PostAsync($"permissionpolicies/{Administrator}/removefromserviceuser", Named(own)));
        // Now the other is the last one, and nobody but it may take its key.
        (await client.PutAsync($"{key}/deactivate", "")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await other.Client.PutAsync($"{key}/deactivate", "")).Faults.ShouldBe(["own "]);
        (await other.Client.DeleteAsync($"serviceusers/{other.Id}")).Faults.ShouldBe(["own "]);
    }

    [Fact]
    public async Task Person_TheLastAdministratorByAGroup_CannotEndItsOwnAccess()
    {
        using var client = await server.NewOrganizationAsync();
        var own = (string)(await client.GetAsync("serviceusers")).Data.Single()["id"]!;
        using var person = await Person.MakeAsync(client);
        var group = (await client.PostAsync("resourcegroups/user", """{"name":"Group"}""")).Id;
        var outer = (await client.PostAsync("resourcegroups/user", """{"name":"Outer"}""")).Id;
        var path = $"resourcegroups/user/{group}";
        await ShouldBeOkAsync(client.PostAsync($"{path}/addresource", Item(person.Id)));
        await ShouldBeOkAsync(client.PostAsync($"resourcegroups/user/{outer}/addresource", Item(group, "group")));
        await ShouldBeOkAsync(client.PostAsync($"permissionpolicies/{Administrator}/addtousergroup", Named(outer)));
        var deny = (await client.PostAsync("permissionpolicies", Principal.Policy("deny all config:meter"))).Id;

        await ShouldBeOkAsync(person.Client.DeleteAsync($"serviceusers/{own}"));

        await ShouldBeLastAsync(person.Client.PostAsync($"{path}/removeresource", Item(person.Id)));
        await ShouldBeLastAsync(person.Client.DeleteAsync(path));
        await ShouldBeLastAsync(
            person.Client.PostAsync($"resourcegroups/user/{outer}/removeresource", Item(group, "group")));
        await ShouldBeLastAsync(
            person.Client.PostAsync($"permissionpolicies/{Administrator}/removefromusergroup", Named(outer)));
        await ShouldBeLastAsync(person.Client.PostAsync($"permissionpolicies/{deny}/addtousergroup", Named(group)));
        await ShouldBeLastAsync(person.Client.PostAsync($"permissionpolicies/{deny}/addtouser", Named(person.Id)));
        await ShouldBeLastAsync(person.Client.PutAsync(
            $"users/{person.Id}", """{"version":1,"dtEndAccess":"2999-01-01T00:00:00Z"}"""));
        await ShouldBeLastAsync(person.Client.PutAsync($"users/{person.Id}", new JsonObject
        {
            ["version"] = 1,
            ["permissionPolicy"] = new JsonArray(Principal.Statement("deny all config:meter")),
        }));

        await ShouldBeOkAsync(person.Client.PostAsync("products", """{"name":"n","code":"c"}"""));
    }

    [Fact]
    public async Task Person_WhoseAccessEnds_IsNotTheLastAdministrator()
    {
        using var client = await server.NewOrganizationAsync();
        var own = (string)(await client.GetAsync("serviceusers")).Data.Single()["id"]!;
        var invitation = Person.Invitation();
        invitation["dtEndAccess"] = "2999-01-01T00:00:00Z";
        using var person = await Person.MakeAsync(client, invitation, Administrator);

        await ShouldBeLastAsync(
            client.PostAsync($"permissionpolicies/{Administrator}/removefromserviceuser", Named(own)));
        await ShouldBeLastAsync(person.Client.DeleteAsync($"serviceusers/{own}"));
        (await client.GetAsync($"serviceusers/{own}/permissions")).Data.Count.ShouldBe(1);
        (await client.GetAsync($"serviceusers/{own}/credentials")).Data.Count.ShouldBe(1);
    }

    // Policies and keys are changed in transactions of their own; one of two must see what the other did.
    [Theory]
    [InlineData("detach", "detach")]
    [InlineData("deactivate", "detach")]
    [InlineData("deactivate", "deactivate")]
    [InlineData("delete", "deactivate")]
    public async Task Administrators_WhoRemoveEachOtherAtOnce_LeaveOne(string first, string second)
    {
        for (var round = 0; round < 5; round++)
        {
            using var client = await server.NewOrganizationAsync();
            using var one = await Principal.MakeAsync(client, "allow all *");
            using var other = await Principal.MakeAsync(client, "allow all *");
            var own = (string)(await client.GetAsync("serviceusers")).Data[^1]["id"]!;
            await ShouldBeOkAsync(one.Client.DeleteAsync($"serviceusers/{own}"));

            var answers = await Task.WhenAll(
                RemoveAsync(one.Client, other, first), RemoveAsync(other.Client, one, second));

            answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
            var left = answers[0].Status == HttpStatusCode.OK ? one : other;
            await ShouldBeOkAsync(left.Client.PostAsync("products", """{"name":"n","code":"c"}"""));
        }
    }

    private static Task<ApiAnswer> RemoveAsync(ApiClient by, Principal whom, string way) => way switch
    {
        "detach" => by.PostAsync($"permissionpolicies/{whom.PolicyId}/removefromserviceuser", Named(whom.Id)),
        "delete" => by.DeleteAsync($"serviceusers/{whom.Id}"),
        _ => by.PutAsync($"serviceusers/{whom.Id}/credentials/{whom.Key["id"]}/deactivate", ""),
    };

    private static async Task ShouldBeLastAsync(Task<ApiAnswer> asked)
    {
        var answer = await asked;
        answer.Status.ShouldBe(HttpStatusCode.Conflict, answer.Message);
        answer.Faults.ShouldBe(["last_administrator "]);
    }

    private static async Task ShouldBeOkAsync(Task<ApiAnswer> asked)
    {
        var answer = await asked;
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
    }

    private static JsonObject Named(string principal) => new() { ["principalId"] = principal };

    private static JsonObject Item(string id, string type = "item") =>
        new() { ["targetId"] = id, ["targetType"] = type };
}
