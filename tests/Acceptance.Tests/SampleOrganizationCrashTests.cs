using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Tallystick.Acceptance.Tests;

/// <summary>Killed at any moment, the server completes a sample organization, and its removal.</summary>
public sealed class SampleOrganizationCrashTests
{
    private const string Email = "ann@example.com";
    private const string First = "a first password";
    private const string Password = "a password of my own";
    private const string Path = "sampleorganization";

    private static readonly int Kills = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 3 : 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sample_KilledWhileItIsMadeAndWhileItIsRemoved_IsCompleteAndThenGone()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var server = new LiveServer(new Dictionary<string, string>
        {
            ["TALLYSTICK_ADMIN_EMAIL"] = Email,
            ["TALLYSTICK_ADMIN_PASSWORD"] = First,
        });
        var own = await SignInAsync(server, First, null, Password);
        var sample = (string)(await SendAsync(server, HttpMethod.Post, own))["organizationId"]!;
        await KillAsync(server, random);

        var made = await AwaitAsync(
            () => SendAsync(server, HttpMethod.Get, own), answer => (string?)answer["status"] != "CREATING");

        ((string?)made["status"]).ShouldBe("READY", $"seed {seed}");
        var inside = await SignInAsync(server, Password, sample);
        var totals = (await SendAsync(server, HttpMethod.Get, inside, "measurements/conservation"))["totals"]!;
        ((long)totals["mismatch"]!).ShouldBe(0, $"seed {seed}");
        var bills = (await SendAsync(server, HttpMethod.Get, inside, "bills?pageSize=100"))["data"]!.AsArray();
        bills.Count.ShouldBe(30, $"seed {seed}");
        bills.Count(bill => (bool)bill!["locked"]!).ShouldBe(20, $"seed {seed}");

        await SendAsync(server, HttpMethod.Delete, inside);
        await KillAsync(server, random);

        using var http = new HttpClient();
        await AwaitAsync(
            async () => await http.GetStringAsync($"{server.Address}/metrics", Token),
            metrics => !metrics.Contains("handler=\"sampleOrganization\"", StringComparison.Ordinal));
        using var refused = await http.PostAsJsonAsync(
            $"{server.Address}/signin",
            new JsonObject { ["email"] = Email, ["password"] = Password, ["organizationId"] = sample }, Token);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"seed {seed}");
        await SignInAsync(server, Password, own.OrganizationId);
    }

    private static async Task KillAsync(LiveServer server, Random random)
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(0, 1500), Token);
            server.Kill();
            server.StartAgain();
        }
    }

    private static async Task<T> AwaitAsync<T>(Func<Task<T>> read, Func<T, bool> isMet)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await read();
            if (isMet(answer))
                return answer;
            await Task.Delay(Pause, patience.Token);
        }
    }

    private static async Task<Access> SignInAsync(
        LiveServer server, string password, string? organizationId, string? newPassword = null)
    {
        using var http = new HttpClient();
        using var response = await http.PostAsJsonAsync(
            $"{server.Address}/signin",
            new JsonObject
            {
                ["email"] = Email,
                ["password"] = password,
                ["organizationId"] = organizationId,
                ["newPassword"] = newPassword,
            },
            Token);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
        return new Access((string)answer["organizationId"]!, (string)answer["access_token"]!);
    }

    private static async Task<JsonObject> SendAsync(
        LiveServer server, HttpMethod method, Access access, string path = Path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(
            method, $"{server.Address}/organizations/{access.OrganizationId}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access.Token);
        using var response = await http.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private sealed record Access(string OrganizationId, string Token);
}
