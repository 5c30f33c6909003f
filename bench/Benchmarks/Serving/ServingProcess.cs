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
    private readonly TemporaryDirectory _data = new();
    private readonly ProcessStartInfo _start;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(10) };
    private Process _process;

    private ServingProcess(bool isDiscarding, string? postgres, string key, string secret)
    {
        _start = new ProcessStartInfo(Environment.ProcessPath!, ["serve", _data.Path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = _data.Path,
        };
        if (isDiscarding)
            _start.ArgumentList.Add("--discard");
        _start.Environment["TALLYSTICK_ORG_ID"] = OrganizationId;
        _start.Environment["TALLYSTICK_ACCESS_KEY_ID"] = key;
        _start.Environment["TALLYSTICK_API_SECRET"] = secret;
        if (postgres is not null)
            _start.Environment["TALLYSTICK_POSTGRES"] = postgres;
        _process = Process.Start(_start)!;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>UUID of its organization.</summary>
    public string OrganizationId { get; } = $"{Guid.NewGuid()}";

    /// <summary>The bearer token.</summary>
    public string Token { get; private set; } = "";

    /// <summary>What it uses of the machine.</summary>
    public ProcessUsage Usage => new(_process.Id);

    /// <summary>Bytes of the measurement store's files.</summary>
    public long StoreBytes =>
        Directory.GetFiles(_data.Path, "measurements.duckdb*").Sum(path => new FileInfo(path).Length);

    /// <summary>Starts a server and sets it up: an access token, a product, a meter.</summary>
    /// <param name="isDiscarding">Keeps no measurements.</param>
    /// <param name="postgres">How to connect to a database for configuration; null for SQLite.</param>
    public static async Task<ServingProcess> StartAsync(bool isDiscarding, string? postgres = null)
    {
        var (key, secret) = ("benchmark", $"{Guid.NewGuid():N}{Guid.NewGuid():N}");
        var server = new ServingProcess(isDiscarding, postgres, key, secret);
        await server.ReadAddressAsync();
        await server.SignInAsync(key, secret);
        await Setup.MakeMeterAsync(server);
        return server;
    }

    /// <summary>Stops the process and starts another one on the same data.</summary>
    /// <returns>The seconds until it has restored its uid index and all is loaded again.</returns>
    public async Task<double> RestartAsync()
    {
        Stop();
        var began = Stopwatch.GetTimestamp();
        _process = Process.Start(_start)!;
        await ReadAddressAsync();
        await AskAsync("loaded");
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
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

    /// <summary>Bytes of the groups in which the log was written from a position on.</summary>
    public async Task<IReadOnlyList<int>> ReadGroupsAsync(long from) =>
        [.. (await AskAsync($"groups {from}")).Split(' ')
            .Select(bytes => int.Parse(bytes, CultureInfo.InvariantCulture))];

    /// <summary>Memory that the index of uids holds, in MB.</summary>
    public async Task<double> ReadUidMegabytesAsync() =>
        long.Parse(await AskAsync("uids"), CultureInfo.InvariantCulture) / 1024.0 / 1024.0;

    /// <summary>Posts to an operation below the organization.</summary>
    /// <returns>The answer, or null when there is no such operation.</returns>
    public Task<JsonNode?> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Puts an entity of the organization.</summary>
    public Task<JsonNode?> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body);

    /// <summary>Gets something of the organization; null when there is no such thing.</summary>
    public Task<JsonNode?> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonNode? body)
    {
        using var request = new HttpRequestMessage(
            method, new Uri(Address, $"/organizations/{OrganizationId}/{path}"))
        {
            Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        using var response = await _client.SendAsync(request);
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
        Stop();
        _client.Dispose();
        _data.Dispose();
    }

    private void Stop()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task ReadAddressAsync() => Address = new Uri(
        await _process.StandardOutput.ReadLineAsync()
        ?? throw new InvalidOperationException("The server did not start."));

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
