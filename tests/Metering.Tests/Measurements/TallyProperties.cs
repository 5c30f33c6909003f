using CsCheck;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>
/// However tallies are summed up, meanwhile or across restarts, they are the sum of what the loads have added.
/// </summary>
public sealed class TallyProperties
{
    // So often does a load repeat its tallies, so that days with few of them have enough to be summed up.
    private const int Repetitions = 60;

    private static readonly string[] Organizations = ["org-1", "org-2"];

    private static readonly LocalDate FirstDay = new(2026, 2, 27);

    private static readonly Gen<MeterDay> Tally = Gen.Select(
        Gen.Int[0, 1], Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 3], Gen.Int[0, 9],
        (organization, meter, isKnown, day, count) => new MeterDay(
            Organizations[organization], $"m{meter}", isKnown ? $"meter-m{meter}" : null, FirstDay.PlusDays(day),
            new LoadTally(4 * count, count, 2 * count, count)));

    private static readonly Gen<Step> Steps = Gen.Select(
        Tally.Array[1, 30], Gen.Int[0, 3], Gen.Bool, (tallies, compactions, reopens) =>
            new Step(tallies, compactions, reopens));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tallies_SummedUpInAnyOrder_AreTheSumOfAllLoads() =>
        await Steps.Array[1, 8].SampleAsync(CheckAsync, iter: 15, threads: 1);

    private static async Task CheckAsync(Step[] steps)
    {
        using var directory = new TempDirectory();
        var added = new List<MeterDay>();
        var store = await OpenAsync(directory);
        try
        {
            foreach (var (index, step) in steps.Index())
            {
                var load = Load(index, step);
                added.AddRange(load.Tallies);
                var compacting = step.Compactions > 0 ? store.CompactAsync(default, Token) : Task.FromResult(false);
                await store.ApplyAsync(load, Token);
                await compacting;
                for (var more = 1; more < step.Compactions; more++)
                    await store.CompactAsync(default, Token);
                if (step.Reopens)
                {
                    await store.DisposeAsync();
                    store = await OpenAsync(directory);
                }
                await CompareAsync(store, added);
            }
        }
        finally
        {
            await store.DisposeAsync();
        }
    }

    private static async Task CompareAsync(DuckDbMeasurementStore store, List<MeterDay> added)
    {
        foreach (var organization in Organizations)
        {
            var found = (await store.ReadTalliesAsync(organization, Token)).Days;
            found.ShouldBe(
                added.Where(tally => tally.OrganizationId == organization)
                    .GroupBy(tally => tally with { Tally = default })
                    .Select(group => group.Key with
                    {
                        Tally = group.Aggregate(default(LoadTally), (sum, tally) => sum + tally.Tally),
                    }),
                ignoreOrder: true);
        }
    }

    private static MeasurementLoad Load(int number, Step step)
    {
        var load = new MeasurementLoad();
        load.Begin(0, new LogPosition(number));
        load.ExtendTo(new LogPosition(number + 1));
        for (var row = 0; row < step.Tallies.Length * Repetitions; row++)
            load.Add(step.Tallies[row % step.Tallies.Length]);
        return load;
    }

    private static Task<DuckDbMeasurementStore> OpenAsync(TempDirectory directory) =>
        DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], Ingestion.Small, Token);

    private sealed record Step(MeterDay[] Tallies, int Compactions, bool Reopens);
}
