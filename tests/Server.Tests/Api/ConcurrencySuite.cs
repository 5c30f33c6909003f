using System.Net;
using System.Text.Json.Nodes;

namespace Tallystick.Server.Tests.Api;

/// <summary>Many clients who change one entity at once lose nothing of each other, on both engines.</summary>
public abstract class ConcurrencySuite(SharedServer server)
{
    private const int Updates = 1_000;
    private const int AtOnce = 32;

    [Fact]
    public async Task Updates_ThatConflict_OneWinsEachVersionAndNoneIsLost()
    {
        using var client = await server.NewOrganizationAsync();
        var made = (await client.PostAsync("products", """{"name":"made","code":"p"}""")).Object;
        var path = $"products/{made["id"]}";
        var answers = new ApiAnswer[Updates];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };

        await Parallel.ForAsync(0, Updates, options, async (number, _) =>
        {
            var read = (await client.GetAsync(path)).Object;
            read["name"] = $"update {number}";
            answers[number] = await client.PutAsync(path, read);
        });

        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK || answer.Status == HttpStatusCode.Conflict);
        var won = answers.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Object)
            .OrderBy(product => (long)product["version"]!).ToList();
        won.Select(product => (long)product["version"]!)
            .ShouldBe(Enumerable.Range(2, won.Count).Select(version => (long)version));
        won.Count.ShouldBeLessThan(Updates, "no update met another");
        (await client.GetAsync(path)).Object.ToJsonString().ShouldBe(won[^1].ToJsonString());

        var changes = (await EventsAsync(client, (string)made["id"]!))
            .OrderBy(change => (long)change["newDto"]!["version"]!).ToList();
        changes.Select(change => (string?)change["newDto"]!["name"])
            .ShouldBe(["made", .. won.Select(product => (string?)product["name"])]);
        foreach (var (before, after) in changes.Zip(changes.Skip(1)))
            after["oldDto"]!.ToJsonString().ShouldBe(before["newDto"]!.ToJsonString());
    }

    /// <summary>What all events of an entity tell of it.</summary>
    private static async Task<List<JsonNode>> EventsAsync(ApiClient client, string id)
    {
        var told = new List<JsonNode>();
        string? token = null;
        do
        {
            var page = await client.GetAsync(
                $"events?resourceId={id}&pageSize=100{(token is null ? "" : $"&nextToken={token}")}");
            told.AddRange(page.Data.Select(one => one["m3terEvent"]!["eventData"]!));
            token = (string?)page.Object["nextToken"];
        }
        while (token is not null);
        return told;
    }
}

public sealed class SqliteConcurrencyTests(SqliteServer server) : ConcurrencySuite(server);

public sealed class PostgresConcurrencyTests(PostgresServer server) : ConcurrencySuite(server);
