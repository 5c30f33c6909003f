using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Server.Api;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Tests.Api;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Installation;

/// <summary>The keys of the installation stand among the documents, and nobody is told what they are.</summary>
public sealed class InstallationKeysTests : IDisposable
{
    private readonly Restarts _restarts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _restarts.Dispose();

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Start_Again_SignsWithTheSameKeys(Engine engine)
    {
        var settings = await SettingsAsync(engine);
        var signed = await SignAsync(settings);

        await using var server = await _restarts.StartAsync(settings);

        await RequireGoodAsync(server, signed);
        (await KeysAsync(server)).ShouldBe(signed.Keys);
        Directory.Exists(_restarts.File("keys")).ShouldBeFalse();
    }

    [Theory]
    [InlineData(Engine.Sqlite, "nothing")]
    [InlineData(Engine.Sqlite, "keeping")]
    [InlineData(Engine.Sqlite, "keeping and removing a file")]
    [InlineData(Engine.Sqlite, "keeping and removing the other file")]
    [InlineData(Engine.PostgreSql, "nothing")]
    [InlineData(Engine.PostgreSql, "keeping")]
    [InlineData(Engine.PostgreSql, "keeping and removing a file")]
    public async Task Start_OnKeyFilesOfAnEarlierVersionAfterAKill_SignsWithTheSameKeys(
        Engine engine, string killedAfter)
    {
        var settings = await SettingsAsync(engine);
        var signed = await SignAsync(settings);
        await using (var server = await _restarts.StartAsync(settings))
        {
            var stored = new InstallationKeys(
                Machinery.NewService(server.Services.GetRequiredService<IDocumentStore>(), SystemClock.Instance));
            _restarts.LeaveKeyFiles(await stored.ListAsync(Token));
            await stored.ChangeAsync(_ => [], Token);
            if (killedAfter != "nothing")
                await LegacyKeyFiles.Read(_restarts.Data, SystemClock.Instance).KeepAsync(stored, Token);
        }
        if (killedAfter == "keeping and removing a file")
            Directory.GetFiles(_restarts.File("keys"), "*.pem").ToList().ForEach(File.Delete);
        if (killedAfter == "keeping and removing the other file")
            File.Delete(_restarts.File("keys/download.key"));

        await using (var server = await _restarts.StartAsync(settings))
        {
            await RequireGoodAsync(server, signed);
            (await KeysAsync(server)).ShouldBe(signed.Keys);
            Directory.Exists(_restarts.File("keys")).ShouldBeFalse();
        }
        await using var again = await _restarts.StartAsync(settings);
        (await KeysAsync(again)).ShouldBe(signed.Keys);
    }

    [Fact]
    public async Task Start_OnAKeyFolderWithOtherFiles_RemovesItsOwnOnly()
    {
        await _restarts.SetUpAsync();
        var key = _restarts.LeaveKeyFiles();
        var (aside, expired, other) = (key + ".new", _restarts.File("keys/1000.pem"), _restarts.File("keys/ours.txt"));
        foreach (var path in new[] { aside, expired, other })
            await File.WriteAllTextAsync(path, "no key", Token);

        await using var server = await _restarts.StartAsync();

        Directory.GetFiles(_restarts.File("keys")).ShouldBe([other]);
    }

    [Theory]
    [InlineData("token", """{"key":"bm8ga2V5"}""")]
    [InlineData("token", """{"key":"-"}""")]
    [InlineData("token", """{"other":1}""")]
    [InlineData("url", """{"key":"bm8ga2V5"}""")]
    [InlineData("url", "no JSON")]
    [InlineData("protection", """{"key":"bm8ga2V5"}""")]
    public async Task Start_StoredKeyDamaged_IsRefusedByNameAndWithoutTheKey(string key, string document)
    {
        await _restarts.SetUpAsync();
        await using (var connection = new SqliteConnection(
            $"Data Source={_restarts.File("documents.sqlite")};Pooling=False"))
        {
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE installation_key SET document = $document WHERE id LIKE $key || '%'";
            command.Parameters.AddWithValue("$document", System.Text.Encoding.UTF8.GetBytes(document));
            command.Parameters.AddWithValue("$key", key);
            (await command.ExecuteNonQueryAsync(Token)).ShouldBe(1);
        }

        var refusal = (await Should.ThrowAsync<StoreUnavailableException>(() => _restarts.StartAsync())).Message;

        refusal.ShouldContain($"'{key}");
        refusal.ShouldContain("installation_key");
        refusal.ShouldNotContain("bm8ga2V5");
    }

    [Fact]
    public async Task Keys_InUse_AreInNoResponseNoEventAndNoLog()
    {
        await using var server = await ApiServer.StartAsync();
        var log = new CollectingLog();
        server.Service<ILoggerFactory>().AddProvider(log);
        server.Service<UrlSignatures>().SignDownload(server.OrganizationId, "a").ShouldNotBeEmpty();
        var keys = await InstallationKeys.ListAsync(server.Service<IDocumentStore>(), Token);
        keys.Count.ShouldBe(3);
        // Also within a longer text, where base64 has three forms.
        string[] secrets = [.. keys.SelectMany(key => new[]
        {
            Convert.ToBase64String(key.Bytes[^24..]), Convert.ToBase64String(key.Bytes[^24..^1])[..30],
            Convert.ToHexString(key.Bytes[^24..]),
        })];

        List<string> told = [.. keys.Select(key => $"{key}")];
        foreach (var operation in ApiOperations.All.Where(one => one.Method == "GET"))
        {
            var path = operation.Path.Replace("{orgId}", server.OrganizationId, StringComparison.Ordinal);
            using var answer = await server.Client.Http.GetAsync(path, Token);
            told.Add(await answer.Content.ReadAsStringAsync(Token));
        }
        foreach (var owner in new[] { server.OrganizationId, AccessKeyResource.Installation })
        {
            var events = await server.Service<IDocumentStore>().QueryAsync(
                ChangeEvents.Kind, owner, new DocumentQuery(), Token);
            told.AddRange(events.Select(one => System.Text.Encoding.UTF8.GetString(one.Json.Span)));
        }
        told.AddRange(log.Lines);

        told.Count.ShouldBeGreaterThan(50);
        foreach (var text in told)
            secrets.ShouldAllBe(secret => !text.Contains(secret, StringComparison.OrdinalIgnoreCase));
        AllKinds.Catalog.DocumentKinds.ShouldNotContain(InstallationKeys.Kind);
    }

    private static async Task<string[]> SettingsAsync(Engine engine) => engine == Engine.Sqlite
        ? []
        : ["--TALLYSTICK_POSTGRES", await (await PostgresCluster.Shared).CreateDatabaseAsync()];

    private async Task<Signed> SignAsync(string[] settings)
    {
        await _restarts.SetUpAsync(settings);
        await using var server = await _restarts.StartAsync(settings);
        using var client = await _restarts.SignInAsync(server);
        var until = SystemClock.Instance.GetCurrentInstant() + Duration.FromHours(1);
        return new Signed(
            client.Http.DefaultRequestHeaders.Authorization!.ToString(),
            server.Services.GetRequiredService<UrlSignatures>().Sign("GET", "acme", "a", until),
            await KeysAsync(server));
    }

    private async Task RequireGoodAsync(RunningServer server, Signed signed)
    {
        using var client = new ApiClient(server.Address, _restarts.Credentials.OrganizationId);
        client.Http.DefaultRequestHeaders.Add("Authorization", signed.Token);
        (await client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        var parts = signed.Url.Split('&', '=');
        server.Services.GetRequiredService<UrlSignatures>().IsGood("GET", "acme", "a", parts[1], parts[3])
            .ShouldBeTrue();
    }

    private static async Task<string[]> KeysAsync(RunningServer server) =>
    [
        .. (await InstallationKeys.ListAsync(server.Services.GetRequiredService<IDocumentStore>(), Token))
            // Earlier versions had none of these.
            .Where(key => !key.Id.StartsWith("protection-", StringComparison.Ordinal))
            .Select(key => $"{key.Id} {Convert.ToBase64String(key.Bytes)}").Order(StringComparer.Ordinal),
    ];

    /// <summary>What was signed, and with which keys.</summary>
    private sealed record Signed(string Token, string Url, string[] Keys);
}
