using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests;

/// <summary>
/// The built server as its user starts it: a process of its own with a data directory, which outlives its starts.
/// </summary>
internal sealed class LiveServer : IDisposable
{
    /// <summary>How long to wait for the end of a program: beyond what any takes, short of hanging.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryDirectory _data = new();
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly StringBuilder _printed = new();
    private Process _process;
    private HttpClient _client = new();

    /// <param name="settings">Environment variables of the process, besides the data directory.</param>
    internal LiveServer(IReadOnlyDictionary<string, string>? settings = null)
    {
        _settings = settings ?? new Dictionary<string, string>();
        _process = Start();
    }

    /// <param name="archive">A gzipped tar of the data directory to start with.</param>
    /// <param name="credentials">The credentials that the data directory holds, as environment variables.</param>
    /// <param name="database">The PostgreSQL database that has the documents in place of the archive.</param>
    internal LiveServer(string archive, IReadOnlyDictionary<string, string> credentials, string? database = null)
    {
        using (var file = File.OpenRead(archive))
        using (var unzipped = new GZipStream(file, CompressionMode.Decompress))
            TarFile.ExtractToDirectory(unzipped, _data.Path, overwriteFiles: true);
        foreach (var (name, value) in credentials)
            Environment[name] = value;
        _settings = credentials;
        if (database is not null)
        {
            foreach (var file in Directory.GetFiles(_data.Path, "documents.sqlite*"))
                File.Delete(file);
            _settings = new Dictionary<string, string>(credentials) { ["TALLYSTICK_POSTGRES"] = database };
        }
        _process = Start();
    }

    /// <summary>What the server prints for its user to copy.</summary>
    internal Dictionary<string, string> Environment { get; } = [];

    internal string DataDirectory => _data.Path;

    /// <summary>The most memory that the process had so far, in bytes.</summary>
    internal long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Where it listens.</summary>
    internal string Address { get; private set; } = "";

    /// <summary>What the latest start printed; whole once it has stopped.</summary>
    internal string Printed => _printed.ToString();

    /// <summary>Ends the process with SIGKILL.</summary>
    internal void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks the process to stop and waits for it.</summary>
    /// <returns>Its exit code.</returns>
    internal int Stop()
    {
        // The shell's own: the program kill is not on every machine.
        using var kill = Process.Start("sh", ["-c", $"kill -TERM {_process.Id}"]);
        _process.WaitForExit(Patience).ShouldBeTrue("The server must stop when asked to.");
        _printed.Append(_process.StandardOutput.ReadToEnd());
        return _process.ExitCode;
    }

    /// <summary>Starts another process on the same data.</summary>
    internal void StartAgain()
    {
        _process.Dispose();
        _process = Start();
    }

    /// <summary>Starts a second process on the same data directory.</summary>
    /// <returns>Its exit code and what it said.</returns>
    internal (int Code, string Said) StartSecond() => TryStart(Command());

    /// <summary>Starts a process that is expected to refuse its settings.</summary>
    /// <returns>Its exit code and what it said.</returns>
    internal static (int Code, string Said) TryStart(
        IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        using var data = new TemporaryDirectory();
        return TryStart(Command(data, settings, arguments));
    }

    /// <summary>Starts a process without waiting for it.</summary>
    internal static Process Launch(TemporaryDirectory data)
    {
        var command = Command(data, new Dictionary<string, string>(), []);
        command.RedirectStandardError = true;
        return Process.Start(command)!;
    }

    private static (int Code, string Said) TryStart(ProcessStartInfo command)
    {
        command.RedirectStandardError = true;
        using var process = Process.Start(command)!;
        // One that starts after all ends with the test rather than never.
        var said = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
            process.Kill();
        return (process.ExitCode, said.Result);
    }

    internal Task<JsonObject> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    internal Task<JsonObject> PostAsync(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body);

    internal Task<JsonObject> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body);

    internal async Task<string> CreateAsync(string path, JsonNode body) => (string)(await PostAsync(path, body))["id"]!;

    /// <summary>Runs a job to its end.</summary>
    internal async Task RunAsync(string path, JsonNode body)
    {
        var id = await CreateAsync(path, body);
        JsonObject job;
        do
            job = await GetAsync($"billjobs/{id}");
        while ((string?)job["status"] != "COMPLETE");
        job["failures"]?.ToJsonString().ShouldBeNull();
    }

    /// <summary>Runs a program as the user would, with what the server printed in its environment.</summary>
    /// <returns>What it printed.</returns>
    internal string Run(string program, string[] arguments, string input = "")
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _data.Path,
        };
        foreach (var (name, value) in Environment)
            info.Environment[name] = value;
        using var process = StartOrExplain(info);
        var faults = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program}: {faults.Result}");
        return output.Result;
    }

    /// <summary>A file in a directory that is removed with the server.</summary>
    internal string Write(string name, string text)
    {
        File.WriteAllText(_data.File(name), text);
        return _data.File(name);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
        _data.Dispose();
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonNode? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    private Process Start()
    {
        var process = Process.Start(Command())!;
        // A secret that was given is not printed.
        if (_settings.TryGetValue("TALLYSTICK_API_SECRET", out var secret))
            Environment["TALLYSTICK_API_SECRET"] = secret;
        var isFirst = !Environment.ContainsKey("TALLYSTICK_ORG_ID");
        string? address = null;
        _printed.Clear();
        while (address is null || (isFirst && Environment.Count < 4))
        {
            var line = process.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException("The server did not start.");
            _printed.AppendLine(line);
            if (line.StartsWith("  API  ", StringComparison.Ordinal))
                address = line.Trim().Split(' ')[^1];
            if (line.StartsWith(
                "export ", StringComparison.Ordinal) && line[7..].Split('=', 2) is [var name, var value])
                Environment[name] = value;
        }
        Address = address;
        SignIn(address);
        return process;
    }

    // The token of an earlier start stays good: it is asked for once.
    private void SignIn(string address)
    {
        var token = _client.DefaultRequestHeaders.Authorization;
        _client.Dispose();
        _client = new HttpClient
        {
            BaseAddress = new Uri($"{address}/organizations/{Environment["TALLYSTICK_ORG_ID"]}/"),
        };
        _client.DefaultRequestHeaders.Authorization = token ?? NewToken(address);
    }

    private AuthenticationHeaderValue NewToken(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/oauth/token")
        {
            Content = JsonContent.Create(new { grant_type = "client_credentials" }),
        };
        var key = $"{Environment["TALLYSTICK_ACCESS_KEY_ID"]}:{Environment["TALLYSTICK_API_SECRET"]}";
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(key));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        using var response = _client.Send(request);
        using var body = response.Content.ReadAsStream();
        return new AuthenticationHeaderValue("Bearer", (string)JsonNode.Parse(body)!["access_token"]!);
    }

    private ProcessStartInfo Command() => Command(_data, _settings, []);

    private static ProcessStartInfo Command(
        TemporaryDirectory data, IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        var server = Path.Combine(AppContext.BaseDirectory, "Tallystick.Server.dll");
        string[] address = arguments.Contains("--urls") ? [] : ["--urls", "http://127.0.0.1:0"];
        var info = new ProcessStartInfo("dotnet", [server, .. address, .. arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = data.Path,
        };
        // A shell in which somebody follows the tour has settings of another server.
        foreach (var name in info.Environment.Keys.Where(
            name => name.StartsWith("TALLYSTICK_", StringComparison.Ordinal)).ToList())
            info.Environment.Remove(name);
        info.Environment["TALLYSTICK_DATA"] = data.Path;
        foreach (var (name, value) in settings)
            info.Environment[name] = value;
        return info;
    }

    private static Process StartOrExplain(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"{info.FileName} is not installed; ./test installs it.", missing);
        }
    }
}
