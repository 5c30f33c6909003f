using CsCheck;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Measurements.Uids;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Measurements.Uids;

/// <summary>Whatever is done to an index, it finds what the model finds.</summary>
public sealed class UidIndexProperties : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    // Some that are alike in what is kept of them, some that are neighbours, some at the end of a shard, where they
    // overflow, and some of any kind.
    private static readonly Gen<ulong> Fingerprints = Gen.Frequency(
        (2, Gen.ULong[0, 3].Select(low => 0x1234_5678_9A00_0000 | low)),
        (2, Gen.ULong[0, 40].Select(next => 0x1234_5678_9A00_0000 + (next << 24))),
        (2, Gen.ULong[0, 1].Select(next => 0x12FF_FFFF_FF00_0000 - (next << 24))),
        (3, Gen.Select(Gen.ULong[0, 7], Gen.ULong[0, 30], (shard, n) => (shard << 61) + n * 0x0007_7777_7777_7777)),
        (1, Gen.ULong));

    private static readonly Gen<Act[]> Acts =
        Gen.Frequency(
            (60, Gen.Const(Kind.Add)),
            (6, Gen.Const(Kind.AddAgain)),
            (12, Gen.Const(Kind.Remove)),
            (4, Gen.Const(Kind.RemoveOther)),
            (15, Gen.Const(Kind.Find)),
            (2, Gen.Const(Kind.Forget)))
        .Select(Fingerprints, Gen.Int[0, 10_000], (kind, fingerprint, number) => new Act(kind, fingerprint, number))
        .Array[0, 1500];

    private enum Kind
    {
        Add,
        AddAgain,
        Remove,
        RemoveOther,
        Find,
        Forget,
    }

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(10_000, 0)]
    [InlineData(1_000_000, 0)]
    // The positions that are kept begin anew in the midst of the acts.
    [InlineData(1_000, (1L << 48) - 4_000)]
    [InlineData(10_000, (1L << 48) - 4_000)]
    [InlineData(1_000_000, (1L << 48) - 4_000)]
    [InlineData(10_000, 1000 * ((1L << 48) - 1) - 4_000)]
    public void UidIndex_AnyActs_FindsWhatTheModelFinds(long memoryBytes, long start)
    {
        Acts.Sample(acts =>
        {
            using var index = NewIndex(memoryBytes);
            var model = new UidModel(index);
            Perform(acts, model, start);
            model.ShouldAgree();
            model.Clear();
            index.Count.ShouldBe(0);
            Perform(acts[..(acts.Length / 4)], model, start);
            model.ShouldAgree();
        }, iter: 40, threads: 1);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public void UidIndex_LogThatGrowsWithoutEnd_FindsWhatIsNotForgotten(long memoryBytes)
    {
        const long step = 1L << 45;
        using var index = NewIndex(memoryBytes);
        var found = new LogPosition[64];
        for (var round = 1L; round < 1_000; round++)
        {
            // A hundred beside it, so that some are spilled where there is little memory.
            for (var other = 0UL; other < 100; other++)
                index.Add(((ulong)round * 100 + other) << 32, new LogPosition(round * step - (long)other - 1));
            index.Add(ulong.MaxValue, new LogPosition(round * step));
            index.Forget(new LogPosition(Math.Max(0, round - 4) * step));

            // Others may be found too: what was forgotten and not dropped yet.
            var live = Enumerable.Range(0, 5).Select(ago => (round - ago) * step).Where(position => position > 0);
            live.ShouldBeSubsetOf(
                found[..index.Find(ulong.MaxValue, found)].Select(position => position.Value), $"round {round}");
        }
        index.Count.ShouldBeLessThan(20_000);
    }

    [Fact]
    public void UidIndex_ManyEqualRemainders_GrowsAndFindsAll()
    {
        using var index = NewIndex(1_000_000);
        var model = new UidModel(index);
        for (var position = 1; position <= 2_000; position++)
            model.Add(ulong.MaxValue - (ulong)(position % 3), position);
        model.ShouldAgree();
        for (var position = 1; position <= 2_000; position += 2)
            model.Remove(ulong.MaxValue, position);
        model.ShouldAgree();
        index.Count.ShouldBe(1_000);
    }

    [Fact]
    public void UidIndex_RemovalOfAForgottenPosition_LeavesTheLaterOneOfTheSameSlot()
    {
        using var index = NewIndex(1_000_000);
        var model = new UidModel(index);
        model.Add(1UL << 32, 7);
        model.Forget(100);
        model.Add(1UL << 32, 7 + UidSlot.Positions);
        model.Remove(1UL << 32, 7);
        model.ShouldAgree();
    }

    private UidIndex NewIndex(long memoryBytes) => new(new UidIndexOptions
    {
        MemoryBytes = memoryBytes,
        SpillDirectory = _temporary.File("uids"),
    });

    private static void Perform(Act[] acts, UidModel model, long start)
    {
        var position = start + 10;
        var before = start;
        model.Forget(before);
        foreach (var act in acts)
        {
            switch (act.Kind)
            {
                case Kind.Add:
                    model.Add(act.Fingerprint, position += 7);
                    break;
                case Kind.AddAgain:
                    model.Add(act.Fingerprint, position);
                    break;
                case Kind.Remove:
                    model.RemoveNth(act.Number);
                    break;
                case Kind.RemoveOther:
                    model.Remove(act.Fingerprint, act.Number);
                    break;
                case Kind.Find:
                    model.ShouldAgreeOn(act.Fingerprint);
                    break;
                case Kind.Forget:
                    before += (position - before) * act.Number / 20_000;
                    model.Forget(before);
                    break;
            }
        }
    }

    private sealed record Act(Kind Kind, ulong Fingerprint, int Number);
}
