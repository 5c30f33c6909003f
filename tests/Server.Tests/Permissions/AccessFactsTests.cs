using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Changes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>
/// What the last administrator is judged by and what requests are judged by are the same: rights and their end.
/// </summary>
public sealed class AccessFactsTests
{
    [Fact]
    public async Task Principal_OfAnyKind_IsTheSameToRequestsAndToTheRoster()
    {
        await using var server = await ApiServer.StartAsync();
        var client = server.Client;
        using var program = await Principal.MakeAsync(client, "allow all config:*", "deny all config:plan");
        using var person = await Person.MakeAsync(client);
        using var ending = await Person.MakeAsync(client, Ending(Person.Invitation()), program.PolicyId);
        var supporter = await SupporterAsync(client);
        var group = (await client.PostAsync("resourcegroups/user", """{"name":"Group"}""")).Id;
        var outer = (await client.PostAsync("resourcegroups/user", """{"name":"Outer"}""")).Id;
        await JoinAsync(client, group, person.Id, "item");
        await JoinAsync(client, outer, group, "group");
        await JoinAsync(client, outer, supporter, "item");
        await AttachAsync(client, "allow all config:meter", "addtouser", person.Id);
        await AttachAsync(client, "allow all config:counter", "addtousergroup", outer);
        await AttachAsync(client, "allow all config:bill", "addtouser", supporter);
        await AttachAsync(client, "allow all config:account", "addtosupportusers", null);
        await ChangeAsync(client, $"users/{person.Id}", "permissionPolicy", "deny all config:product");
        await ChangeAsync(client, $"users/{supporter}", "permissionPolicy", "allow all config:charge");
        await ChangeAsync(client, "support", "supportUsersPermissionPolicy", "allow all config:balance");
        var related = server.Service<ResourceService>().Reader(
            server.OrganizationId, TestContext.Current.CancellationToken);

        var roster = await AccessRoster.ReadAsync(related);

        roster.Entries.Count.ShouldBe(6);
        foreach (var entry in roster.Entries)
        {
            var access = await PrincipalPolicies.ReadAsync(
                related, new Caller(server.OrganizationId, entry.Type, entry.Id, null));
            access.Refusal.ShouldBeNull();
            access.Principal!.Rules.ShouldBe(entry.Rules);
            access.Principal.ShouldBe(entry with { Rules = access.Principal.Rules });
        }
        Told(roster, PrincipalType.User, person.Id).ShouldBe(
            "config:counter config:meter !config:product", "from a group, attached, and its own");
        Told(roster, PrincipalType.User, supporter).ShouldBe("config:account config:balance", "those of support alone");
        roster.Find(PrincipalType.User, ending.Id)!.Ends.ShouldBe(Instant.FromUtc(2999, 1, 1, 0, 0));
    }

    private static string Told(AccessRoster roster, PrincipalType type, string id) => string.Join(
        ' ', roster.Find(type, id)!.Rules.Select(rule => $"{(rule.IsDeny ? "!" : "")}{rule.Pattern}")
            .OrderBy(text => text.TrimStart('!'), StringComparer.Ordinal));

    private static JsonObject Ending(JsonObject invitation)
    {
        invitation["dtEndAccess"] = "2999-01-01T00:00:00Z";
        return invitation;
    }

    private static async Task<string> SupporterAsync(ApiClient client)
    {
        var invitation = Person.Invitation();
        invitation["m3terUser"] = true;
        var url = (string)(await client.PostAsync("invitations", invitation)).Object["acceptUrl"]!;
        return (string)(await Person.AcceptAsync(client, url)).Object["userId"]!;
    }

    private static async Task JoinAsync(ApiClient client, string group, string id, string type) =>
        (await client.PostAsync($"resourcegroups/user/{group}/addresource",
            new JsonObject { ["targetId"] = id, ["targetType"] = type })).Object.ShouldNotBeNull();

    private static async Task AttachAsync(ApiClient client, string statement, string way, string? id)
    {
        var policy = (await client.PostAsync("permissionpolicies", Principal.Policy(statement))).Id;
        (await client.PostAsync($"permissionpolicies/{policy}/{way}",
            new JsonObject { ["principalId"] = id })).Object.ShouldNotBeNull();
    }

    private static async Task ChangeAsync(ApiClient client, string path, string member, string statement)
    {
        var entity = (await client.GetAsync(path)).Object;
        entity[member] = new JsonArray(Principal.Statement(statement));
        (await client.PutAsync(path, entity)).Object.ShouldNotBeNull();
    }
}
