using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Server.Api;
using Tallystick.Server.OpenApi;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Contract;

/// <summary>The collection for Postman, and the example bodies that it offers.</summary>
public sealed class PostmanCollectionTests(SqliteServer server)
{
    public static TheoryData<string> Kinds => ResourceSuite.Kinds;

    [Fact]
    public void Collection_EveryOperation_IsThereOnceUnderItsTag()
    {
        var requests = Requests().Select(one => $"{one.Folder}: {one.Method} {one.Path}");

        requests.ShouldBe(
            ApiOperations.All.Select(one => $"{one.Tag}: {one.Method} {one.Path}").Append("Auth: POST /oauth/token"),
            ignoreOrder: true);
    }

    [Fact]
    public void Collection_EveryRequest_HasTheParametersOfItsOperation()
    {
        var requests = Requests().ToDictionary(one => (one.Method, one.Path), one => one.Json);
        foreach (var operation in ApiOperations.All)
        {
            var request = requests[(operation.Method, operation.Path)];
            var url = request["url"]!;
            ((string)url["raw"]!).ShouldBe(
                string.Join('/', [.. Texts(url["host"]!), .. Texts(url["path"]!)]), operation.Id);
            url["query"]!.AsArray().Select(one => ((string)one!["key"]!, (bool)one["disabled"]!)).ShouldBe(
                operation.Parameters.Select(one => (one.Name, true)), operation.Id);
            url["variable"]!.AsArray().Select(one => $":{one!["key"]}").ShouldBe(
                Texts(url["path"]!).Where(part => part[0] == ':'), operation.Id);
            (request["body"] is not null).ShouldBe(operation.Body is not null, operation.Id);
        }
        Requests().Single(one => one.Path == "/signin").Json["auth"]!["type"]!.ToString().ShouldBe("noauth");
    }

    [Fact]
    public void Collection_AsAWhole_FetchesTokensWithItsVariables()
    {
        var collection = Collection();

        ((string)collection["info"]!["schema"]!).ShouldBe(
            "https://schema.getpostman.com/json/collection/v2.1.0/collection.json");
        collection["variable"]!.AsArray().Select(one => (string)one!["key"]!).ShouldBe(
            ["baseUrl", "orgId", "accessKeyId", "apiSecret", "accessToken", "accessTokenExpiry"]);
        ((string)collection["auth"]!["bearer"]![0]!["value"]!).ShouldBe("{{accessToken}}");
        var prerequest = collection["event"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)prerequest["listen"]!).ShouldBe("prerequest");
        Texts(prerequest["script"]!["exec"]!).ShouldContain(line => line.Contains("\"/oauth/token\""));
    }

    [Fact]
    public void Example_OfEveryOperation_HasTheShapeOfItsBody()
    {
        foreach (var operation in ApiOperations.All.Where(one => one.Body is { IsList: false }))
        {
            using var body = JsonDocument.Parse(ExampleBody.Of(operation)!.ToJsonString());

            Should.NotThrow(() => operation.Body!.Shape.Check(body.RootElement, DateTimeZone.Utc), operation.Id);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Example_WithReferencesToWhatThereIs_IsCreated(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var create = ApiOperations.All.Single(one => one.Id == $"Post{kind}" || one.Id == $"Create{kind}");
        var example = ExampleBody.Of(create)!.AsObject();
        var sample = await Samples.MakeAsync(client, kind, "a");
        foreach (var name in example.Select(member => member.Key).Where(IsReference).ToList())
            example.Remove(name);
        foreach (var (name, value) in sample.Where(member => IsReference(member.Key)))
            example[name] = value!.DeepClone();

        var answer = await client.PostAsync(Lists.Path(kind, sample), example);

        answer.Status.ShouldBe(HttpStatusCode.OK, $"{example.ToJsonString()} {answer.Json?.ToJsonString()}");
    }

    [Fact]
    public async Task Collection_AskedForWithoutToken_IsServedAlwaysTheSame()
    {
        using var client = await server.NewOrganizationAsync();
        client.Http.DefaultRequestHeaders.Authorization = null;
        var first = await client.Http.GetAsync("postman_collection.json", TestContext.Current.CancellationToken);
        var again =
            await client.Http.GetByteArrayAsync("postman_collection.json", TestContext.Current.CancellationToken);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await first.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(again);
        JsonNode.Parse(again)!["info"]!["name"]!.ToString().ShouldBe("Tallystick");
    }

    private static bool IsReference(string name) =>
        name is "targetField" or "fields" || name.EndsWith("Id", StringComparison.Ordinal);

    private static JsonObject Collection() =>
        JsonNode.Parse(PostmanCollection.Write(ApiOperations.All, "http://127.0.0.1:8080"))!.AsObject();

    private static IEnumerable<(string Folder, string Method, string Path, JsonObject Json)> Requests() =>
        from folder in Collection()["item"]!.AsArray()
        from item in folder!["item"]!.AsArray()
        let request = item!["request"]!.AsObject()
        let path = Texts(request["url"]!["path"]!).Select(InBraces)
        select ((string)folder["name"]!, (string)request["method"]!, "/" + string.Join('/', path), request);

    private static string InBraces(string part) => part switch
    {
        "{{orgId}}" => "{orgId}",
        [':', .. var name] => $"{{{name}}}",
        _ => part,
    };

    private static IEnumerable<string> Texts(JsonNode list) => list.AsArray().Select(text => (string)text!);
}
