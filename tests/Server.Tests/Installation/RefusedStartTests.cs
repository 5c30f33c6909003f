using System.Runtime.Versioning;
using DuckDB.NET.Data;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Tests.Api;
using Tallystick.Storage;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Installation;

/// <summary>
/// A start that is refused leaves every file as it was, byte by byte: neither an upgrade nor what the operator has
/// accepted is written before all of it is known to belong together.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class RefusedStartTests : IDisposable
{
    private const string Log = "measurement-log";
    private const string Store = "measurements.duckdb";
    private const string Documents = "documents.sqlite";

    private static readonly Dictionary<string, Func<RefusedStartTests, Task>> Faults = new()
    {
        ["log behind the store"] = test => test.TakeOldLogAsync(),
        ["log missing"] = test =>
        {
            Directory.Delete(test._restarts.File(Log), recursive: true);
            return Task.CompletedTask;
        },
        ["documents missing"] = test =>
        {
            File.Delete(test._restarts.File(Documents));
            return Task.CompletedTask;
        },
        ["documents empty"] = test => File.WriteAllBytesAsync(test._restarts.File(Documents), [], Token),
        ["documents of another installation"] = test => test.TakeDocumentsOfAnotherAsync(),
        ["documents of another installation, log behind the store"] = async test =>
        {
            await test.TakeOldLogAsync();
            await test.TakeDocumentsOfAnotherAsync();
        },
        ["documents of a newer version"] = test => test.ChangeDocumentsAsync("INSERT INTO _format VALUES (1000)"),
        ["documents of a newer version after a kill"] = async test =>
        {
            await test.ChangeDocumentsAsync("INSERT INTO _format VALUES (1000)");
            await test.KillAsync();
        },
        ["measurements missing"] = test =>
        {
            File.Delete(test._restarts.File(Store));
            Directory.Delete(test._restarts.File(Log), recursive: true);
            return Task.CompletedTask;
        },
        ["measurements cut short"] = test =>
        {
            using var file = File.OpenWrite(test._restarts.File(Store));
            file.SetLength(file.Length / 2);
            return Task.CompletedTask;
        },
        ["measurements of a newer version"] = test => test.ChangeStoreAsync("UPDATE state SET version = 1000"),
        ["signing key damaged"] = test => File.WriteAllTextAsync(
            Directory.GetFiles(test._restarts.File("keys"), "*.pem").Single(), "no key", Token),
        ["signing key damaged, key of downloads missing"] = test =>
        {
            File.Delete(test._restarts.File("keys/download.key"));
            return Faults!["signing key damaged"](test);
        },
        ["stored signing key damaged"] = test =>
            test.ChangeDocumentsAsync("UPDATE installation_key SET document = '{}' WHERE id LIKE 'token-%'"),
        ["stored key of URLs damaged"] = test =>
            test.ChangeDocumentsAsync("UPDATE installation_key SET document = '{\"key\":\"AAAA\"}' WHERE id = 'url'"),
        ["log behind the store, key of downloads missing"] = test =>
        {
            File.Delete(test._restarts.File("keys/download.key"));
            return test.TakeOldLogAsync();
        },
    };

    private readonly Restarts _restarts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _restarts.Dispose();

    [Theory]
    [InlineData("log behind the store")]
    [InlineData("log missing")]
    [InlineData("documents missing")]
    [InlineData("documents empty")]
    [InlineData("documents of another installation")]
    [InlineData("documents of another installation", DataDirectory.AcceptLossOption)]
    [InlineData("documents of another installation, log behind the store")]
    [InlineData("documents of another installation, log behind the store", DataDirectory.AcceptLossOption)]
    [InlineData("documents of a newer version")]
    [InlineData("documents of a newer version", DataDirectory.AcceptLossOption)]
    [InlineData("documents of a newer version after a kill")]
    [InlineData("measurements missing")]
    [InlineData("measurements cut short")]
    [InlineData("measurements of a newer version")]
    [InlineData("signing key damaged")]
    [InlineData("signing key damaged, key of downloads missing")]
    [InlineData("log behind the store, key of downloads missing")]
    [InlineData("stored signing key damaged")]
    [InlineData("stored key of URLs damaged")]
    public async Task Start_Refused_LeavesEveryFileAsItWas(string fault, params string[] args)
    {
        await FillAsync();
        // As an earlier version has left them: each start that is not refused upgrades both.
        await ChangeStoreAsync("""
            ALTER TABLE tallies DROP COLUMN voided;
            ALTER TABLE tallies DROP COLUMN erased;
            DROP TABLE removals;
            DROP TABLE voided;
            DROP TABLE erased;
            DROP TABLE rewrites;
            UPDATE state SET version = 6
            """);
        await ChangeDocumentsAsync("DELETE FROM _column WHERE kind = 'meter'");
        await Faults[fault](this);
        var before = DataFiles.Hash(_restarts.Data);

        await Should.ThrowAsync<StoreUnavailableException>(() => _restarts.StartAsync(args));

        DataFiles.Hash(_restarts.Data).ShouldBe(before);
    }

    [Fact]
    public async Task Start_RefusedAfterAKill_KeepsTheWriteAheadFileForTheStartThatIsRight()
    {
        await FillAsync();
        await KillAsync();
        Restarts.Copy(_restarts.File(Store), _restarts.Beside("whole"));
        await ChangeStoreAsync("UPDATE state SET version = 1000");
        await Should.ThrowAsync<StoreUnavailableException>(() => _restarts.StartAsync());
        Restarts.Copy(_restarts.Beside("whole"), _restarts.File(Store));

        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        (await client.GetAsync("products")).Data.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Start_OnARestoredBackup_RefusedForItsLog_LeavesTheDocumentsAsTheyWere()
    {
        await FillAsync();
        var copy = _restarts.Beside("copy");
        await using (await _restarts.StartAsync())
            (await ServerHost.RunAsync(["--backup", copy, "--TALLYSTICK_DATA", _restarts.Data])).ShouldBe(0);
        Directory.Delete(Path.Combine(copy, Log), recursive: true);
        var before = DataFiles.Hash(copy);

        await Should.ThrowAsync<StoreUnavailableException>(() => _restarts.StartAsync(copy, []));

        DataFiles.Hash(copy).ShouldBe(before);
    }

    [Fact]
    public async Task Start_AnotherPostgresRefused_MakesNothingThere()
    {
        var cluster = await PostgresCluster.Shared;
        await FillAsync();
        var database = await cluster.CreateDatabaseAsync();
        var before = DataFiles.Hash(_restarts.Data);

        await Should.ThrowAsync<StoreUnavailableException>(
            () => _restarts.StartAsync("--TALLYSTICK_POSTGRES", database));

        (await SchemasAsync(database)).ShouldBe(0);
        DataFiles.Hash(_restarts.Data).ShouldBe(before);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("other")]
    public async Task Command_OnADirectoryOfNoServer_IsRefusedAndMakesNothing(string directory)
    {
        var path = _restarts.Beside(directory);
        if (directory != "missing")
            Directory.CreateDirectory(path);
        if (directory == "other")
            await File.WriteAllTextAsync(Path.Combine(path, "notes.txt"), "n", Token);
        var modes = Modes(path);
        string[] data = ["--TALLYSTICK_DATA", path];

        (await ServerHost.RunAsync([RestoreAdministrator.Option, .. data])).ShouldBe(1);
        (await ServerHost.RunAsync(["--backup", _restarts.Beside("copy"), .. data])).ShouldBe(1);

        Modes(path).ShouldBe(modes);
        Directory.Exists(_restarts.Beside("copy")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("documents missing")]
    [InlineData("documents empty")]
    [InlineData("documents of another installation")]
    [InlineData("log behind the store")]
    public async Task RestoreAdministrator_OnDataThatDoesNotStart_IsRefusedAndChangesNothing(string fault)
    {
        await FillAsync();
        await Faults[fault](this);
        var before = DataFiles.Hash(_restarts.Data);

        (await ServerHost.RunAsync([RestoreAdministrator.Option, "--TALLYSTICK_DATA", _restarts.Data])).ShouldBe(1);

        DataFiles.Hash(_restarts.Data).ShouldBe(before);
    }

    [Fact]
    public async Task RestoreAdministrator_OfAnOrganizationThatIsNotThere_IsRefusedAndChangesNothing()
    {
        await FillAsync();
        var before = DataFiles.Hash(_restarts.Data);

        (await ServerHost.RunAsync([
            RestoreAdministrator.Option, Guid.NewGuid().ToString(), "--TALLYSTICK_DATA", _restarts.Data,
        ])).ShouldBe(1);

        DataFiles.Hash(_restarts.Data).ShouldBe(before);
    }

    [Fact]
    public async Task RestoreAdministrator_OnAPostgresOfNoServer_IsRefusedAndMakesNothing()
    {
        var cluster = await PostgresCluster.Shared;
        await _restarts.SetUpAsync();
        var database = await cluster.CreateDatabaseAsync();

        (await ServerHost.RunAsync([
            RestoreAdministrator.Option, "--TALLYSTICK_DATA", _restarts.Data, "--TALLYSTICK_POSTGRES", database,
        ])).ShouldBe(1);

        (await SchemasAsync(database)).ShouldBe(0);
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("keys/id_rsa")]
    [InlineData("files/a")]
    public async Task Start_OnADirectoryOfSomethingElse_IsRefusedAndLeavesItAsItWas(string file)
    {
        var path = Path.Combine(_restarts.Data, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "n", Token);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        File.SetUnixFileMode(_restarts.Data, File.GetUnixFileMode(_restarts.Data) | UnixFileMode.OtherRead);
        var before = Modes(_restarts.Data).Concat(Modes(Path.GetDirectoryName(path)!)).ToList();

        var refusal = await Should.ThrowAsync<StoreUnavailableException>(() => _restarts.StartAsync());

        refusal.Message.ShouldContain($"'{file.Split('/')[0]}'");
        Modes(_restarts.Data).Concat(Modes(Path.GetDirectoryName(path)!)).ShouldBe(before);
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("lost+found/")]
    [InlineData("lock", "lock.process-id", "uids/")]
    public async Task Start_OnWhatAStartThatWasCutShortOrAVolumeHasLeft_Starts(params string[] entries)
    {
        Directory.CreateDirectory(_restarts.Data);
        foreach (var entry in entries)
        {
            if (entry.EndsWith('/'))
                Directory.CreateDirectory(_restarts.File(entry));
            else
                await File.WriteAllTextAsync(_restarts.File(entry), "", Token);
        }

        await using var server = await _restarts.StartAsync();

        server.FirstCredentials.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Start_RefusedAfterTheEnginesWereOpened_ClosesThem(Engine engine)
    {
        string[] settings = engine == Engine.Sqlite
            ? []
            : ["--TALLYSTICK_POSTGRES", await (await PostgresCluster.Shared).CreateDatabaseAsync()];

        await Should.ThrowAsync<StoreUnavailableException>(
            () => _restarts.StartAsync([.. settings, "--TALLYSTICK_SMTP", "nowhere"]));

        // SQLite moves its changes into the file when it is closed; the database of another process waits 10 seconds.
        Directory.GetFiles(_restarts.Data, "*-wal").ShouldBeEmpty();
        await using var server = await _restarts.StartAsync(settings);
    }

    private async Task FillAsync()
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("first", 5);
        Restarts.Copy(_restarts.File(Log), _restarts.Beside("old"));
        await _restarts.SubmitAsync("second", 5);
        // As an earlier version has left them: a start that is not refused moves them.
        _restarts.LeaveKeyFiles();
    }

    private Task TakeOldLogAsync()
    {
        Restarts.Copy(_restarts.Beside("old"), _restarts.File(Log));
        return Task.CompletedTask;
    }

    private async Task TakeDocumentsOfAnotherAsync()
    {
        await (await _restarts.StartAsync(_restarts.Beside("other"), [])).DisposeAsync();
        Restarts.Copy(Path.Combine(_restarts.Beside("other"), Documents), _restarts.File(Documents));
    }

    /// <summary>Leaves the documents as a process does that is killed after a change.</summary>
    private async Task KillAsync()
    {
        string[] names = [Documents, Documents + "-wal"];
        // It may be of a version that does not start any more.
        var version = await ReadDocumentsAsync("SELECT max(version) FROM _format");
        await ChangeDocumentsAsync("DELETE FROM _format WHERE version = 1000");
        await using (var server = await _restarts.StartAsync())
        {
            using var client = await _restarts.SignInAsync(server);
            (await client.PostAsync("products", """{"name":"n","code":"c"}""")).Id.ShouldNotBeNull();
            if (version == 1000)
                await ChangeDocumentsAsync("INSERT INTO _format VALUES (1000)");
            foreach (var name in names)
                Restarts.Copy(_restarts.File(name), _restarts.Beside(name));
        }
        foreach (var name in names)
            Restarts.Copy(_restarts.Beside(name), _restarts.File(name));
    }

    private async Task ChangeDocumentsAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_restarts.File(Documents)};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task<long> ReadDocumentsAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_restarts.File(Documents)};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private async Task ChangeStoreAsync(string sql)
    {
        await using var store = new DuckDBConnection($"Data Source={_restarts.File(Store)}");
        await store.OpenAsync(Token);
        await using var command = store.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<long> SchemasAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            "SELECT count(*) FROM information_schema.schemata WHERE schema_name = 'tallystick'");
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private static List<string> Modes(string path) => !Directory.Exists(path)
        ? []
        : [.. new DirectoryInfo(path).GetFileSystemInfos().Prepend(new DirectoryInfo(path))
            .Select(entry => $"{entry.Name} {entry.UnixFileMode}")];
}
