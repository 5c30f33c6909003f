using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Testing;

namespace Tallystick.Benchmarks.Serving;

/// <summary>What became of everything that was accepted.</summary>
/// <param name="Accepted">Measurements that were loaded.</param>
/// <param name="Stored">Those that are stored.</param>
/// <param name="Duplicate">Those whose uid was known.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="Rows">Rows in the store.</param>
internal sealed record Outcome(long Accepted, long Stored, long Duplicate, long Failed, long Rows);

/// <summary>The server as a child process on a data directory of its own, set up over HTTP.</summary>
internal sealed class ServingProcess : IDisposable
{
    private readonly TemporaryDirectory _data;
    private readonly Process _process;
    private readonly HttpClient _client;

    private ServingProcess(Process process, TemporaryDirectory data, Uri address, string organizationId)
    {
        (_process, _data, Address, OrganizationId) = (process, data, address, organizationId);
        Usage = new ProcessUsage(process.Id);
        _client = new HttpClient
        {
            BaseAddress = new Uri(address, $"/organizations/{organizationId}/"),
            Timeout = TimeSpan.FromMinutes(10),
        };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>UUID of its organization.</summary>
    public string OrganizationId { get; }

    /// <summary>The bearer token.</summary>
    public string Token { get; private set; } = "";

    /// <summary>What it uses of the machine.</summary>
    public ProcessUsage Usage { get; }

    /// <summary>Bytes of the measurement store's files.</summary>
    public long StoreBytes =>
        Directory.GetFiles(_data.Path, "measurements.duckdb*").Sum(path => new FileInfo(path).Length);

    /// <summary>Starts a server and sets it up: an access token, a product, a meter.</summary>
    /// <param name="isDiscarding">Keeps no measurements.</param>
    public static async Task<ServingProcess> StartAsync(bool isDiscarding)
    {
        var data = new TemporaryDirectory();
        var (organization, key, secret) = ($"{Guid.NewGuid()}", "benchmark", $"{Guid.NewGuid():N}{Guid.NewGuid():N}");
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["serve", data.Path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = data.Path,
        };
        if (isDiscarding)
            start.ArgumentList.Add("--discard");
        start.Environment["TALLYSTICK_ORG_ID"] = organization;
        start.Environment["TALLYSTICK_ACCESS_KEY_ID"] = key;
        start.Environment["TALLYSTICK_API_SECRET"] = secret;
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The server did not start.");
        var server = new ServingProcess(process, data, new Uri(address), organization);
        await server.SignInAsync(key, secret);
        await Setup.MakeMeterAsync(server);
        return server;
    }

    /// <summary>Asks what the API does not tell.</summary>
    public async Task<string> AskAsync(string question)
    {
        await _process.StandardInput.WriteLineAsync(question);
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"The server ended at the question '{question}'.");
    }

    /// <summary>Waits until everything that was accepted is loaded.</summary>
    /// <returns>The seconds that it took.</returns>
    public async Task<double> CatchUpAsync()
    {
        var began = Stopwatch.GetTimestamp();
        await AskAsync("loaded");
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>What became of everything so far.</summary>
    public async Task<Outcome> ReadOutcomeAsync()
    {
        var numbers = (await AskAsync($"tally {OrganizationId}")).Split(' ')
            .Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new Outcome(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    /// <summary>The position behind the log's last byte.</summary>
    public async Task<long> ReadLogEndAsync() => long.Parse(await AskAsync("log"), CultureInfo.InvariantCulture);

    /// <summary>Posts to an operation below the organization.</summary>
    /// <returns>The answer, or null when there is no such operation.</returns>
    public async Task<JsonNode?> PostAsync(string path, JsonNode body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(path, content);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound)
            return null;
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)
            : throw new InvalidOperationException($"{path}: {text}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
        _data.Dispose();
    }

    private async Task SignInAsync(string key, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "/oauth/token"))
        {
            Content = JsonContent.Create(new { grant_type = "client_credentials" }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}")));
        using var response = await _client.SendAsync(request);
        Token = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["access_token"]!;
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }
}
