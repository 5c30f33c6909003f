using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.ResourceGroups;

public sealed class SqliteResourceGroupTests(SqliteServer server) : ResourceGroupSuite(server);

public sealed class PostgresResourceGroupTests(PostgresServer server) : ResourceGroupSuite(server);

/// <summary>Resource groups, and what policies that name them let see.</summary>
public abstract class ResourceGroupSuite(SharedServer server)
{
    [Fact]
    public async Task ResourceGroup_Life_FollowsTheRules()
    {
        using var client = await server.NewOrganizationAsync();

        var made = (await client.PostAsync("resourcegroups/meter", """{"name":"EU"}""")).Object;
        var path = $"resourcegroups/meter/{made["id"]}";
        var renamed = (await client.PutAsync(path, """{"name":"Europe","version":1}""")).Object;

        made.ContainsKey("type").ShouldBeFalse();
        ((string?)renamed["name"]).ShouldBe("Europe");
        (await client.GetAsync(path)).Object.ToJsonString().ShouldBe(renamed.ToJsonString());
        (await client.GetAsync("resourcegroups/METER")).Data.Single().ToJsonString().ShouldBe(renamed.ToJsonString());
        (await client.GetAsync("resourcegroups/plan")).Data.ShouldBeEmpty();
        (await client.GetAsync($"resourcegroups/plan/{made["id"]}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsync(path, """{"name":"Asia","version":1}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsync("resourcegroups/meter", "{}")).Faults.ShouldBe(["required name"]);
        (await client.GetAsync("resourcegroups/spaceship")).Faults.ShouldBe(["unknown_value type"]);
        (await client.DeleteAsync(path)).Object.ToJsonString().ShouldBe(renamed.ToJsonString());
        (await client.GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Members_AddedAndRemoved_AreListed()
    {
        using var client = await server.NewOrganizationAsync();
        var products = await MakeProductsAsync(client, 3);
        var group = await MakeGroupAsync(client, "product", products);
        var inner = await MakeGroupAsync(client, "product");
        await AddAsync(client, "product", group, inner, "group");
        await AddAsync(client, "product", group, products[0], "ITEM");

        var contents = (await client.PostAsync($"resourcegroups/product/{group}/contents", "")).Data;

        contents.Select(item => $"{item["targetType"]} {item["targetId"]}").ShouldBe(
            [$"GROUP {inner}", .. products.AsEnumerable().Reverse().Select(id => $"ITEM {id}")]);
        contents[0].ContainsKey("groupId").ShouldBeFalse();
        var page = await client.PostAsync($"resourcegroups/product/{group}/contents?pageSize=3", "");
        (await client.PostAsync(
            $"resourcegroups/product/{group}/contents?pageSize=3&nextToken={page.Object["nextToken"]}", ""))
            .Data.Single()["targetId"]!.GetValue<string>().ShouldBe(products[0]);
        (await ChangeAsync(client, "product", group, products[1], "item", "removeresource")).Id.ShouldBe(group);
        (await ChangeAsync(client, "product", group, products[1], "item", "removeresource")).Status
            .ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsync($"resourcegroups/product/{group}/contents", "")).Data.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Member_ThatCannotBeOne_IsRefusedByName()
    {
        using var client = await server.NewOrganizationAsync();
        var product = (await MakeProductsAsync(client, 1))[0];
        var outer = await MakeGroupAsync(client, "product");
        var inner = await MakeGroupAsync(client, "product");
        var meters = await MakeGroupAsync(client, "meter");
        await AddAsync(client, "product", outer, inner, "group");

        foreach (var (type, group, target, kind, fault) in new[]
        {
            ("product", outer, Guid.NewGuid().ToString(), "item", "unknown_reference targetId"),
            ("product", outer, meters, "group", "unknown_reference targetId"),
            ("meter", meters, product, "item", "unknown_reference targetId"),
            ("product", outer, outer, "group", "cycle targetId"),
            ("product", inner, outer, "group", "cycle targetId"),
            ("product", outer, product, "thing", "unknown_value targetType"),
            ("product", outer, product, "", "unknown_value targetType"),
        })
            (await ChangeAsync(client, type, group, target, kind, "addresource")).Faults.ShouldBe([fault]);
        (await client.PostAsync($"resourcegroups/product/{outer}/addresource",
            new JsonObject { ["targetId"] = product, ["targetType"] = "item", ["version"] = 7 })).Status
            .ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Policy_ThatNamesAGroup_LetsSeeItsEntitiesOnly()
    {
        using var administrator = await server.NewOrganizationAsync();
        var products = await MakeProductsAsync(administrator, 7);
        var outer = await MakeGroupAsync(administrator, "product", products[1], products[3]);
        var inner = await MakeGroupAsync(administrator, "product", products[5]);
        await AddAsync(administrator, "product", outer, inner, "group");
        using var principal = await Principal.MakeAsync(
            administrator, $"allow all config:product/group/{outer.ToUpperInvariant()}");

        (await ListAllAsync(principal.Client)).ShouldBe([products[5], products[3], products[1]]);
        (await principal.Client.GetAsync($"products?ids={products[0]},{products[1]}")).Data.Single()["id"]!
            .GetValue<string>().ShouldBe(products[1]);
        (await principal.Client.GetAsync($"products/{products[5]}")).Status.ShouldBe(HttpStatusCode.OK);
        (await principal.Client.GetAsync($"products/{products[0]}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await principal.Client.DeleteAsync($"products/{products[0]}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await principal.Client.PostAsync("products", """{"name":"n","code":"new"}""")).Status
            .ShouldBe(HttpStatusCode.Forbidden);

        await ChangeAsync(administrator, "product", inner, products[5], "item", "removeresource");
        (await ListAllAsync(principal.Client)).ShouldBe([products[3], products[1]]);
        await AddAsync(administrator, "product", inner, products[6], "item");
        (await ListAllAsync(principal.Client)).ShouldBe([products[6], products[3], products[1]]);
        (await administrator.DeleteAsync($"resourcegroups/product/{outer}")).Status.ShouldBe(HttpStatusCode.OK);
        (await ListAllAsync(principal.Client)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Policy_ThatDeniesAGroup_HidesItsEntities()
    {
        using var administrator = await server.NewOrganizationAsync();
        var products = await MakeProductsAsync(administrator, 5);
        var group = await MakeGroupAsync(administrator, "product", products[1], products[2]);
        using var principal = await Principal.MakeAsync(
            administrator, "allow all config:product", "deny config:retrieve config:product/group/*");

        (await ListAllAsync(principal.Client)).ShouldBe([products[4], products[3], products[0]]);
        (await principal.Client.GetAsync($"products/{products[1]}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await principal.Client.GetAsync($"products/{products[0]}")).Status.ShouldBe(HttpStatusCode.OK);
        (await principal.Client.PostAsync("products", """{"name":"n","code":"new"}""")).Status
            .ShouldBe(HttpStatusCode.OK);
        (await administrator.GetAsync($"resourcegroups/product/{group}/permissions")).Data.Single()["id"]!
            .GetValue<string>().ShouldBe(principal.PolicyId);
    }

    [Fact]
    public async Task Search_ByWhoSeesAGroup_FindsItsEntitiesOnly()
    {
        using var administrator = await server.NewOrganizationAsync();
        var seen = (await administrator.PostAsync("accounts", Account("a"))).Id;
        await administrator.PostAsync("accounts", Account("b"));
        var group = await MakeGroupAsync(administrator, "account", seen);
        using var principal = await Principal.MakeAsync(
            administrator, $"allow config:retrieve config:account/group/{group}");

        foreach (var query in new[] { "", "?searchQuery=name~A", "?searchQuery=code:a$code:b&operator=OR" })
            (await principal.Client.GetAsync($"accounts/search{query}")).Data.Single()["id"]!.GetValue<string>()
                .ShouldBe(seen);
        (await principal.Client.GetAsync("accounts/search?searchQuery=code:b")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Group_FilledByWhoHasLess_GivesNothing()
    {
        using var administrator = await server.NewOrganizationAsync();
        var products = await MakeProductsAsync(administrator, 2);
        var allowed = await MakeGroupAsync(administrator, "product");
        var denied = await MakeGroupAsync(administrator, "product", products[1]);
        using var schemer = await Principal.MakeAsync(
            administrator, "allow all config:resourceGroup", "allow config:retrieve config:product",
            $"allow all config:product/group/{allowed}", $"deny all config:product/group/{denied}");

        foreach (var attempt in new[]
        {
            await ChangeAsync(schemer.Client, "product", allowed, products[0], "item", "addresource"),
            await ChangeAsync(schemer.Client, "product", denied, products[1], "item", "removeresource"),
            await schemer.Client.DeleteAsync($"resourcegroups/product/{denied}"),
        })
            attempt.Status.ShouldBe(HttpStatusCode.Forbidden);
        (await schemer.Client.DeleteAsync($"products/{products[0]}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        // To put something under a deny gives nothing.
        (await ChangeAsync(schemer.Client, "product", denied, products[0], "item", "addresource")).Status
            .ShouldBe(HttpStatusCode.OK);
        (await schemer.Client.GetAsync($"products/{products[0]}")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    // Statements of a user's own and those of support give as policies do.
    [Theory]
    [InlineData("users/{0}", "permissionPolicy")]
    [InlineData("support", "supportUsersPermissionPolicy")]
    public async Task Group_NamedOutsideOfPolicies_IsNotFilledByWhoHasLess(string path, string member)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var person = await Person.MakeAsync(administrator);
        var product = (await MakeProductsAsync(administrator, 1))[0];
        var group = await MakeGroupAsync(administrator, "product");
        var at = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, person.Id);
        var naming = (await administrator.GetAsync(at)).Object;
        naming[member] = new JsonArray(Principal.Statement($"allow all config:product/group/{group}"));
        (await administrator.PutAsync(at, naming)).Status.ShouldBe(HttpStatusCode.OK);
        using var schemer = await Principal.MakeAsync(
            administrator, "allow all config:resourceGroup", "allow config:retrieve config:product");

        (await ChangeAsync(schemer.Client, "product", group, product, "item", "addresource")).Status
            .ShouldBe(HttpStatusCode.Forbidden);

        (await ChangeAsync(administrator, "product", group, product, "item", "addresource")).Status
            .ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Group_OfMoreEntitiesThanAPage_PagesWithoutGapOrRepeat()
    {
        using var administrator = await server.NewOrganizationAsync();
        var products = await MakeProductsAsync(administrator, 40);
        var seen = products.Where((_, index) => index % 3 == 0).ToList();
        var group = await MakeGroupAsync(administrator, "product", [.. seen]);
        using var principal = await Principal.MakeAsync(administrator, $"allow all config:product/group/{group}");

        (await ListAllAsync(principal.Client)).ShouldBe(seen.AsEnumerable().Reverse());
    }

    private static async Task<List<string>> MakeProductsAsync(ApiClient client, int count)
    {
        var made = new List<string>();
        for (var number = 0; number < count; number++)
            made.Add((await client.PostAsync(
                "products", new JsonObject { ["name"] = "Product", ["code"] = $"p{number}" })).Id);
        return made;
    }

    private static async Task<string> MakeGroupAsync(ApiClient client, string type, params IReadOnlyList<string> items)
    {
        var group = (await client.PostAsync($"resourcegroups/{type}", """{"name":"Group"}""")).Id;
        foreach (var item in items)
            await AddAsync(client, type, group, item, "item");
        return group;
    }

    private static async Task AddAsync(ApiClient client, string type, string group, string target, string targetType) =>
        (await ChangeAsync(client, type, group, target, targetType, "addresource")).Id.ShouldBe(group);

    private static Task<ApiAnswer> ChangeAsync(
        ApiClient client, string type, string group, string target, string targetType, string verb) =>
        client.PostAsync($"resourcegroups/{type}/{group}/{verb}",
            new JsonObject { ["targetId"] = target, ["targetType"] = targetType });

    private static async Task<List<string>> ListAllAsync(ApiClient client)
    {
        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await client.GetAsync($"products?pageSize=2{(token is null ? "" : $"&nextToken={token}")}");
            seen.AddRange(page.Data.Select(item => (string)item["id"]!));
            token = (string?)page.Object["nextToken"];
        }
        while (token is not null);
        return seen;
    }

    private static JsonObject Account(string code) =>
        new() { ["name"] = "A", ["code"] = code, ["emailAddress"] = "a@example.com" };
}
