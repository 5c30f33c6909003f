using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.LookupTables;

/// <summary>The data of a revision: items by their keys, versions, and what does not fit.</summary>
public sealed class LookupDataTests(SqliteServer server)
{
    private const string Uk = """{"country":"UK","rate":0.8}""";
    private const string Fr = """{"country":"FR","rate":1.25,"zone":"eu"}""";

    [Fact]
    public async Task Items_Written_AreAddedOrReplacedByTheirKeys()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        (await client.GetAsync(revision.Data)).Object["version"]!.GetValue<int>().ShouldBe(0);

        var first = (await client.PutAsync(revision.Data, $$"""{"items":[{{Uk}},{{Fr}}]}""")).Object;
        ((int)first["version"]!).ShouldBe(1);
        var second = await client.PutAsync(
            $"{revision.Data}?additional=lookupKey",
            """{"items":[{"country":"UK","zone":"north","rate":null}],"version":1}""");

        LookupSetup.Items(second).ShouldBe(["""{"country":"UK","zone":"north","lookupKey":"UK"}"""]);
        (await revision.ItemsAsync()).ShouldBe(["""{"country":"UK","zone":"north"}""", Fr]);
        (await revision.ItemsAsync("?limit=1&additional=lookupKey"))
            .ShouldBe(["""{"country":"UK","zone":"north","lookupKey":"UK"}"""]);
        var read = (await client.GetAsync(revision.Data)).Object;
        ((int)read["version"]!).ShouldBe(2);
        ((string?)read["createdBy"])!.ShouldStartWith("SERVICEUSER_");
        ((int)(await client.GetAsync(revision.Revision)).Object["itemCount"]!).ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"items":[{"rate":1}],"version":1}""", HttpStatusCode.BadRequest, "required items[0].country")]
    [InlineData("""{"items":[{"country":null}],"version":1}""", HttpStatusCode.BadRequest, "required items[0].country")]
    [InlineData("""{"items":[{"country":7}],"version":1}""", HttpStatusCode.BadRequest, "type items[0].country")]
    [InlineData("""{"items":[{"country":"UK","rate":"1"}],"version":1}""", HttpStatusCode.BadRequest,
        "type items[0].rate")]
    [InlineData("""{"items":[{"country":"UK","price":1}],"version":1}""", HttpStatusCode.BadRequest,
        "unknown_field items[0].price")]
    [InlineData("""{"items":[{"country":"UK"},{"country":"FR","rate":[]}],"version":1}""", HttpStatusCode.BadRequest,
        "type items[1].rate")]
    [InlineData("""{"items":[{"country":"UK","rate":1e40}],"version":1}""", HttpStatusCode.BadRequest,
        "digits items[0].rate")]
    [InlineData("""{"items":[{"country":"UK","country":"FR"}],"version":1}""", HttpStatusCode.BadRequest,
        "duplicate items[0].country")]
    [InlineData("""{"items":[7],"version":1}""", HttpStatusCode.BadRequest, "type items[0]")]
    [InlineData("""{"version":1}""", HttpStatusCode.BadRequest, "required items")]
    [InlineData("""{"items":[]}""", HttpStatusCode.BadRequest, "required version")]
    [InlineData("""{"items":[],"version":9}""", HttpStatusCode.Conflict, "stale_version version")]
    public async Task Items_ThatDoNotFit_AreRefusedAndChangeNothing(string body, HttpStatusCode status, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        await revision.PutAsync($"[{Uk}]");

        var answer = await client.PutAsync(revision.Data, body);

        answer.Status.ShouldBe(status, answer.Message);
        answer.Faults.ShouldContain(fault);
        (await revision.ItemsAsync()).ShouldBe([Uk]);
        ((int)(await client.GetAsync(revision.Data)).Object["version"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Items_MoreThanTwoThousand_AreRefusedAndTwoThousandRead()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        string Many(int from, int count) => "[" + string.Join(',', Enumerable.Range(from, count)
            .Select(number => $$"""{"country":"c{{number}}","rate":{{number}}}""")) + "]";

        (await revision.PutAsync(Many(0, 2001))).Faults.ShouldBe(["count items"]);
        (await revision.PutAsync(Many(0, 2000))).Status.ShouldBe(HttpStatusCode.OK);
        (await revision.PutAsync(Many(1000, 1500))).Status.ShouldBe(HttpStatusCode.OK);

        (await revision.ItemsAsync()).Length.ShouldBe(2000);
        ((int)(await client.GetAsync(revision.Revision)).Object["itemCount"]!).ShouldBe(2500);
        foreach (var limit in new[] { "0", "2001", "x", "-1" })
            (await client.GetAsync($"{revision.Data}?limit={limit}")).Faults.ShouldBe(["range limit"]);
        (await client.GetAsync($"{revision.Data}?additional=all")).Faults.ShouldBe(["unknown_value additional"]);
    }

    [Fact]
    public async Task Data_OfWhatIsNoDraft_CannotChange()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        await revision.PutAsync($"[{Uk}]");
        await revision.MoveAsync("PUBLISHED");

        ApiAnswer[] answers =
        [
            await revision.PutAsync($"[{Fr}]"),
            await client.DeleteAsync(revision.Data),
            await client.PutAsync($"{revision.Data}/UK", $$"""{"item":{{Uk}},"version":1}"""),
            await client.SendAsync(HttpMethod.Delete, $"{revision.Data}/UK", """{"version":1}"""),
            await client.PostAsync($"{revision.Data}/generateuploadurl", """
                {"fileName":"f","contentType":"text/csv","contentLength":1}
                """),
        ];

        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.Conflict);
        answers.ShouldAllBe(answer => answer.Faults.Single() == "not_draft ");
        (await revision.ItemsAsync()).ShouldBe([Uk]);
    }

    [Fact]
    public async Task Data_Deleted_IsAllGone()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var other = await revision.NextAsync();
        await revision.PutAsync($"[{Uk},{Fr}]");
        await other.PutAsync($"[{Fr}]");

        ((string?)(await client.DeleteAsync(revision.Data)).Object["result"]).ShouldBe("deleted");

        (await revision.ItemsAsync()).ShouldBeEmpty();
        ((int)(await client.GetAsync(revision.Data)).Object["version"]!).ShouldBe(2);
        ((int)(await client.GetAsync(revision.Revision)).Object["itemCount"]!).ShouldBe(0);
        (await other.ItemsAsync()).ShouldBe([Fr]);
    }

    [Fact]
    public async Task Entry_ByItsKey_IsWrittenReadAndDeleted()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client, LookupSetup.ByTierAndCountry);
        var path = $"{revision.Data}/1.50,UK";

        var written = await client.PutAsync(
            $"{path}?additional=lookupKey", """{"item":{"rate":0.8,"country":"UK"}}""");
        LookupSetup.Items(written).ShouldBe(["""{"rate":0.8,"country":"UK","tier":1.50,"lookupKey":"1.5,UK"}"""]);
        // Numbers are equal by value; separators may come encoded.
        foreach (var key in new[] { "1.5,UK", "1.500,UK", "15e-1,UK", "1.5%2CUK" })
            LookupSetup.Items(await client.GetAsync($"{revision.Data}/{key}")).Length.ShouldBe(1, key);
        foreach (var key in new[] { "UK,1.5", "1.5", "2,UK", "1.5,uk", "x,UK", "1.5,UK,1" })
            (await client.GetAsync($"{revision.Data}/{key}")).Status.ShouldBe(HttpStatusCode.NotFound, key);

        (await client.PutAsync(path, """{"item":{"rate":1,"country":"FR"},"version":1}""")).Faults
            .ShouldBe(["contradiction item"]);
        (await client.PutAsync($"{revision.Data}/UK", """{"item":{"rate":1},"version":1}""")).Faults
            .ShouldContain("key lookupKey");
        (await client.PutAsync(path, """{"item":{"rate":1}}""")).Faults.ShouldBe(["required version"]);
        ((int)(await client.PutAsync(path, """{"item":{"rate":1},"version":1}""")).Object["version"]!).ShouldBe(2);

        (await client.DeleteAsync(path)).Faults.ShouldBe(["required version"]);
        (await client.SendAsync(HttpMethod.Delete, path, """{"version":1}""")).Status
            .ShouldBe(HttpStatusCode.Conflict);
        LookupSetup.Items(await client.SendAsync(HttpMethod.Delete, path, """{"version":2}""")).Length.ShouldBe(1);
        (await client.GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
        ((int)(await client.GetAsync(revision.Revision)).Object["itemCount"]!).ShouldBe(0);
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("a/b")]
    [InlineData("100%")]
    [InlineData("a%2Cb")]
    [InlineData(" ")]
    [InlineData("é?#&")]
    public async Task Entry_WithAnOddKey_IsFoundByTheKeyThatIsAnswered(string country)
    {
        using var client = await server.NewOrganizationAsync();
        foreach (var (schema, code) in new[] { (LookupSetup.ByCountry, "one"), (LookupSetup.ByTierAndCountry, "two") })
        {
            var revision = await LookupSetup.MakeAsync(client, schema, code);
            var item = new JsonObject { ["country"] = country, ["rate"] = 1 };
            if (code == "two")
                item["tier"] = 2;
            (await revision.PutAsync($"[{item.ToJsonString()}]")).Status.ShouldBe(HttpStatusCode.OK);

            var answer = await client.GetAsync($"{revision.Data}?additional=lookupKey");

            var key = (string)answer.Object["items"]![0]!["lookupKey"]!;
            var found = await client.GetAsync($"{revision.Data}/{Uri.EscapeDataString(key)}");
            LookupSetup.Items(found).Single().ShouldBe(item.ToJsonString());
        }
    }
}
