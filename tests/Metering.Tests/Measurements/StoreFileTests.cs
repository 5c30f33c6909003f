using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>The file of the store: copied while it is in use, and cut short.</summary>
public sealed class StoreFileTests : IDisposable
{
    // More than one of the engine's row groups, which it writes straight into the file.
    private const int LargeLoad = 130_000;

    // Fewer, which it writes into its journal: some megabytes, after which it would write them into the file.
    private const int JournaledLoad = 100_000;

    private readonly TempDirectory _directory = new();

    // Its memory does not suffice for as many tables as it may write.
    private static DuckDbOptions Tight { get; } =
        new() { MemoryMegabytes = 64, Threads = 1, SmallMeterRows = 0, MaxOwnTables = 1_000 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task File_CopiedAfterLoadsAndSorting_HoldsWhatItHeldWhenItWasHeld()
    {
        await using var store = await OpenAsync("store");
        await store.ApplyAsync(Load(0, LargeLoad), Token);
        await using (await store.HoldCheckpointsAsync(Token))
        {
            for (var load = 1; load <= 3; load++)
                await store.ApplyAsync(Load(load * LargeLoad, LargeLoad), Token);
            while (await store.SortAsync(Make.Now + Duration.FromDays(60), Token))
            {
            }
            await store.ApplyAsync(Load(4 * LargeLoad, JournaledLoad), Token);
            File.Copy(_directory["store"], _directory["copy"]);
        }
        await store.ApplyAsync(Load(4 * LargeLoad + JournaledLoad, LargeLoad), Token);

        await using var copy = await OpenAsync("copy");
        (await copy.FindPositionAsync(0, Token)).Value.ShouldBe(LargeLoad);
        (await CountAsync(copy)).ShouldBe(LargeLoad);
        (await CountAsync(store)).ShouldBe(5 * LargeLoad + JournaledLoad);
    }

    [Fact]
    public async Task File_HeldAgain_HoldsWhatCameMeanwhile()
    {
        await using var store = await OpenAsync("store");
        await store.ApplyAsync(Load(0, 5), Token);
        await (await store.HoldCheckpointsAsync(Token)).DisposeAsync();
        await store.ApplyAsync(Load(5, 5), Token);
        await using (await store.HoldCheckpointsAsync(Token))
            File.Copy(_directory["store"], _directory["copy"]);

        await using var copy = await OpenAsync("copy");
        (await CountAsync(copy)).ShouldBe(10);
    }

    [Fact]
    public async Task File_HeldWhenMemoryRunsOut_IsHeldNoMoreAndLoadsGoOn()
    {
        await using var store = await OpenAsync("store", Tight);
        await using var hold = await store.HoldCheckpointsAsync(Token);
        hold.RequireHeld();

        await store.ApplyAsync(ManyMeters(0), Token).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Token);
        (await CountAsync(store).WaitAsync(TimeSpan.FromMinutes(1), Token)).ShouldBe(1_000);

        Should.Throw<StoreUnavailableException>(hold.RequireHeld).Message.ShouldContain("Start the backup again");
        await using var again = await store.HoldCheckpointsAsync(Token);
        again.RequireHeld();
    }

    [Fact]
    public async Task File_WhereMemoryIsShort_IsNotOpenedAnewForEveryOtherLoad()
    {
        await using var store = await OpenAsync("store", Tight);
        // How many tables fit is found out by the first ones.
        for (var load = 0; load < 2; load++)
            await store.ApplyAsync(ManyMeters(load), Token);

        for (var load = 2; load < 5; load++)
        {
            await using var hold = await store.HoldCheckpointsAsync(Token);
            await store.ApplyAsync(ManyMeters(load), Token);
            hold.RequireHeld();
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.999)]
    public async Task File_CutShort_IsRefusedByName(double share)
    {
        await FillAsync();
        Cut((long)(new FileInfo(_directory["store"]).Length * share));

        var refusal = await Should.ThrowAsync<StoreUnavailableException>(OpenAsync("store"));

        refusal.Message.ShouldContain(_directory["store"]);
    }

    [Fact]
    public async Task File_WhoseEndTheEngineHasGivenBack_Opens()
    {
        await FillAsync();
        var before = new FileInfo(_directory["store"]).Length;
        Execute("CREATE TABLE large AS SELECT hash(i) h FROM range(3000000) t(i)");
        Execute("DROP TABLE large; CHECKPOINT");
        // The engine gives the end back once nothing of its own stands there.
        Execute("CREATE TABLE small (i INTEGER); CHECKPOINT; DROP TABLE small; CHECKPOINT");
        new FileInfo(_directory["store"]).Length.ShouldBeLessThan(before + 10_000_000);

        await using var store = await OpenAsync("store");
        (await CountAsync(store)).ShouldBe(LargeLoad);
    }

    private async Task FillAsync()
    {
        await using var store = await OpenAsync("store");
        await store.ApplyAsync(Load(0, LargeLoad), Token);
    }

    private Task<DuckDbMeasurementStore> OpenAsync(string name, DuckDbOptions? options = null) =>
        DuckDbMeasurementStore.OpenAsync(
            _directory[name], options ?? Ingestion.Small with { CheckpointMegabytes = 1 }, Token);

    private static MeasurementLoad ManyMeters(int load) => StoredUsage.Load(
        load * 1_000,
        [
            .. Enumerable.Range(0, 1_000).Select(number => Make.Measurement(
                $"u{load}-{number}", "2026-03-01T00:00:00Z", Make.Number("n", 1)) with { Meter = $"m{number}" }),
        ]);

    private void Cut(long bytes)
    {
        using var file = File.OpenWrite(_directory["store"]);
        file.SetLength(bytes);
    }

    private void Execute(string sql)
    {
        using var connection = new DuckDBConnection($"Data Source={_directory["store"]}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static MeasurementLoad Load(long from, int count) => StoredUsage.Load(
        from,
        [
            .. Enumerable.Range(0, count).Select(number =>
                Make.Measurement($"u{from + number}", "2026-03-01T00:00:00Z", Make.Number("n", from * 7 + number))),
        ]);

    private static async Task<long> CountAsync(DuckDbMeasurementStore store) =>
        (await store.CountRowsAsync(Make.Organization, Instant.MinValue, Token)).Rows.Sum(day => day.Count);
}
