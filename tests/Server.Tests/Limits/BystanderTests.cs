using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.LookupTables;
using Tallystick.Server.Tests.Permissions;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Limits;

/// <summary>
/// Whatever one caller asks for too much of, the requests of another go on. What may take as long as it likes on a slow
/// machine is measured against the same requests before.
/// </summary>
public sealed class BystanderTests
{
    private static readonly TimeSpan Promised = TimeSpan.FromMilliseconds(100);

    /// <summary>What no request takes: the machine may pause for a second, a stalled server pauses longer.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(3);

    private static readonly Dictionary<string, Func<ApiServer, Task<Func<Task<HttpStatusCode[]>>>>> Attacks = new()
    {
        ["usage queries"] = QueriesAsync,
        ["queries of many meters"] = MetersAsync,
        ["policies"] = PoliciesAsync,
        ["passwords"] = server => AnonymousAsync(server, 200, "signin", number =>
            $$"""{"email":"nobody{{number}}@example.com","password":"wrong password"}"""),
        ["bodies"] = server => AnonymousAsync(server, 200, "signin", _ => new string(' ', 2_000_000)),
        ["secrets"] = server => AnonymousAsync(server, 600, "oauth/token", _ =>
            """{"grant_type":"client_credentials"}""", "bm9ib2R5Ondyb25nIHNlY3JldA=="),
        ["accounts"] = AccountsAsync,
        ["uploads"] = UploadsAsync,
        ["connections"] = ConnectionsAsync,
    };

    [Theory]
    [InlineData("usage queries", HttpStatusCode.TooManyRequests)]
    [InlineData("queries of many meters", HttpStatusCode.TooManyRequests)]
    [InlineData("policies", HttpStatusCode.OK)]
    [InlineData("passwords", HttpStatusCode.ServiceUnavailable)]
    [InlineData("bodies", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("secrets", HttpStatusCode.TooManyRequests)]
    [InlineData("accounts", HttpStatusCode.OK)]
    [InlineData("uploads", HttpStatusCode.TooManyRequests)]
    [InlineData("connections", HttpStatusCode.ServiceUnavailable)]
    public async Task Bystander_WhileAnotherAsksForTooMuch_IsServed(string attack, HttpStatusCode expected)
    {
        await using var server = await ApiServer.StartAsync(
            settings: ["--TALLYSTICK_AUTOMATIC_ACCOUNTS", "1000", "--TALLYSTICK_MAX_CONNECTIONS", "600"]);
        using var bystander = await server.AddOrganizationAsync();
        // Who holds a connection already is not kept out by those of others.
        bystander.Http.DefaultRequestHeaders.ConnectionClose = attack == "connections";
        var begin = await Attacks[attack](server);
        await TimesAsync(bystander, Task.CompletedTask);
        var calm = await TimesAsync(bystander, Task.CompletedTask);

        var attacking = Task.Run(begin);
        var times = await TimesAsync(bystander, attacking);

        (await attacking).ShouldContain(expected);
        var permitted = Promised > calm[^1] * 4 ? Promised : calm[^1] * 4;
        // Some meet a pause of the machine: the tests beside this one share its processors.
        times[times.Count / 2].ShouldBeLessThan(permitted);
        times[^1].ShouldBeLessThan(Stall + calm[^1] * 4);
    }

    /// <summary>How long requests take, least first: some, and more until a task has ended.</summary>
    private static async Task<List<TimeSpan>> TimesAsync(ApiClient client, Task until)
    {
        List<TimeSpan> times = [];
        while (times.Count < 20 || !until.IsCompleted)
        {
            var begun = Stopwatch.GetTimestamp();
            (await client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
            times.Add(Stopwatch.GetElapsedTime(begun));
        }
        times.Sort();
        return times;
    }

    private static async Task<Func<Task<HttpStatusCode[]>>> QueriesAsync(ApiServer server)
    {
        var usage = new MeteredUsage(server.Client);
        var meter = await usage.MeterAsync("calls", "measure.n");
        for (var batch = 0; batch < 20; batch++)
            await SendAsync(server.Client, account => $"account{account % 100}", batch);
        var aggregations = string.Join(',', new[] { "SUM", "MEAN", "MIN", "MAX", "COUNT", "LATEST" }.Select(
            function => MeteredUsage.Aggregation(meter, "n", function)));
        var query = $$"""
            "aggregations":[{{aggregations}}],"groups":[{"groupType":"ACCOUNT"},{"groupType":"TIME","frequency":"HOUR"}]
            """;
        (await usage.QueryAsync(query)).Status.ShouldBe(HttpStatusCode.OK);
        return () => Task.WhenAll(Enumerable.Range(0, 200).Select(async _ => (await usage.QueryAsync(query)).Status));
    }

    /// <summary>Each query concerns all meters of the organization, which has many.</summary>
    private static async Task<Func<Task<HttpStatusCode[]>>> MetersAsync(ApiServer server)
    {
        var usage = new MeteredUsage(server.Client);
        foreach (var some in Enumerable.Range(0, 3_000).Chunk(100))
            await Task.WhenAll(some.Select(number => usage.MeterAsync($"meter{number}", "measure.n")));
        return () => Task.WhenAll(Enumerable.Range(0, 200).Select(
            async _ => (await usage.QueryAsync("\"limit\":1")).Status));
    }

    private static async Task<Func<Task<HttpStatusCode[]>>> PoliciesAsync(ApiServer server)
    {
        var author = await Principal.MakeAsync(
            server.Client, "allow config:create,config:update config:permissionPolicy");
        var denied = Enumerable.Range(0, 1_000).Select(number => $"config:*p*x{number}");
        var policy = (await server.Client.PostAsync("permissionpolicies", Policy("deny", denied))).Id;
        await server.Client.PostAsync($"permissionpolicies/{policy}/addtoserviceuser",
            new JsonObject { ["principalId"] = author.Id });
        var body = Policy("allow", Enumerable.Range(0, 1_000).Select(
            number => $"config:permissionPolicy/item/{number}")).ToJsonString();
        return () => Task.WhenAll(Enumerable.Range(0, 20).Select(
            async _ => (await author.Client.PostAsync("permissionpolicies", body)).Status));
    }

    private static async Task<Func<Task<HttpStatusCode[]>>> AccountsAsync(ApiServer server)
    {
        await new MeteredUsage(server.Client).MeterAsync("calls", "measure.n");
        return () => Task.WhenAll(Enumerable.Range(0, 50).Select(
            batch => SendAsync(server.Client, account => $"unknown-{batch}-{account}", batch)));
    }

    private static async Task<Func<Task<HttpStatusCode[]>>> UploadsAsync(ApiServer server)
    {
        var rates = await LookupSetup.MakeAsync(server.Client);
        var asked = """{"fileName":"rates","contentType":"text/csv","contentLength":52428800}""";
        return () => Task.WhenAll(Enumerable.Range(0, 100).Select(
            async _ => (await server.Client.PostAsync($"{rates.Data}/generateuploadurl", asked)).Status));
    }

    /// <summary>Opens connections from another address and sends nothing; a closed one counts as refused.</summary>
    private static Task<Func<Task<HttpStatusCode[]>>> ConnectionsAsync(ApiServer server) =>
        Task.FromResult<Func<Task<HttpStatusCode[]>>>(async () =>
        {
            var sockets = Enumerable.Range(0, 1_000).Select(_ => SourceAddress.Bind("127.0.0.2")).ToList();
            await Task.WhenAll(sockets.Select(
                socket => socket.ConnectAsync(server.Address.Host, server.Address.Port)));
            var closed = await Task.WhenAny(sockets.Select(socket => socket.ReceiveAsync(new byte[1])));
            var answer = await closed == 0 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;
            sockets.ForEach(socket => socket.Dispose());
            return [answer];
        });

    private static Task<Func<Task<HttpStatusCode[]>>> AnonymousAsync(
        ApiServer server, int requests, string path, Func<int, string> body, string? credentials = null)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 })
        {
            BaseAddress = server.Address,
        };
        return Task.FromResult<Func<Task<HttpStatusCode[]>>>(() => Task.WhenAll(Enumerable.Range(0, requests).Select(
            async number =>
            {
                using var content = new StringContent(body(number), Encoding.UTF8);
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
                // The client asks before it sends a body, as it would for a large one.
                request.Headers.ExpectContinue = true;
                if (credentials is not null)
                    request.Headers.Authorization = new("Basic", credentials);
                using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
                return response.StatusCode;
            })));
    }

    private static async Task<HttpStatusCode> SendAsync(ApiClient client, Func<int, string> account, int batch) =>
        (await client.PostAsync("measurements", new JsonObject
        {
            ["measurements"] = new JsonArray([.. Enumerable.Range(0, 1_000).Select(number => (JsonNode)
                MeteredUsage.Measurement(
                    $"calls {account(number)} 2025-03-{1 + number % 28:00}T{batch % 24:00}:00:00Z measure.n={number}",
                    $"{batch}-{number}"))]),
        })).Status;

    private static JsonObject Policy(string effect, IEnumerable<string> resources) => new()
    {
        ["name"] = "Policy",
        ["permissionPolicy"] = new JsonArray(new JsonObject
        {
            ["effect"] = effect,
            ["action"] = new JsonArray("config:update"),
            ["resource"] = new JsonArray([.. resources.Select(text => (JsonNode)text)]),
        }),
    };
}
