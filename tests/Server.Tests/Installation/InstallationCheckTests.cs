using Microsoft.Data.Sqlite;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Storage;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Installation;

/// <summary>What is not of one installation, or not of one moment, is refused before anything is served.</summary>
public sealed class InstallationCheckTests : IDisposable
{
    private const string Log = "measurement-log";
    private const string Store = "measurements.duckdb";
    private const string Documents = "documents.sqlite";

    private readonly Restarts _restarts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _restarts.Dispose();

    [Fact]
    public async Task Start_LogOlderThanTheStore_IsRefusedWithBothPositionsAndTheWayOut()
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("first", 5);
        Restarts.Copy(_restarts.File(Log), _restarts.Beside("old"));
        await _restarts.SubmitAsync("second", 5);
        var (older, newer) = (EndOf(_restarts.Beside("old")), EndOf(_restarts.File(Log)));
        Restarts.Copy(_restarts.Beside("old"), _restarts.File(Log));

        var refusal = await RefusedAsync();

        refusal.ShouldContain($"ends at {older}");
        refusal.ShouldContain($"up to {newer}");
        refusal.ShouldContain(DataDirectory.AcceptLossOption);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_LogBehindAndLossAccepted_KeepsAndCountsEverythingAndGoesOn(bool hasOldLog)
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("first", 5);
        Restarts.Copy(_restarts.File(Log), _restarts.Beside("old"));
        await _restarts.SubmitAsync("second", 7);
        Directory.Delete(_restarts.File(Log), recursive: true);
        if (hasOldLog)
            Restarts.Copy(_restarts.Beside("old"), _restarts.File(Log));

        await using (var server = await _restarts.StartAsync(DataDirectory.AcceptLossOption))
        {
            using var client = await _restarts.SignInAsync(server);
            (await Restarts.CountAsync(client)).ShouldBe(12);
            await Restarts.SubmitAsync(client, "third", 100);
            (await Restarts.CountAsync(client)).ShouldBe(112);
        }
        // The gap is known from now on, and what the log still holds is still recognized.
        await using var again = await _restarts.StartAsync();
        using var caller = await _restarts.SignInAsync(again);
        await Restarts.SubmitAsync(caller, "third", 100);
        if (hasOldLog)
            await Restarts.SubmitAsync(caller, "first", 5);
        (await Restarts.CountAsync(caller)).ShouldBe(112);
    }

    [Fact]
    public async Task LogCheck_StoreBeforeTheLog_IsRefusedAndGoesOnWhereTheLogBegins()
    {
        var (log, start) = await FillAsync();
        Directory.GetFiles(log, "*.log").Order(StringComparer.Ordinal).Take(2).ToList().ForEach(File.Delete);

        (await Should.ThrowAsync<StoreUnavailableException>(new LogCheck(log, default, false).OpenAsync(Pass)))
            .Message.ShouldContain($"begins at {start[2].Value}");

        (await PositionAfterLossAsync(log)).ShouldBe(start[2]);
    }

    [Fact]
    public async Task LogCheck_StoreAtNoRecordOfTheLog_IsRefusedAndGoesOnAtTheNextRecord()
    {
        var (log, start) = await FillAsync();
        var between = new LogPosition(start[1].Value + 64);
        await using (var store = await DuckDbMeasurementStore.OpenAsync(
            _restarts.Beside("s"), cancellationToken: Token))
            await store.MoveToAsync(between, Token);

        (await Should.ThrowAsync<StoreUnavailableException>(new LogCheck(log, between, false).OpenAsync(Pass)))
            .Message.ShouldContain($"no record at {between.Value}");

        (await PositionAfterLossAsync(log)).ShouldBe(start[2]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_DocumentsMissingBesideMeasurements_IsNoFirstStart(bool isEmpty)
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("u", 5);
        RemoveDocuments();
        if (isEmpty)
            await File.WriteAllBytesAsync(_restarts.File(Documents), [], Token);

        var refusal = await RefusedAsync();

        refusal.ShouldContain(_restarts.File(Documents));
        refusal.ShouldContain(DataDirectory.AcceptLossOption);
        await using var server = await _restarts.StartAsync(DataDirectory.AcceptLossOption);
        server.FirstCredentials.ShouldNotBeNull();
    }

    [Fact]
    public async Task Start_EmptyPostgresBesideMeasurements_IsNoFirstStart()
    {
        var cluster = await PostgresCluster.Shared;
        string[] settings = ["--TALLYSTICK_POSTGRES", await cluster.CreateDatabaseAsync()];
        await _restarts.SetUpAsync(settings);
        await using (var server = await _restarts.StartAsync(settings))
        {
            using var client = await _restarts.SignInAsync(server);
            await Restarts.SubmitAsync(client, "u", 5);
        }

        var refusal = await RefusedAsync("--TALLYSTICK_POSTGRES", await cluster.CreateDatabaseAsync());

        refusal.ShouldContain("The PostgreSQL database");
        refusal.ShouldNotContain("Password", Case.Insensitive);
        await (await _restarts.StartAsync(settings)).DisposeAsync();
    }

    [Fact]
    public async Task Start_MeasurementsMissingBesideDocuments_IsRefused()
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("u", 5);
        File.Delete(_restarts.File(Store));
        Directory.Delete(_restarts.File(Log), recursive: true);

        (await RefusedAsync()).ShouldContain("are missing");
        await (await _restarts.StartAsync(DataDirectory.AcceptLossOption)).DisposeAsync();
        await (await _restarts.StartAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Start_MeasurementFileMissingBesideItsWholeLog_FillsItAgain()
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("u", 5);
        File.Delete(_restarts.File(Store));

        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        (await Restarts.CountAsync(client)).ShouldBe(5);
    }

    [Fact]
    public async Task Start_DocumentsOfAnotherInstallation_AreRefusedByBothIds()
    {
        await _restarts.SetUpAsync();
        var own = await IdAsync(_restarts.Data);
        await (await _restarts.StartAsync(_restarts.Beside("other"), [])).DisposeAsync();
        var other = await IdAsync(_restarts.Beside("other"));
        Restarts.Copy(Path.Combine(_restarts.Beside("other"), Documents), _restarts.File(Documents));

        var refusal = await RefusedAsync();

        refusal.ShouldContain(own);
        refusal.ShouldContain(other);
        (await RefusedAsync(DataDirectory.AcceptLossOption)).ShouldBe(refusal);
    }

    [Fact]
    public async Task Start_DataWithoutIds_GetsOneForBoth()
    {
        await _restarts.SetUpAsync();
        await _restarts.SubmitAsync("u", 5);
        await ForgetIdsAsync();

        await (await _restarts.StartAsync()).DisposeAsync();

        await using var connection = new SqliteConnection($"Data Source={_restarts.File(Documents)};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM installation";
        (await command.ExecuteScalarAsync(Token)).ShouldBe(await IdAsync(_restarts.Data));
    }

    private static Task Pass(LogPosition end) => Task.CompletedTask;

    // As a start does it whose operator accepts the loss.
    private async Task<LogPosition> PositionAfterLossAsync(string log)
    {
        using var found = UnopenedStore.Open(_restarts.Beside("s"), new DuckDbOptions());
        await using var engines = await MeasurementEngines.OpenAsync(
            found, await new LogCheck(log, found.Position, true).OpenAsync(Pass));
        return await engines.Store.FindPositionAsync(0, Token);
    }

    private async Task<string> RefusedAsync(params string[] args) =>
        (await Should.ThrowAsync<StoreUnavailableException>(() => _restarts.StartAsync(args))).Message;

    private void RemoveDocuments()
    {
        foreach (var path in Directory.GetFiles(_restarts.Data, Documents + "*"))
            File.Delete(path);
    }

    // As data of a version that had no ids.
    private async Task ForgetIdsAsync()
    {
        await using (var connection = new SqliteConnection($"Data Source={_restarts.File(Documents)};Pooling=False"))
        {
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM installation";
            await command.ExecuteNonQueryAsync(Token);
        }
        using var store = new DuckDB.NET.Data.DuckDBConnection($"Data Source={_restarts.File(Store)}");
        store.Open();
        using var forget = store.CreateCommand();
        forget.CommandText = "DELETE FROM installation";
        forget.ExecuteNonQuery();
    }

    private static async Task<string> IdAsync(string data)
    {
        await using var store = await DuckDbMeasurementStore.OpenAsync(
            Path.Combine(data, Store), cancellationToken: Token);
        return (await store.FindInstallationAsync(Token)).ShouldNotBeNull();
    }

    private static long EndOf(string log)
    {
        using var copy = new TemporaryDirectory();
        Restarts.Copy(log, copy.File("log"));
        var opened = FileMeasurementLog.Open(copy.File("log"));
        var end = opened.End.Value;
        opened.DisposeAsync().AsTask().Wait(Token);
        return end;
    }

    // One record in each file.
    private async Task<(string Directory, List<LogPosition> Starts)> FillAsync()
    {
        List<LogPosition> starts = [default];
        await using var log = FileMeasurementLog.Open(
            _restarts.Beside("log"), new LogOptions { FileBytes = 64 });
        for (var number = 0; number < 5; number++)
            starts.Add(await log.AppendAsync(new byte[100], NodaTime.Instant.MinValue, Token));
        return (_restarts.Beside("log"), starts);
    }
}
