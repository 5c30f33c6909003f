using CsCheck;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

public sealed class SubmissionProperties
{
    private static readonly Meter Meter = Make.Meter("m", "measure.n");

    [Fact]
    public async Task Submissions_ShuffledRepeatedAndSplit_GiveTheSameTotals() =>
        await Gen.Select(Gen.Decimal[-1_000_000_000, 1_000_000_000].Array[1, 30], Gen.Int[1, 3], Gen.Int[1, 7], Gen.Int)
            .SampleAsync(
                async (amounts, repetitions, batch, seed) =>
                {
                    var numbers = amounts.Select(amount => decimal.Round(amount, 8, MidpointRounding.ToZero)).ToArray();
                    var sent = Enumerable.Repeat(Enumerable.Range(0, numbers.Length), repetitions)
                        .SelectMany(all => all).ToArray();
                    new Random(seed).Shuffle(sent);
                    using var directory = new TempDirectory();
                    var catalog = new FakeCatalog();
                    catalog.Add(Make.Organization, Meter);
                    // Restarted in the middle, so that what was known of uids is rebuilt.
                    foreach (var half in sent.Chunk((sent.Length / 2) + 1))
                    {
                        await using var part = await Ingestion.StartAsync(directory, catalog);
                        await Task.WhenAll(half.Chunk(batch).Select(chunk => part.SubmitAsync(
                            [.. chunk.Select(index => Json(index, numbers[index]))]).AsTask()));
                    }
                    await using var ingestion = await Ingestion.StartAsync(directory, catalog);
                    var sum = await ingestion.ReadAsync(Make.Query(Meter, "n", AggregationMethod.Sum));
                    var tally = await ingestion.TallyAsync();

                    sum.Single().Value.ShouldBe(numbers.Sum());
                    tally.Stored.ShouldBe(numbers.Length);
                    tally.Accepted.ShouldBe(sent.Length);
                    (tally.Stored + tally.Duplicate + tally.Failed).ShouldBe(tally.Accepted);
                },
                iter: 10, threads: 1);

    private static string Json(int uid, decimal number) => FormattableString.Invariant(
        $$$"""{"uid":"u{{{uid}}}","meter":"m","account":"acme","ts":"2026-03-01","measure":{"n":{{{number}}}}}""");
}
