using System.Runtime.Versioning;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.Uids;
using Tallystick.Testing;
using static Tallystick.Storage.Tests.Measurements.Uids.UidIndexTests;

namespace Tallystick.Storage.Tests.Measurements.Uids;

[UnsupportedOSPlatform("windows")]
public sealed class UidSpillTests : IDisposable
{
    // Three quarters for entries hold about 100,000 of them; the rest is for filters.
    private const long MemoryBytes = 2_000_000;

    private readonly TemporaryDirectory _temporary = new();

    private string Spill => _temporary.File("uids");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void UidIndex_BeyondItsMemory_SpillsAndFindsAll()
    {
        using var index = NewIndex();
        Fill(index, 500_000);
        index.SpilledCount.ShouldBeGreaterThan(300_000);
        index.Count.ShouldBe(500_000);
        index.MemoryBytes.ShouldBeLessThan(MemoryBytes * 11 / 10);
        index.SpillFault.ShouldBeNull();
        ShouldFindAll(index, 1, 500_000);
    }

    [Fact]
    public void UidIndex_ManySpills_AreMergedIntoFewFiles()
    {
        using var index = NewIndex();
        Fill(index, 1_500_000);
        Files().Length.ShouldBeLessThanOrEqualTo(6);
        index.Count.ShouldBe(1_500_000);
        ShouldFindAll(index, 1, 1_500_000, step: 7);
    }

    [Fact]
    public void UidIndex_NoSpillDirectory_KeepsAllInMemory()
    {
        using var index = new UidIndex(new UidIndexOptions { MemoryBytes = 1_000_000 });
        Fill(index, 300_000);
        index.SpilledCount.ShouldBe(0);
        ShouldFindAll(index, 1, 300_000, step: 11);
    }

    [Fact]
    public void Forget_WholeRuns_DeletesTheirFiles()
    {
        using var index = NewIndex();
        Fill(index, 300_000);
        Files().Length.ShouldBeGreaterThan(1);
        for (var call = 0; call < 256 / 4; call++)
            index.Forget(new LogPosition(300_001));
        Files().ShouldBeEmpty();
        index.Count.ShouldBe(0);
    }

    [Fact]
    public void Forget_PartOfRuns_IsLeftOutOfTheMerge()
    {
        using var index = NewIndex();
        Fill(index, 400_000);
        index.Forget(new LogPosition(350_000));
        Fill(index, 1_100_000, from: 400_001);
        index.Count.ShouldBeLessThan(1_500_000 - 300_000);
        ShouldFindAll(index, 350_000, 1_150_001);
    }

    [Fact]
    public void Remove_OfSpilled_IsGoneAlsoAfterTheMerge()
    {
        using var index = NewIndex();
        var found = new LogPosition[16];
        Fill(index, 200_000);
        for (var position = 1; position <= 1_000; position++)
            index.Remove(Scattered(position), new LogPosition(position));
        index.Count.ShouldBe(199_000);
        for (var position = 1; position <= 1_000; position++)
            index.Find(Scattered(position), found).ShouldBe(0);

        Fill(index, 500, from: 1);
        Fill(index, 1_000_000, from: 200_001);
        index.Count.ShouldBe(1_199_500);
        ShouldFindAll(index, 1, 500);
        for (var position = 501; position <= 1_000; position++)
            index.Find(Scattered(position), found).ShouldBe(0);
    }

    [Fact]
    public void Remove_DuringAMerge_IsNotUndoneByIt()
    {
        using var index = NewIndex();
        var found = new LogPosition[16];
        var added = 0;
        while (Files().Length < 6)
            Fill(index, 1_000, from: (added += 1_000) - 999);
        index.Remove(Scattered(5), new LogPosition(5));
        Fill(index, 300_000, from: added + 1);
        Files().Length.ShouldBeLessThan(6);
        index.Find(Scattered(5), found).ShouldBe(0);
        ShouldFindAll(index, 6, added, step: 3);
    }

    [Fact]
    public void UidIndex_FilesOfAnEarlierProcess_AreDeleted()
    {
        Directory.CreateDirectory(Spill);
        File.WriteAllText(Path.Combine(Spill, "000000001.uids"), "left");
        File.WriteAllText(Path.Combine(Spill, "notes.txt"), "not ours");
        using (var index = NewIndex())
        {
            Files().ShouldBeEmpty();
            Fill(index, 200_000);
            Files().ShouldNotBeEmpty();
        }
        Files().ShouldBeEmpty();
        File.Exists(Path.Combine(Spill, "notes.txt")).ShouldBeTrue();
    }

    [Fact]
    public void Spill_DirectoryIsAFile_KeepsAllInMemoryAndSaysSo()
    {
        File.WriteAllText(Spill, "");
        using var index = NewIndex();
        Fill(index, 400_000);
        index.SpillFault.ShouldNotBeNull().ShouldContain(Spill);
        index.SpilledCount.ShouldBe(0);
        ShouldFindAll(index, 1, 400_000);

        File.Delete(Spill);
        Fill(index, 100_000, from: 400_001);
        index.SpillFault.ShouldBeNull();
        index.SpilledCount.ShouldBeGreaterThan(400_000);
        index.MemoryBytes.ShouldBeLessThan(MemoryBytes * 11 / 10);
        index.Count.ShouldBe(500_000);
        ShouldFindAll(index, 1, 500_000, step: 3);
    }

    [Fact]
    public void Spill_DiskFull_KeepsAllInMemoryAndSaysSo()
    {
        using var index = NewIndex();
        Directory.CreateDirectory(Spill);
        for (var file = 1; file < 100; file++)
            File.CreateSymbolicLink(Path.Combine(Spill, $"{file:D9}.uids"), "/dev/full");
        Fill(index, 200_000);
        index.SpillFault.ShouldNotBeNull().ShouldContain("No space left");
        index.Count.ShouldBe(200_000);
        index.SpilledCount.ShouldBe(0);
        Files().Length.ShouldBeInRange(80, 98);
        ShouldFindAll(index, 1, 200_000);
    }

    [Fact]
    public void Spill_DirectoryVanishes_LosesNothing()
    {
        using var index = NewIndex();
        Fill(index, 200_000);
        Directory.Delete(Spill, recursive: true);
        Fill(index, 600_000, from: 200_001);
        index.Count.ShouldBe(800_000);
        ShouldFindAll(index, 1, 800_000, step: 3);
    }

    [Fact]
    public void Find_DamagedFile_IsAFaultAndNotAnAbsence()
    {
        using var index = NewIndex();
        Fill(index, 200_000);
        foreach (var path in Files())
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            for (var at = 100; at < file.Length; at += 4096)
            {
                file.Position = at;
                var value = file.ReadByte();
                file.Position = at;
                file.WriteByte((byte)(value ^ 1));
            }
        }
        Should.Throw<StoreUnavailableException>(() => ShouldFindAll(index, 1, 1)).Message.ShouldContain(Spill);
    }

    [Fact]
    public void Find_ShortenedFile_IsAFaultAndNotAnAbsence()
    {
        using var index = NewIndex();
        Fill(index, 200_000);
        foreach (var path in Files())
            File.WriteAllBytes(path, []);
        Should.Throw<StoreUnavailableException>(() => ShouldFindAll(index, 1, 1)).Message.ShouldContain(Spill);
    }

    private static void ShouldFindAll(UidIndex index, int from, int count, int step = 1)
    {
        var found = new LogPosition[16];
        for (var position = from; position < from + count; position += step)
        {
            var hits = found.AsSpan(0, index.Find(Scattered(position), found));
            if (!hits.Contains(new LogPosition(position)))
                throw new InvalidOperationException($"The entry at {position} is lost.");
        }
    }

    private UidIndex NewIndex() => new(new UidIndexOptions { MemoryBytes = MemoryBytes, SpillDirectory = Spill });

    private string[] Files() => Directory.Exists(Spill) ? Directory.GetFiles(Spill, "*.uids") : [];
}
