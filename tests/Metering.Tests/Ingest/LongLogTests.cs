using System.Globalization;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>A log into which more bytes were written than six bytes can count.</summary>
public sealed class LongLogTests : IDisposable
{
    private const long Start = (1L << 48) - 1_000;

    private readonly TempDirectory _directory = new();
    private readonly FakeCatalog _catalog = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Loader_BeyondAllThatSixBytesCount_LoadsAndKnowsItsUids()
    {
        await BeginAsync();
        _catalog.Add(Make.Organization, Make.Meter("m", "measure.n"));
        await using (var ingestion = await Ingestion.StartAsync(_directory, _catalog))
        {
            // Each is its own frame of some 200 bytes: the bound is crossed on the way.
            for (var number = 0; number < 20; number++)
                await ingestion.SubmitAsync(Json($"u{number}"));
            (await ingestion.TallyAsync()).Stored.ShouldBe(20);
            ingestion.Log.End.Value.ShouldBeGreaterThan(1L << 48);
            for (var number = 0; number < 20; number++)
                await ingestion.SubmitAsync(Json($"u{number}"));
            (await ingestion.TallyAsync()).ShouldBe(new LoadTally(40, 20, 20, 0));
        }

        await using var again = await Ingestion.StartAsync(_directory, _catalog);
        for (var number = 0; number < 20; number++)
            await again.SubmitAsync(Json($"u{number}"));
        await again.SubmitAsync(Json("new"));
        (await again.TallyAsync()).ShouldBe(new LoadTally(61, 21, 40, 0));
    }

    private async Task BeginAsync()
    {
        Directory.CreateDirectory(_directory["log"]);
        var name = Start.ToString("D19", CultureInfo.InvariantCulture) + ".log";
        await File.WriteAllBytesAsync(Path.Combine(_directory["log"], name), [], TestContext.Current.CancellationToken);
        await using var store = await DuckDbMeasurementStore.OpenAsync(
            _directory["usage.duckdb"], Ingestion.Small, TestContext.Current.CancellationToken);
        await store.MoveToAsync(new LogPosition(Start), TestContext.Current.CancellationToken);
    }

    private static string Json(string uid) =>
        $$$"""{"uid":"{{{uid}}}","meter":"m","account":"acme","ts":"2026-03-01T00:00:00Z","measure":{"n":1}}""";
}
