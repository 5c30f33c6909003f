using System.Text;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Storage.Tests.Measurements.Uids;

public sealed class UidIndexTests : IDisposable
{
    private readonly UidIndex _index = new();

    public void Dispose() => _index.Dispose();

    [Fact]
    public void UidIndex_Empty_HoldsAlmostNoMemory()
    {
        _index.MemoryBytes.ShouldBeLessThan(200_000);
        _index.Count.ShouldBe(0);
        Find(7).ShouldBeEmpty();
    }

    [Fact]
    public void UidIndex_MillionEntries_TakeTwelveBytesEach()
    {
        Fill(_index, 1_000_000);
        _index.Count.ShouldBe(1_000_000);
        // 10 bytes; shards are 75 to 90 % full, not all alike; and their tails.
        (_index.MemoryBytes / 1_000_000m).ShouldBeInRange(10m / 0.88m, 10m / 0.77m + 0.5m);
    }

    [Fact]
    public void UidIndex_EntriesAddedTogether_AreThoseAddedOneByOne()
    {
        using var other = new UidIndex();
        UidEntry[] entries = [.. Enumerable.Range(1, 300_000).Select(number =>
            new UidEntry((ulong)(number % 200_000) * 0x9E3779B97F4A7C15, new LogPosition(number)))];
        foreach (var entry in entries)
            _index.Add(entry.Fingerprint, entry.Position);
        foreach (var some in entries.Chunk(70_000))
            other.AddAll(some);
        other.Count.ShouldBe(300_000);
        Span<LogPosition> found = stackalloc LogPosition[8];
        Span<LogPosition> expected = stackalloc LogPosition[8];
        foreach (var entry in entries)
        {
            var count = _index.Find(entry.Fingerprint, expected);
            found[..other.Find(entry.Fingerprint, found)].SequenceEqual(expected[..count]).ShouldBeTrue();
        }
    }

    [Fact]
    public void UidIndex_HalfForgotten_GivesHalfItsMemoryBackBitByBit()
    {
        Fill(_index, 200_000);
        var full = _index.MemoryBytes;
        _index.Forget(new LogPosition(100_001));
        _index.Count.ShouldBeInRange(100_000, 200_000);
        _index.MemoryBytes.ShouldBeGreaterThan(full * 9 / 10);
        for (var call = 1; call < 256 / 4; call++)
            _index.Forget(new LogPosition(100_001));
        _index.Count.ShouldBe(100_000);
        _index.MemoryBytes.ShouldBeLessThan(full * 7 / 10);
    }

    [Fact]
    public void UidIndex_AllForgottenOrCleared_HoldsAlmostNoMemory()
    {
        Fill(_index, 100_000);
        for (var call = 0; call < 256 / 4; call++)
            _index.Forget(new LogPosition(100_001));
        _index.Count.ShouldBe(0);
        _index.MemoryBytes.ShouldBeLessThan(200_000);

        Fill(_index, 100_000);
        _index.Clear();
        _index.Count.ShouldBe(0);
        _index.MemoryBytes.ShouldBeLessThan(200_000);
    }

    [Fact]
    public void UidIndex_GrowthAfterForget_ReplacesWhatIsForgotten()
    {
        for (var position = 1; position <= 400_000; position++)
        {
            _index.Add(Scattered(position), new LogPosition(position));
            if (position % 10_000 == 0)
                _index.Forget(new LogPosition(position - 20_000));
        }
        _index.Count.ShouldBeInRange(20_000, 60_000);
        _index.MemoryBytes.ShouldBeLessThan(1_500_000);
    }

    [Fact]
    public void Find_SpanSmallerThanWhatIsThere_FillsIt()
    {
        for (var position = 1; position <= 5; position++)
            _index.Add(42, new LogPosition(position));
        Span<LogPosition> three = stackalloc LogPosition[3];
        _index.Find(42, three).ShouldBe(3);
        _index.Find(42, []).ShouldBe(0);
    }

    [Theory]
    [InlineData(1L << 48)]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Add_PositionOutsideOfTheLog_IsRefused(long position)
    {
        var refusal = Should.Throw<ArgumentOutOfRangeException>(() => _index.Add(42, new LogPosition(position)));
        refusal.Message.ShouldContain("281474976710655");
        _index.Count.ShouldBe(0);
    }

    [Fact]
    public void Add_GreatestPosition_IsFound()
    {
        var last = new LogPosition((1L << 48) - 1);
        _index.Add(ulong.MaxValue, last);
        _index.Add(0, last);
        Find(ulong.MaxValue).ShouldBe([last]);
        Find(0).ShouldBe([last]);
    }

    [Fact]
    public void Fingerprint_SameUid_DiffersByOrganizationAndIndex()
    {
        using var other = new UidIndex();
        var mine = Fingerprint(_index, "org", "uid");
        Fingerprint(_index, "org", "uid").ShouldBe(mine);
        Fingerprint(_index, "or", "guid").ShouldNotBe(mine);
        Fingerprint(_index, "orgu", "id").ShouldNotBe(mine);
        Fingerprint(_index, "org2", "uid").ShouldNotBe(mine);
        Fingerprint(other, "org", "uid").ShouldNotBe(mine);
    }

    [Fact]
    public void Fingerprint_OfIndexesWithOneSecret_IsTheSame()
    {
        byte[] secret = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];
        using var one = new UidIndex(new UidIndexOptions { Secret = secret });
        using var same = new UidIndex(new UidIndexOptions { Secret = [.. secret] });
        using var other = new UidIndex(new UidIndexOptions { Secret = [.. secret[..^1], 0] });

        Fingerprint(same, "org", "uid").ShouldBe(Fingerprint(one, "org", "uid"));
        Fingerprint(other, "org", "uid").ShouldNotBe(Fingerprint(one, "org", "uid"));
    }

    [Fact]
    public void Fingerprint_LongNames_CountToTheLastCharacter()
    {
        var organization = new string('o', 1_000);
        Fingerprint(_index, organization, new string('u', 150))
            .ShouldNotBe(Fingerprint(_index, organization, new string('u', 149) + "v"));
        Fingerprint(_index, organization + "p", "u").ShouldNotBe(Fingerprint(_index, organization + "q", "u"));
    }

    [Fact]
    public void UidIndex_TensOfMillions_FindsEachOnce()
    {
        var count = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 300_000 : 30_000_000;
        Fill(_index, count);
        var found = new LogPosition[64];
        var others = 0L;
        for (var position = 1; position <= count; position++)
        {
            var hits = _index.Find(Scattered(position), found);
            found.AsSpan(0, hits).Contains(new LogPosition(position)).ShouldBeTrue();
            others += hits - 1;
        }
        // 40 bits are kept: of n entries n * n / 2^40 are alike with another.
        others.ShouldBeLessThanOrEqualTo(10 + (long)((Int128)count * count >> 39));
        (_index.MemoryBytes / (decimal)count).ShouldBeLessThan(16m);
    }

    internal static void Fill(UidIndex index, int count, int from = 1)
    {
        for (var position = from; position < from + count; position++)
            index.Add(Scattered(position), new LogPosition(position));
    }

    /// <summary>A fingerprint for a number: a bijection that scatters.</summary>
    internal static ulong Scattered(long number)
    {
        var mixed = (ulong)number * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    private static ulong Fingerprint(UidIndex index, string organization, string uid) =>
        index.Fingerprint(Encoding.UTF8.GetBytes(organization), Encoding.UTF8.GetBytes(uid));

    private LogPosition[] Find(ulong fingerprint)
    {
        var found = new LogPosition[16];
        return found[.._index.Find(fingerprint, found)];
    }
}
