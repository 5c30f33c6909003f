using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Measurements.Log;

public sealed class CacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FailingDisk _disk = new();
    private readonly List<(long Start, long Bytes)> _givenBack = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>One record of 8 bytes a frame of 128, two frames a file, two files cached.</summary>
    private LogOptions Options => _disk.Options with
    {
        FileBytes = 256,
        CachedBytes = 512,
        GiveBack = (path, bytes) => _givenBack.Add((StartOf(path), bytes)),
    };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Log_ReadOn_GivesBackOnceTheFilesThatLieBeforeItsWindow()
    {
        await using var log = FileMeasurementLog.Open(_directory.Path, Options);
        await AppendAsync(log, 10);
        await Records.NumbersAsync(log, Token);
        _givenBack.ShouldBeEmpty(); // nobody went on from behind them

        await Records.NumbersAsync(log, Token, new LogPosition(1024));
        _givenBack.ShouldBe([(0, 256), (256, 256)]);
        await Records.NumbersAsync(log, Token);
        await Records.NumbersAsync(log, Token, new LogPosition(1024 + 128));
        _givenBack.Count.ShouldBe(2);
        await Records.NumbersAsync(log, Token, log.End);
        _givenBack[2..].ShouldBe([(512, 256)]);
    }

    [Fact]
    public async Task Log_Reopened_GivesBackWhatWasCachedBefore()
    {
        await Records.FillAsync(_directory.Path, 10, Options);
        await using var log = FileMeasurementLog.Open(_directory.Path, Options);
        await Records.NumbersAsync(log, Token, log.End);
        _givenBack.ShouldBeEmpty();

        await AppendAsync(log, 4);
        await Records.NumbersAsync(log, Token, log.End);
        _givenBack.ShouldBe([(768, 256), (1024, 256)]);
    }

    [Fact]
    public async Task Log_AfterAFailedFlush_GivesBackOnlyWhatWasFlushed()
    {
        await using var log = FileMeasurementLog.Open(_directory.Path, Options);
        await Records.NumbersAsync(log, Token);
        await AppendAsync(log, 1);
        _disk.FailsToFlush = true;
        await Should.ThrowAsync<AppendUnknownException>(log.AppendAsync(1).AsTask());
        _disk.FailsToFlush = false;

        await AppendAsync(log, 6);
        await Records.NumbersAsync(log, Token, log.End);
        _givenBack.ShouldBe([(0, 128), (128, 256)]);
    }

    [Fact]
    public async Task Log_Trimmed_GivesBackWhatIsLeft()
    {
        await using var log = FileMeasurementLog.Open(_directory.Path, Options);
        await Records.NumbersAsync(log, Token);
        await AppendAsync(log, 10);
        await log.TrimAsync(new LogPosition(512), Records.Noon.PlusTicks(1), Token);

        await Records.NumbersAsync(log, Token, log.End);
        _givenBack.ShouldBe([(512, 256)]);
    }

    [Fact]
    public void GiveBack_OfTheFirstBytesOfAFile_DropsTheirPagesOnly()
    {
        const int Bytes = 16 * 1024 * 1024;
        var path = _directory.File("file");
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.Write(file, new byte[Bytes], 0);
        Disk.Flush(file);

        Disk.GiveBack(path, Bytes / 2);

        // Only of these file systems it is known that they follow the advice.
        if (OperatingSystem.IsLinux() && new DriveInfo(_directory.Path).DriveFormat is "ext4" or "xfs")
            CachedBytes(file, Bytes).ShouldBe(Bytes / 2);
    }

    [Fact]
    public void GiveBack_OfAFileThatWasDeleted_DoesNothing() =>
        Should.NotThrow(() => Disk.GiveBack(_directory.File("none"), 1));

    private static long StartOf(string path) =>
        long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture);

    private static async Task AppendAsync(FileMeasurementLog log, int count)
    {
        for (var number = 0; number < count; number++)
            await log.AppendAsync(number);
    }

    private static long CachedBytes(SafeFileHandle file, int bytes)
    {
        const int Readable = 1;
        const int Shared = 1;
        var pages = new byte[bytes / Environment.SystemPageSize];
        var memory = Map(0, (nuint)bytes, Readable, Shared, file, 0);
        FindCached(memory, (nuint)bytes, pages).ShouldBe(0);
        Unmap(memory, (nuint)bytes).ShouldBe(0);
        return pages.Count(page => (page & 1) != 0) * (long)Environment.SystemPageSize;
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint at, nuint bytes, int access, int kind, SafeFileHandle file, long offset);

    [DllImport("libc", EntryPoint = "mincore")]
    private static extern int FindCached(nint at, nuint bytes, byte[] pages);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint at, nuint bytes);
}
