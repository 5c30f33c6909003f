using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Tests.Contract;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Api;

/// <summary>The engines that documents can be kept in.</summary>
public enum Engine
{
    Sqlite,
    PostgreSql,
}

/// <summary>
/// A whole product of its own, on a free port and a data directory of its own, and a client of its administrator.
/// </summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly RunningServer _server;
    private readonly TemporaryDirectory _data;

    private ApiServer(RunningServer server, TemporaryDirectory data)
    {
        _server = server;
        _data = data;
        OrganizationId = server.FirstCredentials!.OrganizationId;
        Client = new ApiClient(server.Address, OrganizationId);
    }

    internal Uri Address => _server.Address;

    internal string OrganizationId { get; }

    /// <summary>A part of the product.</summary>
    internal T Service<T>() where T : notnull => _server.Services.GetRequiredService<T>();

    /// <summary>The data directory.</summary>
    internal string DataPath => _data.Path;

    /// <summary>The person who can sign in to the console.</summary>
    internal FirstPerson Person => _server.FirstCredentials!.Person!;

    internal string AccessKeyId => _server.FirstCredentials!.AccessKeyId;

    internal string ApiSecret => _server.FirstCredentials!.ApiSecret!;

    /// <summary>Calls as the administrator.</summary>
    internal ApiClient Client { get; }

    internal static async Task<ApiServer> StartAsync(
        Engine engine = Engine.Sqlite, IClock? clock = null, string? database = null, params string[] settings)
    {
        var data = new TemporaryDirectory();
        List<string> args = ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data.Path, .. settings];
        if (engine == Engine.PostgreSql)
            args.AddRange([
                "--TALLYSTICK_POSTGRES",
                database ?? await (await PostgresCluster.Shared).CreateDatabaseAsync(),
            ]);
        var server = new ApiServer(await ServerHost.StartAsync([.. args], clock ?? SystemClock.Instance), data);
        await server.Client.SignInAsync(server.AccessKeyId, server.ApiSecret);
        return server;
    }

    /// <summary>Adds another organization to the store and signs in as its administrator.</summary>
    internal async Task<ApiClient> AddOrganizationAsync()
    {
        var bootstrap = new Bootstrap(Service<IDocumentStore>(), Service<ResourceService>());
        var made = await bootstrap.AddOrganizationAsync(new BootstrapSettings(null, null, null), default);
        var client = new ApiClient(Address, made.OrganizationId);
        await client.SignInAsync(made.AccessKeyId, made.ApiSecret!);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _data.Dispose();
    }
}

/// <summary>An answer of the API.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonNode? Json, HttpResponseHeaders Headers)
{
    internal string Message => (string?)Json?["message"] ?? "";

    /// <summary>The object answered, after a success.</summary>
    internal JsonObject Object
    {
        get
        {
            Status.ShouldBe(HttpStatusCode.OK, Message);
            return Json!.AsObject();
        }
    }

    internal string Id => (string)Object["id"]!;

    /// <summary>The codes and paths of the faults of a refusal, as <c>required name</c>.</summary>
    internal IReadOnlyList<string> Faults =>
        [.. Json?["errors"]?.AsArray().Select(fault => $"{fault!["code"]} {fault["path"]}") ?? []];

    /// <summary>The entities of a page.</summary>
    internal IReadOnlyList<JsonObject> Data => [.. Object["data"]!.AsArray().Select(item => item!.AsObject())];
}

/// <summary>A client of one organization.</summary>
internal sealed class ApiClient(Uri address, string organizationId) : IDisposable
{
    internal string OrganizationId => organizationId;

    internal HttpClient Http { get; } = new() { BaseAddress = address };

    /// <summary>What stands for parts of paths in braces, such as <c>lookupTableId</c>.</summary>
    internal Dictionary<string, string> Parents { get; } = [];

    internal async Task SignInAsync(string accessKeyId, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "oauth/token")
        {
            Content = new StringContent("""{"grant_type":"client_credentials"}""", Encoding.UTF8, "application/json"),
        };
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{accessKeyId}:{secret}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        var answer = await AnswerAsync(request);
        Http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (string)answer.Object["access_token"]!);
    }

    internal Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    internal Task<ApiAnswer> PostAsync(string path, JsonNode body) =>
        SendAsync(HttpMethod.Post, path, body.ToJsonString());

    internal Task<ApiAnswer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    internal Task<ApiAnswer> PutAsync(string path, JsonNode body) =>
        SendAsync(HttpMethod.Put, path, body.ToJsonString());

    internal Task<ApiAnswer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    internal Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>Sends to a path below the organization.</summary>
    internal async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? body)
    {
        foreach (var (name, id) in Parents)
            path = path.Replace($"{{{name}}}", id, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(method, $"organizations/{organizationId}/{path}");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await AnswerAsync(request);
    }

    /// <summary>Sends, and holds the answer to a success against the published contract.</summary>
    internal async Task<ApiAnswer> AnswerAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode == HttpStatusCode.OK && ContractAnswers.Published is { } contract)
            contract.Faults(request.Method, request.RequestUri!.AbsolutePath, text).ShouldBeEmpty();
        return new ApiAnswer(response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), response.Headers);
    }

    public void Dispose() => Http.Dispose();
}
