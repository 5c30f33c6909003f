using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Server.Hosting;
using Tallystick.Server.Jobs;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests.Diaries;

/// <summary>The whole product in this process, with a clock that the test sets, used over HTTP.</summary>
internal sealed class ClockedServer : IClock, IAsyncDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly HttpClient _http = new();
    private Instant _now;
    private RunningServer? _server;

    private ClockedServer(Instant now) => _now = now;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<ClockedServer> StartAsync(Instant now)
    {
        var made = new ClockedServer(now);
        made._server = await ServerHost.StartAsync(
            ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", made._data.Path], made);
        await made.SignInAsync();
        return made;
    }

    public Instant GetCurrentInstant() => _now;

    /// <summary>Lets time pass: what has become due in the meantime is done when this returns.</summary>
    public async Task MoveToAsync(Instant now)
    {
        _now = now;
        await RunDueAsync();
        // The token of an earlier day has expired.
        await SignInAsync();
    }

    /// <summary>Returns when no job is running or due.</summary>
    public Task RunDueAsync() => _server!.Services.GetRequiredService<JobRunner>().RunDueAsync(Token);

    /// <summary>Sends a request to a path below the organization.</summary>
    /// <returns>Status code and answer.</returns>
    public async Task<(int Status, JsonNode? Answer)> SendAsync(string method, string path, JsonNode? body)
    {
        var organization = _server!.FirstCredentials!.OrganizationId;
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(_server.Address, $"organizations/{organization}/{path}"));
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _data.Dispose();
    }

    private async Task SignInAsync()
    {
        var credentials = _server!.FirstCredentials!;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, "oauth/token"))
        {
            Content = new StringContent("""{"grant_type":"client_credentials"}""", Encoding.UTF8, "application/json"),
        };
        var basic = Convert.ToBase64String(
            Encoding.UTF8.GetBytes($"{credentials.AccessKeyId}:{credentials.ApiSecret}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        using var response = await _http.SendAsync(request, Token);
        response.IsSuccessStatusCode.ShouldBeTrue("The test must be able to sign in.");
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token));
        _http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (string)answer!["access_token"]!);
    }
}
