using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.LookupTables;

/// <summary>Changes of lookup data and the statuses of jobs are events, as of everything else.</summary>
public sealed class LookupEventTests(SqliteServer server)
{
    private const string OfData = "configuration.lookuptabledata";
    private const string OfJobs = "configuration.lookuptabledatajob";

    [Fact]
    public async Task Data_Changed_IsToldAsAWholeAndNotByItem()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        await revision.PutAsync("""[{"country":"UK","rate":1},{"country":"FR","rate":2}]""");
        await client.SendAsync(HttpMethod.Delete, $"{revision.Data}/UK", """{"version":1}""");
        await client.DeleteAsync(revision.Data);
        await client.DeleteAsync(revision.Revision);

        (await EventsAsync(client, OfData)).ShouldBe(
        [
            "created  1:2", "updated 1:2 2:1", "updated 2:1 3:0", "deleted 3:0 ",
        ]);
        (await client.GetAsync("events/types")).Object["events"]!.AsArray().Select(name => (string?)name)
            .ShouldNotContain("configuration.lookuptableitem.created");

        static string Of(JsonNode? dto) => dto is null ? "" : $"{dto["version"]}:{dto["itemCount"]}";

        async Task<List<string>> EventsAsync(ApiClient from, string kind) =>
        [
            .. (await from.GetAsync($"events?resourceId={revision.RevisionId}")).Data.Reverse()
                .Where(one => ((string)one["eventName"]!).StartsWith(kind + ".", StringComparison.Ordinal))
                .Select(one => (Name: ((string)one["eventName"]!)[(kind.Length + 1)..],
                    Data: one["m3terEvent"]!["eventData"]!))
                .Select(one => $"{one.Name} {Of(one.Data["oldDto"])} {Of(one.Data["newDto"])}"),
        ];
    }

    [Fact]
    public async Task Job_OfManySteps_HasAnEventForEachStatusOnly()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var lines = Enumerable.Range(0, 3500).Select(number => $"c{number},{number}\n");

        var uploaded = await revision.UploadAsync("country,rate\n" + string.Concat(lines), "text/csv");
        var failed = await revision.UploadAsync("nothing\n1\n", "text/csv");
        await client.DeleteAsync($"{revision.Data}/jobs/{failed["id"]}");

        (await StatusesAsync(client, uploaded)).ShouldBe(["created PENDING", "updated SUCCEEDED"]);
        (await StatusesAsync(client, failed)).ShouldBe(["created PENDING", "updated FAILED", "deleted FAILED"]);
    }

    [Fact]
    public async Task Job_OfARevisionThatIsDenied_IsNotTold()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var (hidden, seen) = (await revision.NextAsync(), await revision.NextAsync());
        var jobs = new List<string>();
        foreach (var one in new[] { hidden, seen })
            jobs.Add((string)(await client.PostAsync(
                $"{one.Data}/jobs/download", """{"contentType":"text/csv"}""")).Object["jobId"]!);
        using var reader = await Principal.MakeAsync(
            client, "allow all *", $"deny config:retrieve config:lookupTableRevision/item/{hidden.RevisionId}");

        (await client.GetAsync($"events?eventName={OfJobs}.created")).Data.Count.ShouldBe(2);
        (await reader.Client.GetAsync($"events?eventName={OfJobs}.created")).Data
            .Select(one => (string?)one["m3terEvent"]!["resourceId"]).ShouldBe([jobs[1]]);
    }

    private static async Task<List<string>> StatusesAsync(ApiClient client, JsonObject job) =>
    [
        .. (await client.GetAsync($"events?resourceId={job["id"]}")).Data.Reverse().Select(one =>
        {
            var data = one["m3terEvent"]!["eventData"]!;
            var name = ((string)one["eventName"]!)[(OfJobs.Length + 1)..];
            return $"{name} {(data["newDto"] ?? data["oldDto"])!["status"]}";
        }),
    ];
}
