using System.Collections.Concurrent;
using System.Net;
using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Backups;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Bills;
using Tallystick.Server.Tests.Installation;
using Tallystick.Server.Tests.Usage;
using Tallystick.Storage;
using Tallystick.Storage.Files;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Backups;

/// <summary>A backup is made beside the running server, and what it holds starts.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class BackupTests : IDisposable
{
    private readonly Restarts _restarts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Copy => _restarts.Beside("copy");

    public void Dispose() => _restarts.Dispose();

    [Fact]
    public async Task Backup_OfABusyServer_HoldsAllThatWasAcknowledgedBeforeItAndStarts()
    {
        await _restarts.SetUpAsync();
        var acknowledged = new ConcurrentQueue<string>();
        string[] before;
        string path;
        string bill;
        await using (var server = await _restarts.StartAsync())
        {
            using var client = await _restarts.SignInAsync(server);
            using var stop = new CancellationTokenSource();
            var busy = Task.WhenAll(
                SendAsync(client, "a", acknowledged, stop.Token), SendAsync(client, "b", acknowledged, stop.Token),
                ConfigureAsync(client, stop.Token), CountAsync(client, stop.Token));
            while (acknowledged.Count < 200)
                await Task.Yield();
            var billed = await BilledAccount.MakeAsync(client);
            await billed.ShouldBeBilledAsync("2025-02-01");
            bill = (await client.GetAsync(path = $"bills/latest/{billed.Id}")).Object.ToJsonString();
            before = [.. acknowledged];

            await BackupAsync(_restarts.Data);

            await stop.CancelAsync();
            await busy;
        }

        await using var copy = await _restarts.StartAsync(Copy, []);
        copy.FirstCredentials.ShouldBeNull();
        using var caller = await _restarts.SignInAsync(copy);
        var counted = await Restarts.CountAsync(caller);
        counted.ShouldBeGreaterThanOrEqualTo(before.Length);
        // Each of them is known by its uid.
        foreach (var uids in before.Chunk(500))
            (await caller.PostAsync("measurements", Body(uids))).Status.ShouldBe(HttpStatusCode.OK);
        (await Restarts.CountAsync(caller)).ShouldBe(counted);
        (await caller.GetAsync(path)).Object.ToJsonString().ShouldBe(bill);
        // The account that the measurements have made.
        (await caller.GetAsync("accounts?codes=acme")).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Backup_MadeAgainAndAgain_IsWholeEachTime()
    {
        await _restarts.SetUpAsync();
        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        for (var round = 1; round <= 3; round++)
        {
            await Restarts.SubmitAsync(client, $"r{round}-", 10);
            var target = _restarts.Beside($"copy{round}");
            await BackupAsync(_restarts.Data, target);
            await using var copy = await _restarts.StartAsync(target, []);
            using var caller = await _restarts.SignInAsync(copy);
            (await Restarts.CountAsync(caller)).ShouldBe(10 * round);
        }
    }

    [Fact]
    public async Task Backup_OfARunningServer_HasItsFilesButNoneThatIsStillArriving()
    {
        var key = FileKey.Of("reports", "acme", "2026/march.csv");
        await using var server = await _restarts.StartAsync();
        await server.Services.GetRequiredService<IFileStore>().PutAsync(
            key, new MemoryStream([1, 2, 3]), new FileTerms { MaxLength = 3 }, Token);
        await File.WriteAllBytesAsync(_restarts.File($"files/{DirectoryFileStore.AsideName}/half"), [1], Token);

        await BackupAsync(_restarts.Data);

        Directory.Exists(Path.Combine(Copy, "files", DirectoryFileStore.AsideName)).ShouldBeFalse();
        await using var copy = await _restarts.StartAsync(Copy, []);
        (await copy.Services.GetRequiredService<IFileStore>().FindAsync(key, Token))!.Length.ShouldBe(3);
    }

    [Fact]
    public async Task Backup_WithoutAServer_CopiesTheDirectory()
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("u", 5);

        (await ServerHost.RunAsync(["--backup", Copy, "--TALLYSTICK_DATA", _restarts.Data])).ShouldBe(0);

        await using var copy = await _restarts.StartAsync(Copy, []);
        using var client = await _restarts.SignInAsync(copy);
        (await Restarts.CountAsync(client)).ShouldBe(5);
    }

    [Fact]
    public async Task Backup_Made_IsReadableByItsOwnerOnly()
    {
        await _restarts.SetUpAsync();
        await using var server = await _restarts.StartAsync();

        await BackupAsync(_restarts.Data);

        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var entry in new DirectoryInfo(Copy).GetFileSystemInfos("*", SearchOption.AllDirectories))
            entry.UnixFileMode.ShouldBe(
                entry is DirectoryInfo ? file | UnixFileMode.UserExecute : file, entry.FullName);
        new DirectoryInfo(Copy).UnixFileMode.ShouldBe(file | UnixFileMode.UserExecute);
        Directory.GetFileSystemEntries(Copy).Select(Path.GetFileName).ShouldBe(
            ["documents.sqlite", "measurement-log", "measurements.duckdb"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("copy", "exists")]
    [InlineData("data/copy", "inside")]
    [InlineData("data", "inside")]
    [InlineData("missing/copy/", "missing")]
    public async Task Backup_IntoWhatIsNoNewDirectory_IsRefusedAndLeavesNothing(string target, string why)
    {
        await _restarts.SetUpAsync();
        await File.WriteAllTextAsync(Copy, "something", Token);
        if (why == "missing")
            await File.WriteAllTextAsync(_restarts.Beside("missing"), "a file", Token);
        await using var server = await _restarts.StartAsync();
        var before = Directory.GetFileSystemEntries(_restarts.Beside(""));

        (await RefusedAsync(_restarts.Beside(target))).ShouldContain(why);

        Directory.GetFileSystemEntries(_restarts.Beside("")).ShouldBe(before, ignoreOrder: true);
        (await File.ReadAllTextAsync(Copy, Token)).ShouldBe("something");
    }

    [Fact]
    public async Task Backup_WhileAnotherIsUnderWay_IsRefused()
    {
        await _restarts.SetUpAsync();
        await using var server = await _restarts.StartAsync();
        using (var other = ControlSocket.TryConnect(_restarts.Data).ShouldNotBeNull())
        {
            await using var stream = new System.Net.Sockets.NetworkStream(other);
            await stream.WriteAsync("hold\n"u8.ToArray(), Token);
            (await new StreamReader(stream).ReadLineAsync(Token)).ShouldBe("done");

            (await RefusedAsync(Copy)).ShouldContain("Another backup is in progress");
            Directory.Exists(Copy).ShouldBeFalse();
        }
        // One that has gone is under way no more, as soon as the server sees it.
        while (!Directory.Exists(Copy))
            await new BackupCommand(_restarts.Data, Copy, _ => { }).RunAsync(Token).ContinueWith(_ => { }, Token);
    }

    [Fact]
    public async Task Backup_UnderWayWhenMemoryRunsOut_IsEndedAndUsageAndQueriesGoOn()
    {
        await _restarts.SetUpAsync();
        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        await Restarts.SubmitAsync(client, "before", 5);
        using var command = ControlSocket.TryConnect(_restarts.Data).ShouldNotBeNull();
        await using var stream = new System.Net.Sockets.NetworkStream(command);
        using var answers = new StreamReader(stream);
        await stream.WriteAsync("hold\n"u8.ToArray(), Token);
        (await answers.ReadLineAsync(Token)).ShouldBe("done");
        await new ShortMemory(_restarts.Data).BeginAsync();

        // The command copies meanwhile, or hangs.
        await Restarts.SubmitAsync(client, "meanwhile", 5).WaitAsync(TimeSpan.FromSeconds(30), Token);
        (await Restarts.CountAsync(client).WaitAsync(TimeSpan.FromSeconds(30), Token)).ShouldBe(10);

        await stream.WriteAsync("end\n"u8.ToArray(), Token);
        (await answers.ReadLineAsync(Token)).ShouldNotBeNull().ShouldContain("Start the backup again");
    }

    [Fact]
    public async Task Backup_WhoseCommandIsSilent_IsEnded()
    {
        Directory.CreateDirectory(_restarts.Data);
        using var data = DataDirectory.Open(_restarts.Data);
        await using var store = await DuckDbMeasurementStore.OpenAsync(_restarts.Beside("store"), null, Token);
        await using var log = FileMeasurementLog.Open(_restarts.Beside("log"));
        using var listener = new BackupListener(
            data, new BackupSources(store, log, null), NullLogger<BackupListener>.Instance)
        {
            MaxSilence = TimeSpan.FromSeconds(1),
        };
        await listener.StartAsync(Token);
        using var command = ControlSocket.TryConnect(_restarts.Data).ShouldNotBeNull();
        await using var stream = new System.Net.Sockets.NetworkStream(command);
        var answers = new StreamReader(stream);
        await stream.WriteAsync("hold\nalive\nend\n"u8.ToArray(), Token);
        (await answers.ReadLineAsync(Token)).ShouldBe("done");
        (await answers.ReadLineAsync(Token)).ShouldBe("done");

        (await answers.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Token)).ShouldBe(
            "failed The backup was stopped because the backup command did not respond for 1 seconds.");
        (await answers.ReadLineAsync(Token)).ShouldBeNull();
        await listener.StopAsync(Token);
    }

    [Fact]
    public async Task Backup_ThatTakesLong_SaysThatItIsAtWork()
    {
        await _restarts.SetUpAsync();
        await using var server = await _restarts.StartAsync();

        await new BackupCommand(_restarts.Data, Copy, _ => { }) { Heartbeat = TimeSpan.FromMilliseconds(1) }
            .RunAsync(Token);

        await (await _restarts.StartAsync(Copy, [])).DisposeAsync();
    }

    [Fact]
    public async Task Backup_OfADirectoryWithALongPath_IsMade()
    {
        var data = _restarts.Beside(string.Join('/', Enumerable.Repeat("a-long-name-of-a-directory", 6)));
        await using var server = await _restarts.StartAsync(data, []);

        await BackupAsync(data);

        await (await _restarts.StartAsync(Copy, [])).DisposeAsync();
    }

    [Fact]
    public async Task Backup_WithDocumentsInPostgres_SaysSoAndStartsWithThem()
    {
        string[] settings =
            ["--TALLYSTICK_POSTGRES", await (await PostgresCluster.Shared).CreateDatabaseAsync()];
        await _restarts.SetUpAsync(settings);
        await using (var server = await _restarts.StartAsync(settings))
        {
            using var client = await _restarts.SignInAsync(server);
            await Restarts.SubmitAsync(client, "u", 5);
            (await BackupAsync(_restarts.Data)).ShouldContain("pg_dump");
        }
        Directory.GetFiles(Copy, "*.sqlite").ShouldBeEmpty();

        await using var copy = await _restarts.StartAsync(Copy, settings);
        using var caller = await _restarts.SignInAsync(copy);
        (await Restarts.CountAsync(caller)).ShouldBe(5);
    }

    private async Task<string> BackupAsync(string data, string? target = null)
    {
        var said = new List<string>();
        await new BackupCommand(data, target ?? Copy, said.Add).RunAsync(Token);
        Directory.GetFileSystemEntries(_restarts.Beside(""), "*.partial-*").ShouldBeEmpty();
        return string.Join('\n', said);
    }

    private async Task<string> RefusedAsync(string target) => (await Should.ThrowAsync<StoreUnavailableException>(
        new BackupCommand(_restarts.Data, target, _ => { }).RunAsync(Token))).Message;

    private static string Body(IEnumerable<string> uids) =>
        $$"""{"measurements":[{{string.Join(',', uids.Select(uid => $$$"""
            {"uid":"{{{uid}}}","meter":"requests","account":"acme","ts":"2026-01-02T00:00:00Z","measure":{"n":1}}
            """))}}]}""";

    private static async Task SendAsync(
        ApiClient client, string prefix, ConcurrentQueue<string> acknowledged, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            string[] uids = [.. Enumerable.Range(0, 20).Select(index => $"{prefix}{number}-{index}")];
            (await client.PostAsync("measurements", Body(uids))).Status.ShouldBe(HttpStatusCode.OK);
            foreach (var uid in uids)
                acknowledged.Enqueue(uid);
        }
    }

    private static async Task ConfigureAsync(ApiClient client, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
            (await client.PostAsync("products", $$"""{"name":"p","code":"p{{number}}"}""")).Status
                .ShouldBe(HttpStatusCode.OK);
    }

    private static async Task CountAsync(ApiClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            await Restarts.CountAsync(client);
    }
}
