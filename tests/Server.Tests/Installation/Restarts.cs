using System.Net;
using System.Security.Cryptography;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Installation;

/// <summary>A data directory on which the product is started again and again.</summary>
internal sealed class Restarts : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>The data directory.</summary>
    internal string Data => _directory.File("data");

    /// <summary>The credentials of the first start.</summary>
    internal FirstCredentials Credentials { get; private set; } = null!;

    /// <summary>Full path of a file or directory in the data directory.</summary>
    internal string File(string name) => Path.Combine(Data, name);

    /// <summary>Full path of a file or directory beside the data directory.</summary>
    internal string Beside(string name) => _directory.File(name);

    internal Task<RunningServer> StartAsync(params string[] args) => StartAsync(Data, args);

    internal async Task<RunningServer> StartAsync(string data, string[] args)
    {
        var server = await ServerHost.StartAsync(
            ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data, .. args], SystemClock.Instance);
        Credentials ??= server.FirstCredentials!;
        return server;
    }

    /// <summary>A client of the first administrator.</summary>
    internal async Task<ApiClient> SignInAsync(RunningServer server)
    {
        var client = new ApiClient(server.Address, Credentials.OrganizationId);
        await client.SignInAsync(Credentials.AccessKeyId, Credentials.ApiSecret!);
        return client;
    }

    /// <summary>Starts, makes the meter "requests" and stops again.</summary>
    internal async Task SetUpAsync(params string[] args)
    {
        await using var server = await StartAsync(args);
        using var client = await SignInAsync(server);
        await new MeteredUsage(client).MeterAsync("requests", "measure.n");
    }

    /// <summary>Submits measurements with uids of a prefix, and waits until they are loaded.</summary>
    internal static async Task SubmitAsync(ApiClient client, string prefix, int count)
    {
        var measurements = string.Join(',', Enumerable.Range(0, count).Select(number =>
            $$$"""
            {"uid":"{{{prefix}}}{{{number}}}","meter":"requests","account":"acme","ts":"2026-01-02T00:00:00Z",
            "measure":{"n":1}}
            """));
        (await client.PostAsync("measurements", $$"""{"measurements":[{{measurements}}]}""")).Status
            .ShouldBe(HttpStatusCode.OK);
        await CountAsync(client);
    }

    /// <summary>Starts, submits measurements, and stops.</summary>
    internal async Task SubmitAsync(string prefix, int count)
    {
        await using var server = await StartAsync();
        using var client = await SignInAsync(server);
        await SubmitAsync(client, prefix, count);
    }

    /// <summary>Leaves key files as earlier versions kept them.</summary>
    /// <param name="keys">The keys; null for new ones.</param>
    /// <returns>Full path of that of the signing key.</returns>
    internal string LeaveKeyFiles(IReadOnlyList<InstallationKey>? keys = null)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        keys ??=
        [
            new InstallationKey(
                SigningKeys.IdOf(SystemClock.Instance.GetCurrentInstant().ToUnixTimeSeconds()),
                made.ExportPkcs8PrivateKey()),
            new InstallationKey("url", new byte[32]),
        ];
        Directory.CreateDirectory(File("keys"));
        var path = "";
        foreach (var key in keys.Where(key => !key.Id.StartsWith("protection-", StringComparison.Ordinal)))
        {
            if (key.Id == "url")
            {
                System.IO.File.WriteAllBytes(File("keys/download.key"), key.Bytes);
                continue;
            }
            path = File($"keys/{key.Id["token-".Length..]}.pem");
            System.IO.File.WriteAllText(path, PemEncoding.WriteString("PRIVATE KEY", key.Bytes));
        }
        return path;
    }

    /// <summary>How many measurements are counted.</summary>
    internal static async Task<int> CountAsync(ApiClient client)
    {
        var meter = (await client.GetAsync("meters")).Data.Single(meter => (string)meter["code"]! == "requests");
        var answer = await new MeteredUsage(client).QueryAsync(
            $"\"aggregations\":[{MeteredUsage.Aggregation((string)meter["id"]!, "n", "SUM")}]",
            "2026-01-01T00:00:00Z 2026-02-01T00:00:00Z");
        return answer.Data.Count == 0 ? 0 : (int)(decimal)answer.Data.Single()["requests.n.SUM"]!;
    }

    /// <summary>Copies a file, or a directory with its files.</summary>
    internal static void Copy(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            System.IO.File.Copy(from, to, overwrite: true);
            return;
        }
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        Directory.CreateDirectory(to);
        foreach (var path in Directory.GetFileSystemEntries(from))
            Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }

    public void Dispose() => _directory.Dispose();
}
