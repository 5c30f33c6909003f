using System.Runtime.Versioning;
using Tallystick.Resources.Documents;
using Tallystick.Storage;

namespace Tallystick.Server.Tests.Installation;

/// <summary>A data directory in which something is damaged or lost is refused by name.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DamagedDataTests : IDisposable
{
    private readonly Restarts _restarts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _restarts.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(120)]
    public async Task Start_SigningKeyCutShort_IsRefusedByName(int bytes)
    {
        await _restarts.SetUpAsync();
        var key = _restarts.LeaveKeyFiles();
        Cut(key, bytes);

        (await RefusedAsync()).ShouldContain(key);
    }

    [Fact]
    public async Task Start_SigningKeyWithAFlippedBit_IsRefusedByNameWhereverItIs()
    {
        await _restarts.SetUpAsync();
        var key = _restarts.LeaveKeyFiles();
        var whole = await File.ReadAllBytesAsync(key, Token);
        // Behind the first line, which names what follows, and before the last one.
        var (first, end) = (Array.IndexOf(whole, (byte)'\n') + 1, whole.AsSpan().LastIndexOf("-----END"u8) - 1);
        for (var at = first; at < end; at += 10)
        {
            var flipped = (byte[])whole.Clone();
            flipped[at] = flipped[at] == (byte)'A' ? (byte)'B' : (byte)'A';
            await File.WriteAllBytesAsync(key, flipped, Token);
            (await RefusedAsync()).ShouldContain(key, customMessage: $"byte {at}");
        }
    }

    [Fact]
    public async Task Start_KeyOfDownloadsCutShort_IsRefusedByName()
    {
        await _restarts.SetUpAsync();
        _restarts.LeaveKeyFiles();
        Cut(_restarts.File("keys/download.key"), 31);
        (await RefusedAsync()).ShouldContain("download.key");
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public async Task Start_MeasurementStoreCutShort_IsRefusedByName(double share)
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("u", 900);
        var store = _restarts.File("measurements.duckdb");
        Cut(store, (long)(new FileInfo(store).Length * share));

        (await RefusedAsync()).ShouldContain(store);
    }

    [Fact]
    public async Task Start_DocumentsCutShort_AreRefusedByName()
    {
        await _restarts.SetUpAsync();
        var documents = _restarts.File("documents.sqlite");
        Cut(documents, new FileInfo(documents).Length / 2);
        (await RefusedAsync()).ShouldContain(documents);
    }

    [Fact]
    public async Task Start_DocumentsCopiedInUseWithoutTheirWriteAheadFile_IsRefusedByName()
    {
        await _restarts.SetUpAsync();
        await using (var server = await _restarts.StartAsync())
        {
            using var client = await _restarts.SignInAsync(server);
            (await client.PostAsync("products", """{"name":"n","code":"c"}""")).Id.ShouldNotBeNull();
            Restarts.Copy(_restarts.File("documents.sqlite"), _restarts.Beside("copy"));
        }
        Restarts.Copy(_restarts.Beside("copy"), _restarts.File("documents.sqlite"));

        var refusal = await RefusedAsync();

        refusal.ShouldContain("documents.sqlite-wal");
        refusal.ShouldContain(DataDirectory.AcceptLossOption);
        await (await _restarts.StartAsync(DataDirectory.AcceptLossOption)).DisposeAsync();
        await (await _restarts.StartAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Server_Running_MakesFilesThatOnlyTheirOwnerCanRead()
    {
        Directory.CreateDirectory(_restarts.File("measurement-log"));
        var former = _restarts.File("measurement-log/0000000000000000000.log");
        await File.WriteAllBytesAsync(former, [], Token);
        File.SetUnixFileMode(former, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        await new Usage.MeteredUsage(client).MeterAsync("requests", "measure.n");
        await Restarts.SubmitAsync(client, "u", 10);

        var entries = new DirectoryInfo(_restarts.Data).GetFileSystemInfos("*", SearchOption.AllDirectories);
        entries.Length.ShouldBeGreaterThan(8);
        foreach (var entry in entries)
        {
            var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            if (entry is DirectoryInfo)
                mode |= UnixFileMode.UserExecute;
            entry.UnixFileMode.ShouldBe(mode, entry.FullName);
        }
    }

    private static void Cut(string path, long bytes)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(bytes);
    }

    private async Task<string> RefusedAsync() =>
        (await Should.ThrowAsync<StoreUnavailableException>(() => _restarts.StartAsync())).Message;
}
