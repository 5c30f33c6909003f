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
                await store.LoadAsync(Tallied(load), Token);
                (await compacting).ShouldBe(load % 100 == 99);
            }
            while (await store.CompactAsync(default, Token))
            {
            }
            await CheckAsync(store);
        }

        await using (var reopened = await OpenAsync(directory))
            await CheckAsync(reopened);
        await using var connection = new DuckDBConnection($"Data Source={directory["usage.duckdb"]}");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM tallies";
        ((long)(await command.ExecuteScalarAsync(Token))!).ShouldBeLessThan(Meters * Loads / 10);
    }

    [Fact]
    public async Task Failures_ThatTheLogNoLongerExplains_AreForgottenButCounted()
    {
        await using var usage = await StoredUsage.CreateAsync();
        var load = new MeasurementLoad();
        load.Begin(new LogPosition(0));
        load.ExtendTo(new LogPosition(10));
        for (var position = 0; position < 10; position++)
        {
            load.Add(new FailedMeasurement(
                Make.Organization, IngestFailure.UndefinedMeter, null, Make.Now, new LogPosition(position), null));
        }
        load.Add(new MeterDay(Make.Organization, "x", null, Make.Now.InUtc().Date, new LoadTally(10, 0, 0, 10)));
        await usage.Store.LoadAsync(load, Token);

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

    private static async Task CheckAsync(DuckDbMeasurementStore store)
    {
        var (position, days) = await store.ReadTalliesAsync(Make.Organization, Token);
        position.ShouldBe(new LogPosition(Loads));
        days.Count.ShouldBe(Meters);
        days.ShouldAllBe(day => day.Tally == new LoadTally(Loads * 4L, Loads, Loads * 2L, Loads));
        days.Count(day => day.MeterId is null).ShouldBe(1);
    }

    private static MeasurementLoad Tallied(long from)
    {
        var load = new MeasurementLoad();
        load.Begin(new LogPosition(from));
        load.ExtendTo(new LogPosition(from + 1));
        for (var meter = 0; meter < Meters; meter++)
        {
            load.Add(new MeterDay(
                Make.Organization, $"m{meter}", meter == 0 ? null : $"meter-m{meter}", Make.Now.InUtc().Date,
                new LoadTally(4, 1, 2, 1)));
        }
        return load;
    }
}
