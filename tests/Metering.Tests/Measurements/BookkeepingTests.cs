using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>What loads leave besides measurements does not grow without end.</summary>
public sealed class BookkeepingTests
{
    private const int Loads = 300;
    private const int Meters = 40;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tallies_OfManyLoads_AreSummedUpWhileLoadsGoOn()
    {
        using var directory = new TempDirectory();
        await using (var store = await OpenAsync(directory))
        {
            for (var load = 0; load < Loads; load++)
            {
                var compacting = load % 100 == 99 ? store.CompactAsync(default, Token) : Task.FromResult(false);
                await store.ApplyAsync(Tallied(load, Make.Now.InUtc().Date, 1), Token);
                (await compacting).ShouldBe(load % 100 == 99);
            }
            await CompactAsync(store);
            await CheckAsync(store);
        }

        await using (var reopened = await OpenAsync(directory))
            await CheckAsync(reopened);
        (await CountAsync(directory, Make.Now.InUtc().Date)).ShouldBeLessThan(Meters * Loads / 10);
    }

    [Fact]
    public async Task Tallies_OfDaysThatGetNoMore_AreNeitherReadNorWrittenAgain()
    {
        using var directory = new TempDirectory();
        var today = Make.Now.InUtc().Date;
        var old = today.PlusDays(-30);
        await using (var store = await OpenAsync(directory))
        {
            await store.ApplyAsync(Tallied(0, old, 100), Token);
            await CompactAsync(store);
            (await CountAsync(directory, old)).ShouldBe(Meters);
            // Nobody tells the store: it would only see them if it looked at the day.
            await ExecuteAsync(directory, "INSERT INTO tallies SELECT t.* FROM tallies t, range(99)");
            var before = await RowsAsync(directory, old);

            for (var load = 1; load <= 1_000; load++)
                await store.ApplyAsync(Tallied(load, today, 1), Token);
            await CompactAsync(store);

            // By where they stand, so that rows written anew are others.
            (await RowsAsync(directory, old)).SequenceEqual(before).ShouldBeTrue();
            (await CountAsync(directory, today)).ShouldBe(Meters);
        }

        // What another process may have left is looked at once.
        await using var reopened = await OpenAsync(directory);
        await CompactAsync(reopened);
        (await CountAsync(directory, old)).ShouldBe(Meters);
        var days = (await reopened.ReadTalliesAsync(Make.Organization, Token)).Days;
        days.Where(day => day.Day == old).ShouldAllBe(day => day.Tally == Times(100 * 100));
        days.Where(day => day.Day == today).ShouldAllBe(day => day.Tally == Times(1_000));
    }

    [Fact]
    public async Task Failures_ThatTheLogNoLongerExplains_AreForgottenButCounted()
    {
        await using var usage = await StoredUsage.CreateAsync();
        var load = new MeasurementLoad();
        load.Begin(0, new LogPosition(0));
        load.ExtendTo(new LogPosition(10));
        for (var position = 0; position < 10; position++)
        {
            load.Add(new FailedMeasurement(
                Make.Organization, IngestFailure.UndefinedMeter, null, Make.Now, new LogPosition(position), null));
        }
        load.Add(new MeterDay(Make.Organization, "x", null, Make.Now.InUtc().Date, new LoadTally(10, 0, 0, 10)));
        await usage.Store.ApplyAsync(load, Token);

        (await usage.Store.CompactAsync(new LogPosition(0), Token)).ShouldBeFalse();
        (await usage.Store.CompactAsync(new LogPosition(7), Token)).ShouldBeTrue();
        (await usage.Store.CompactAsync(new LogPosition(7), Token)).ShouldBeFalse();

        var left = await usage.Store.ReadFailuresAsync(
            Make.Organization, new LogPosition(100), Instant.MinValue, 100, Token);
        left.Select(failure => failure.Position.Value).ShouldBe([9, 8, 7]);
        (await Ingestion.TotalAsync(usage.Store)).ShouldBe(new LoadTally(10, 0, 0, 10));
    }

    private static Task<DuckDbMeasurementStore> OpenAsync(TempDirectory directory) =>
        DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], Ingestion.Small, Token);

    private static async Task CompactAsync(DuckDbMeasurementStore store)
    {
        while (await store.CompactAsync(default, Token))
            Token.ThrowIfCancellationRequested();
    }

    private static async Task CheckAsync(DuckDbMeasurementStore store)
    {
        var (position, days) = await store.ReadTalliesAsync(Make.Organization, Token);
        position.ShouldBe(new LogPosition(Loads));
        days.Count.ShouldBe(Meters);
        days.ShouldAllBe(day => day.Tally == Times(Loads));
        days.Count(day => day.MeterId is null).ShouldBe(1);
    }

    private static LoadTally Times(long times) => new(4 * times, times, 2 * times, times);

    private static MeasurementLoad Tallied(long from, LocalDate day, int times)
    {
        var load = new MeasurementLoad();
        load.Begin(0, new LogPosition(from));
        load.ExtendTo(new LogPosition(from + 1));
        for (var row = 0; row < Meters * times; row++)
        {
            var meter = row % Meters;
            load.Add(new MeterDay(
                Make.Organization, $"m{meter}", meter == 0 ? null : $"meter-m{meter}", day, Times(1)));
        }
        return load;
    }

    // A connection of this process shares the engine with the store.
    private static async Task<List<long>> RowsAsync(TempDirectory directory, LocalDate day)
    {
        await using var connection = new DuckDBConnection($"Data Source={directory["usage.duckdb"]}");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT rowid FROM tallies WHERE day = {Nanoseconds.DayOf(day)} ORDER BY rowid";
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<long>();
        while (await reader.ReadAsync(Token))
            rows.Add(reader.GetInt64(0));
        return rows;
    }

    private static async Task<int> CountAsync(TempDirectory directory, LocalDate day) =>
        (await RowsAsync(directory, day)).Count;

    private static async Task ExecuteAsync(TempDirectory directory, string sql)
    {
        await using var connection = new DuckDBConnection($"Data Source={directory["usage.duckdb"]}");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }
}
