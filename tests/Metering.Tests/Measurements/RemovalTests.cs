using System.Text;
using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>
/// What voiding and erasing leave in the file of the store. What they change in answers is tested by the conformance
/// suite.
/// </summary>
public sealed class RemovalTests : IDisposable
{
    private const int Rows = 2_000;

    private static readonly Instant AllClosed = Make.Now + Duration.FromDays(60);
    private static readonly LogPosition ToTheEnd = new(long.MaxValue);

    private readonly TempDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Path => _directory["usage.duckdb"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1_000_000, false, 2)] // in the table that small meters share
    [InlineData(0, false, 2)] // in the meter's own table
    [InlineData(0, true, 2)] // sorted
    [InlineData(1_000_000, false, Rows / 2)]
    [InlineData(0, false, Rows / 2)]
    [InlineData(0, true, Rows / 2)]
    public async Task Erasure_AfterMaintenance_LeavesNoByteOfTheAccount(int smallMeterRows, bool isSorted, int voided)
    {
        var options = Ingestion.Small with { SmallMeterRows = smallMeterRows };
        await using (var store = await OpenAsync(options))
        {
            await store.ApplyAsync(StoredUsage.Load(0, [.. Enumerable.Range(0, Rows).Select(Measurement)]), Token);
            if (isSorted)
                await MaintainAsync(store, AllClosed);
            await store.VoidAsync(
                new UsageVoid(Make.Organization, "void", [.. UidsOfSecret(voided)], ToTheEnd), Token);
        }
        string[] secrets = [Measurement(1).Uid, Measurement(5).Uid, Measurement(Rows - 1).Uid];
        secrets.Where(Holds).ShouldBe(secrets, "the test must be able to find what is there");

        await using (var store = await OpenAsync(options))
        {
            await EraseAsync(store, "id-of-secret");
            await MaintainAsync(store, AllClosed);
            secrets.Where(Holds).ShouldBeEmpty();
            await store.ApplyAsync(StoredUsage.Load(Rows, Measurement(Rows)), Token);
        }

        await using var reopened = await OpenAsync(options);
        (await CountAsync(reopened, "id-of-other")).ShouldBe(Rows / 2 + 1);
        (await CountAsync(reopened, "id-of-secret")).ShouldBe(0);
        secrets.Where(Holds).ShouldBeEmpty();
        Holds(Measurement(2).Uid).ShouldBeTrue();
    }

    [Fact]
    public async Task Erasure_OfOpenDays_LeavesItsBytesUntilTheyAreClosed()
    {
        var options = Ingestion.Small with { SmallMeterRows = 0 };
        await using var store = await OpenAsync(options);
        await store.ApplyAsync(StoredUsage.Load(0, [.. Enumerable.Range(0, Rows).Select(Measurement)]), Token);
        await EraseAsync(store, "id-of-secret");

        await MaintainAsync(store, Make.At("2026-03-01T00:00:00Z"));
        (await CountAsync(store, "id-of-other")).ShouldBe(Rows / 2);
        await MaintainAsync(store, AllClosed);

        Holds(Measurement(5).Uid).ShouldBeFalse();
        (await CountAsync(store, "id-of-other")).ShouldBe(Rows / 2);
    }

    // A copy of the files between two steps is what a crash would leave.
    [Theory]
    [InlineData(1_000_000)]
    [InlineData(0)]
    public async Task Erasure_CrashedBetweenItsSteps_GoesOnFromThere(int smallMeterRows)
    {
        var options = Ingestion.Small with { SmallMeterRows = smallMeterRows, ErasedAtOnce = 300 };
        await using var store = await OpenAsync(options);
        await store.ApplyAsync(StoredUsage.Load(0, [.. Enumerable.Range(0, Rows).Select(Measurement)]), Token);
        while (!(await store.EraseAsync(Erasure("id-of-secret"), Token)).IsDone)
            await CrashAsync(options);
        await CrashAsync(options);
        var steps = 0;
        for (; await store.RunStepAsync(AllClosed, default, Token); steps++)
            await CrashAsync(options);
        steps.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Erasure_OfVoidedRows_TakesLimitedSteps()
    {
        const int Limit = 300;
        await using var store = await OpenAsync(Ingestion.Small with { ErasedAtOnce = Limit });
        await store.ApplyAsync(StoredUsage.Load(0, [.. Enumerable.Range(0, Rows).Select(Measurement)]), Token);
        await store.VoidAsync(
            new UsageVoid(Make.Organization, "void", [.. UidsOfSecret(Rows / 2)], ToTheEnd), Token);

        List<long> erased = [];
        for (var isDone = false; !isDone;)
        {
            var progress = await store.EraseAsync(Erasure("id-of-secret"), Token);
            erased.Add(progress.Erased);
            isDone = progress.IsDone;
        }

        erased.ShouldBe([300, 600, 900, 1000]);
        (await Ingestion.TotalAsync(store)).ShouldBe(new LoadTally(Rows, Rows / 2, 0, 0, 0, Rows / 2));
    }

    [Fact]
    public async Task Erasure_WhileTheFileIsHeldForABackup_OverwritesNothingUntilItIsReleased()
    {
        await using var store = await OpenAsync(Ingestion.Small);
        await store.ApplyAsync(StoredUsage.Load(0, [.. Enumerable.Range(0, Rows).Select(Measurement)]), Token);
        await using (await store.HoldCheckpointsAsync(Token))
        {
            await EraseAsync(store, "id-of-secret");
            await MaintainAsync(store, AllClosed);
            File.Copy(Path, _directory["copy.duckdb"]);
        }
        await using (var copy = await DuckDbMeasurementStore.OpenAsync(
            _directory["copy.duckdb"], Ingestion.Small, Token))
            (await CountAsync(copy, "id-of-secret")).ShouldBe(Rows / 2);

        await MaintainAsync(store, AllClosed);

        Holds(Measurement(5).Uid).ShouldBeFalse();
    }

    [Fact]
    public async Task Void_OfAMeasurement_KeepsItsValues()
    {
        var end = Make.At("2026-03-05T00:00:00.000000001Z");
        await using (var store = await OpenAsync(Ingestion.Small with { SmallMeterRows = 0 }))
        {
            await store.ApplyAsync(
                StoredUsage.Load(0, Make.Measurement(
                    "a uid", "2026-03-01T00:00:00Z", Make.Number("n", -0.5m), Make.Text("kind", "ö;1:")) with
                {
                    Ets = end,
                }),
                Token);
            await store.VoidAsync(new UsageVoid(Make.Organization, "void-1", ["a uid"], ToTheEnd), Token);
        }

        await using var file = new DuckDBConnection($"Data Source={Path}");
        await file.OpenAsync(Token);
        await using var command = file.CreateCommand();
        command.CommandText = "SELECT uid, ets, sequence, removal, fields FROM voided";
        await using var row = await command.ExecuteReaderAsync(Token);
        (await row.ReadAsync(Token)).ShouldBeTrue();
        row.GetString(0).ShouldBe("a uid");
        row.GetInt64(1).ShouldBe(Nanoseconds.Of(end));
        row.GetInt64(2).ShouldBe(0);
        row.GetString(3).ShouldBe("void-1");
        row.GetString(4).ShouldBe(";2:-0.500000;3:xC3B63B313A;");
    }

    [Fact]
    public async Task Void_OfAMeterWhoseCodeChangedThatDay_KeepsEveryCountOfTheDay()
    {
        await using var store = await OpenAsync(Ingestion.Small);
        var load = new MeasurementLoad();
        var measurements = StoredUsage.Load(0, [.. Enumerable.Range(0, 5).Select(Measurement)]);
        load.Begin(0, measurements.From);
        load.ExtendTo(measurements.To);
        foreach (var account in measurements.Accounts)
            load.Add(account);
        foreach (var rows in measurements.Meters)
            load.Add(rows);
        var day = Make.Now.InUtc().Date;
        load.Add(new MeterDay(Make.Organization, "former", "meter-m", day, new LoadTally(2, 2, 0, 0)));
        load.Add(new MeterDay(Make.Organization, "m", "meter-m", day, new LoadTally(3, 3, 0, 0)));
        await store.ApplyAsync(load, Token);

        await store.VoidAsync(
            new UsageVoid(
                Make.Organization, "void", [.. Enumerable.Range(0, 3).Select(number => Measurement(number).Uid)],
                ToTheEnd),
            Token);
        await EraseAsync(store, "id-of-secret");

        var (tallies, counted) = await store.CountRowsAsync(Make.Organization, Instant.MinValue, Token);
        counted.ShouldBe([new StoredRows("meter-m", day, 1, 2)]);
        foreach (var (_, code, _, _, tally) in tallies)
        {
            tally.Accepted.ShouldBe(tally.Stored + tally.Voided + tally.Erased, code);
            new[] { tally.Stored, tally.Voided, tally.Erased }.ShouldAllBe(count => count >= 0);
        }
        tallies.Sum(one => one.Tally.Voided).ShouldBe(2);
        tallies.Sum(one => one.Tally.Erased).ShouldBe(2);
    }

    private static IEnumerable<string> UidsOfSecret(int count) =>
        Enumerable.Range(0, count).Select(number => Measurement(2 * number + 1).Uid);

    // Odd ones are of the account that is erased. The engine cannot compress their uids, so that they can be found.
    private static Measurement Measurement(int number)
    {
        var uid = new byte[16];
        new Random(number).NextBytes(uid);
        return Make.Measurement(
            $"{new Guid(uid)}", "2026-03-02T00:00:00Z", Make.Number("n", number),
            Make.Text("kind", number % 2 == 0 ? "a" : "b")) with
        {
            Account = number % 2 == 0 ? "other" : "secret",
        };
    }

    private Task<DuckDbMeasurementStore> OpenAsync(DuckDbOptions options) =>
        DuckDbMeasurementStore.OpenAsync(Path, options, Token);

    private static UsageErasure Erasure(string account) =>
        new(Make.Organization, "erasure", account, ToTheEnd, default);

    private async Task CrashAsync(DuckDbOptions options)
    {
        var copy = _directory["crashed.duckdb"];
        foreach (var end in new[] { "", ".wal" })
        {
            File.Delete(copy + end);
            if (File.Exists(Path + end))
                File.Copy(Path + end, copy + end);
        }
        await using var crashed = await DuckDbMeasurementStore.OpenAsync(copy, options, Token);
        await EraseAsync(crashed, "id-of-secret");
        await MaintainAsync(crashed, AllClosed);
        (await CountAsync(crashed, "id-of-secret")).ShouldBe(0);
        (await CountAsync(crashed, "id-of-other")).ShouldBe(Rows / 2);
        (await Ingestion.TotalAsync(crashed)).ShouldBe(new LoadTally(Rows, Rows / 2, 0, 0, 0, Rows / 2));
    }

    private static async Task EraseAsync(DuckDbMeasurementStore store, string account)
    {
        while (!(await store.EraseAsync(Erasure(account), Token)).IsDone)
            Token.ThrowIfCancellationRequested();
    }

    private static async Task MaintainAsync(DuckDbMeasurementStore store, Instant closedBefore)
    {
        while (await store.RunStepAsync(closedBefore, default, Token))
            Token.ThrowIfCancellationRequested();
    }

    private static async Task<decimal> CountAsync(DuckDbMeasurementStore store, string account) =>
        (await store.ReadAsync(
            Make.Query(
                Make.Meter("m", "measure.n", "what.kind"), "n", AggregationMethod.Count,
                new UsageWindow(account, Make.March)),
            Token)).SingleOrDefault().Value;

    // Whether the file or its journal holds the uid, as text or as the engine's number.
    private bool Holds(string uid)
    {
        UuidText.TryParse(Encoding.UTF8.GetBytes(uid), out var number).ShouldBeTrue();
        var bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, number).ShouldBeTrue();
        return new[] { Path, Path + ".wal" }.Where(File.Exists).Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content.AsSpan().IndexOf(bytes) >= 0
                || content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(uid)) >= 0;
        });
    }
}
