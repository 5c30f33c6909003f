using System.Net;
using System.Text.Json.Nodes;

namespace Tallystick.Server.Tests.Api;

/// <summary>Search of accounts, and the children of an account.</summary>
public abstract class AccountSearchSuite(SharedServer server)
{
    [Theory]
    [InlineData("name:Alpha", "a")]
    [InlineData("name:alpha", "")]
    [InlineData("name~Al", "a al")]
    [InlineData("name~", "a al b p")]
    [InlineData("name~100%25", "")]
    [InlineData("name>Beta", "p")]
    [InlineData("name>=Beta", "b p")]
    [InlineData("name<Beta", "a al")]
    [InlineData("name<=Beta", "a al b")]
    [InlineData("code:b", "b")]
    [InlineData("codes:a,b,zzz", "a b")]
    [InlineData("currency:USD", "a b")]
    [InlineData("purchaseOrderNumber:PO 1", "a")]
    [InlineData("purchaseOrderNumber~PO", "a b")]
    [InlineData("parentAccountId:{p}", "a b")]
    [InlineData("id:{a}", "a")]
    [InlineData("ids:{a},{b}", "a b")]
    [InlineData("createdBy~SERVICEUSER_", "a al b p")]
    [InlineData("createdBy:nobody", "")]
    [InlineData("lastModifiedBy~SERVICEUSER_", "a al b p")]
    [InlineData("dtCreated>2020-01-01", "a al b p")]
    [InlineData("dtCreated>=2020-01-01T00:00:00%2B02:00", "a al b p")]
    [InlineData("dtCreated<2020-01-01T00:00:00Z", "")]
    [InlineData("dtCreated:{a.dtCreated}", "a")]
    [InlineData("dtCreated~20", "a al b p")]
    [InlineData("dtCreated~1999-01-01", "")]
    [InlineData("name~Al$currency:USD", "a")]
    [InlineData("name~Al$currency:EUR", "")]
    [InlineData("name:Alpha$name:Beta&operator=OR", "a b")]
    [InlineData("name:Alpha$name:Beta&operator=AND", "")]
    [InlineData("name:%00", "")]
    [InlineData("name:' OR 1=1 --", "")]
    public async Task Search_Clause_FindsWhatItSays(string query, string expected)
    {
        using var client = await server.NewOrganizationAsync();
        var accounts = await MakeAsync(client);
        foreach (var (code, account) in accounts)
        {
            query = query.Replace($"{{{code}}}", (string)account["id"]!, StringComparison.Ordinal)
                .Replace($"{{{code}.dtCreated}}", (string)account["dtCreated"]!, StringComparison.Ordinal);
        }

        var found = await client.GetAsync($"accounts/search?searchQuery={query}");

        string.Join(' ', found.Data.Select(account => (string)account["code"]!).Order(StringComparer.Ordinal))
            .ShouldBe(expected);
    }

    [Theory]
    [InlineData("searchQuery=balance:1", "search searchQuery")]
    [InlineData("searchQuery=name", "search searchQuery")]
    [InlineData("searchQuery=name:a$", "search searchQuery")]
    [InlineData("searchQuery=:a", "search searchQuery")]
    [InlineData("searchQuery=dtCreated>yesterday", "date_time searchQuery")]
    [InlineData("operator=XOR", "unknown_value operator")]
    [InlineData("sortBy=balance", "unknown_value sortBy")]
    [InlineData("sortOrder=UP", "unknown_value sortOrder")]
    [InlineData("pageSize=0", "range pageSize")]
    [InlineData("pageSize=101", "range pageSize")]
    [InlineData("pageSize=x", "range pageSize")]
    [InlineData("fromDocument=-1", "range fromDocument")]
    [InlineData("fromDocument=99999999999", "range fromDocument")]
    public async Task Search_WithAFault_IsRefusedByName(string query, string fault)
    {
        using var client = await server.NewOrganizationAsync();

        (await client.GetAsync($"accounts/search?{query}")).Faults.ShouldBe([fault]);
    }

    [Theory]
    [InlineData("AND")]
    [InlineData("OR")]
    public async Task Search_WithMoreClausesThanAllowed_IsRefused(string joined)
    {
        using var client = await server.NewOrganizationAsync();
        var most = string.Join('$', Enumerable.Repeat("id:x", 100));
        var tooMany = string.Join('$', Enumerable.Repeat("id:x", 1200));

        (await client.GetAsync($"accounts/search?operator={joined}&searchQuery={most}")).Data.ShouldBeEmpty();
        (await client.GetAsync($"accounts/search?operator={joined}&searchQuery={tooMany}")).Faults
            .ShouldBe(["count searchQuery"]);
    }

    [Fact]
    public async Task Search_Pages_AreTenLongAndLeadOnByNumber()
    {
        using var client = await server.NewOrganizationAsync();
        for (var number = 10; number < 33; number++)
            await PostAsync(client, new JsonObject { ["code"] = $"c{number}", ["name"] = $"n{42 - number}" });

        var first = await client.GetAsync("accounts/search");
        Codes(first).ShouldBe(Enumerable.Range(0, 10).Select(index => $"c{32 - index}"));
        ((string?)first.Object["nextToken"]).ShouldBe("10");
        var last = await client.GetAsync("accounts/search?fromDocument=20");
        Codes(last).ShouldBe(["c12", "c11", "c10"]);
        last.Object.ContainsKey("nextToken").ShouldBeFalse();
        Codes(await client.GetAsync("accounts/search?pageSize=100")).Count.ShouldBe(23);
        Codes(await client.GetAsync("accounts/search?fromDocument=2147483647")).ShouldBeEmpty();
        Codes(await client.GetAsync("accounts/search?sortBy=name&sortOrder=ASC&pageSize=2")).ShouldBe(["c32", "c31"]);
        Codes(await client.GetAsync("accounts/search?sortBy=code&sortOrder=DESC&pageSize=2")).ShouldBe(["c32", "c31"]);
        Codes(await client.GetAsync("accounts/search?sortOrder=ASC&pageSize=2")).ShouldBe(["c10", "c11"]);
    }

    [Fact]
    public async Task Children_OfAnAccount_ComeInPagesNewestFirst()
    {
        using var client = await server.NewOrganizationAsync();
        var parent = (await PostAsync(client, new JsonObject { ["code"] = "p" }))["id"]!;
        await PostAsync(client, new JsonObject { ["code"] = "apart" });
        for (var number = 0; number < 5; number++)
            await PostAsync(client, new JsonObject { ["code"] = $"c{number}", ["parentAccountId"] = $"{parent}" });
        var path = $"accounts/{parent}/children";

        Codes(await client.GetAsync(path)).ShouldBe(["c4", "c3", "c2", "c1", "c0"]);
        var first = await client.GetAsync($"{path}?pageSize=3");
        Codes(first).ShouldBe(["c4", "c3", "c2"]);
        var second = await client.GetAsync($"{path}?pageSize=3&nextToken={first.Object["nextToken"]}");
        Codes(second).ShouldBe(["c1", "c0"]);
        second.Object.ContainsKey("nextToken").ShouldBeFalse();
        (await client.GetAsync($"{path}?pageSize=201")).Faults.ShouldBe(["range pageSize"]);
        (await client.GetAsync($"{path}?nextToken=x")).Faults.ShouldBe(["token nextToken"]);
        (await client.GetAsync($"accounts/{Guid.NewGuid()}/children")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<Dictionary<string, JsonObject>> MakeAsync(ApiClient client)
    {
        var made = new Dictionary<string, JsonObject>
        {
            ["p"] = await PostAsync(client, new JsonObject { ["code"] = "p", ["name"] = "Parent" }),
        };
        var parent = (string)made["p"]["id"]!;
        made["a"] = await PostAsync(client, Child("a", "Alpha", parent, "PO 1"));
        made["b"] = await PostAsync(client, Child("b", "Beta", parent, "PO 2"));
        made["al"] = await PostAsync(client, new JsonObject { ["code"] = "al", ["name"] = "Alps" });
        return made;
    }

    private static JsonObject Child(string code, string name, string parent, string order) => new()
    {
        ["code"] = code,
        ["name"] = name,
        ["parentAccountId"] = parent,
        ["purchaseOrderNumber"] = order,
        ["currency"] = "USD",
    };

    private static async Task<JsonObject> PostAsync(ApiClient client, JsonObject account)
    {
        account["emailAddress"] = "a@example.com";
        account["name"] ??= "Account";
        return (await client.PostAsync("accounts", account)).Object;
    }

    private static List<string> Codes(ApiAnswer page) => [.. page.Data.Select(account => (string)account["code"]!)];
}

public sealed class SqliteAccountSearchTests(SqliteServer server) : AccountSearchSuite(server);

public sealed class PostgresAccountSearchTests(PostgresServer server) : AccountSearchSuite(server);
