using NodaTime.Testing;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>The uid of a voided or erased measurement stays used for 35 days, also after a restart.</summary>
public sealed class RemovedUidTests : IDisposable
{
    private static readonly Meter Meter = Make.Meter("m", "measure.n", "what.kind");

    private readonly TempDirectory _directory = new();
    private readonly FakeCatalog _catalog = new();
    private readonly FakeClock _clock = new(Make.Now);

    public RemovedUidTests() => _catalog.Add(Make.Organization, Meter);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Uid_OfARemovedMeasurement_StaysUsedUntilItsWindowEnds(bool isErased)
    {
        await using (var ingestion = await StartAsync())
        {
            await ingestion.SubmitAsync(Make.Json("u", n: 1), Make.Json("80f1e2d3-0000-4abc-8def-0123456789ab", n: 2));
            await ingestion.LoadedAsync();
            await RemoveAsync(ingestion, isErased);
            await ResubmitAsync(ingestion, isErased, times: 1);
        }
        await using (var restarted = await StartAsync())
            await ResubmitAsync(restarted, isErased, times: 2);

        _clock.AdvanceDays(36);
        await using var later = await StartAsync();
        await later.SubmitAsync(Make.Json("u", n: 5));
        (await SumAsync(later)).ShouldBe(5);
    }

    private Task<Ingestion> StartAsync() => Ingestion.StartAsync(_directory, _catalog, _clock);

    private static async Task ResubmitAsync(Ingestion ingestion, bool isErased, int times)
    {
        await ingestion.SubmitAsync(Make.Json("u", n: 1), Make.Json("80f1e2d3-0000-4abc-8def-0123456789ab", n: 2));
        (await SumAsync(ingestion)).ShouldBeNull();
        (await ingestion.TallyAsync()).ShouldBe(
            new LoadTally(2 + 2 * times, 0, 2 * times, 0, isErased ? 0 : 2, isErased ? 2 : 0));
    }

    private static async Task RemoveAsync(Ingestion ingestion, bool isErased)
    {
        if (isErased)
        {
            var request = new UsageErasure(
                Make.Organization, "r", "id-of-acme", ingestion.Log.End, ingestion.Log.Start);
            (await ingestion.DuckDb.EraseAsync(request, Token)).ShouldBe(new ErasureProgress(2, true));
            return;
        }
        var outcome = await ingestion.DuckDb.VoidAsync(
            new UsageVoid(
                Make.Organization, "r", ["80f1e2d3-0000-4abc-8def-0123456789ab", "missing", "u"], ingestion.Log.End),
            Token);
        outcome.Voided.ShouldBe(2);
        outcome.NotFound.ShouldBe(["missing"]);
    }

    private static async Task<decimal?> SumAsync(Ingestion ingestion)
    {
        var values = await ingestion.ReadAsync(Make.Query(Meter, "n", AggregationMethod.Sum));
        return values.Count == 0 ? null : values[0].Value;
    }
}
