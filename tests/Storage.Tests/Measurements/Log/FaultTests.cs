using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Measurements.Log;

public sealed class FaultTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FailingDisk _disk = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)] // the fault is in the first frame of a file
    [InlineData(3)]
    public async Task Append_AfterAFailedFlush_GoesOnInANewFile(int before)
    {
        await using (var log = FileMeasurementLog.Open(_directory.Path, _disk.Options))
        {
            for (var number = 0; number < before; number++)
                await log.AppendAsync(number);
            var end = log.End;
            _disk.FailsToFlush = true;
            for (var attempt = 0; attempt < 3; attempt++)
            {
                // Neither the frame nor its removal is known to be on the disk.
                var refusal = await Should.ThrowAsync<AppendUnknownException>(log.AppendAsync(100).AsTask());
                refusal.InnerException!.Message.ShouldBe("Input/output error");
                log.Fault.ShouldNotBeNull().InnerException.ShouldBe(refusal.InnerException);
            }
            log.End.ShouldBe(end);

            _disk.FailsToFlush = false;
            (await log.AppendAsync(101)).ShouldBeGreaterThan(end);
            log.Fault.ShouldBeNull();
            await log.AppendAsync(102);
            (await Records.NumbersAsync(log, Token)).ShouldBe([.. Enumerable.Range(0, before), 101, 102]);
        }
        Records.Files(_directory.Path).Length.ShouldBe(before == 0 ? 1 : 2);
        await using var reopened = FileMeasurementLog.Open(_directory.Path);
        (await Records.NumbersAsync(reopened, Token)).ShouldBe([.. Enumerable.Range(0, before), 101, 102]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Append_WhoseFlushFails_FailsWithAllThatShareIt()
    {
        await using var log = FileMeasurementLog.Open(_directory.Path, _disk.Options);
        _disk.Hold();
        var first = Task.Run(async () => await log.AppendAsync(0));
        _disk.Flushing.Wait(TestContext.Current.CancellationToken);
        var rest = Enumerable.Range(1, 20).Select(number => log.AppendAsync(number).AsTask()).ToArray();
        _disk.FailsToFlush = true;
        _disk.Release();

        foreach (var append in rest.Prepend(first))
            await Should.ThrowAsync<AppendUnknownException>(append);
        log.End.ShouldBe(default);
        (await Records.NumbersAsync(log, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Log_OnAFullDisk_RefusesUntilThereIsRoomAndLosesNothing()
    {
        var options = _disk.Options with { FileBytes = 20_000 };
        var kept = new List<long>();
        await using (var log = FileMeasurementLog.Open(_directory.Path, options))
        {
            var number = 0L;
            foreach (var room in new[] { 90_000, 30_000, 500, 0, 70_001 })
            {
                _disk.Room = room;
                for (var (refused, until) = (0, number + 200); refused < 3 && number < until; number++)
                {
                    try
                    {
                        await log.AppendAsync(number, 1000);
                        kept.Add(number);
                    }
                    catch (StoreUnavailableException)
                    {
                        refused++;
                    }
                }
            }
            _disk.Room = long.MaxValue;
            kept.Count.ShouldBeInRange(20, (int)number - 3);
            await log.AppendAsync(number);
            kept.Add(number);
            log.Fault.ShouldBeNull();
            (await Records.NumbersAsync(log, Token)).ShouldBe(kept);
        }
        await using var reopened = FileMeasurementLog.Open(_directory.Path, options);
        (await Records.NumbersAsync(reopened, Token)).ShouldBe(kept);
        reopened.DiscardedAtOpening.ShouldBeNull();
    }

    [Fact]
    public async Task Log_StillWithoutRoom_LeavesNoFilesBehind()
    {
        await using var log = FileMeasurementLog.Open(_directory.Path, _disk.Options);
        await log.AppendAsync(0);
        _disk.Room = 10;
        for (var number = 1L; log.Fault is null; number++)
            await KeepAsync(log, number, 100_000);
        var files = Directory.GetFiles(_directory.Path).Length;

        for (var attempt = 0; attempt < 5; attempt++)
            await Should.ThrowAsync<StoreUnavailableException>(log.AppendAsync(0).AsTask());

        Directory.GetFiles(_directory.Path).Length.ShouldBeLessThanOrEqualTo(files);
    }

    [Fact(Timeout = 60_000)] // a log that does not try by itself would be waited for without end
    public async Task Log_WithoutAppends_FindsByItselfThatTheDiskWorksAgain()
    {
        var options = _disk.Options with { TryAgainAfter = TimeSpan.FromMilliseconds(5) };
        await using var log = FileMeasurementLog.Open(_directory.Path, options);
        _disk.FailsToFlush = true;
        await Should.ThrowAsync<AppendUnknownException>(log.AppendAsync(0).AsTask());
        _disk.FailsToFlush = false;

        while (log.Fault is not null)
            await Task.Yield();
        await log.AppendAsync(1);
        (await Records.NumbersAsync(log, TestContext.Current.CancellationToken)).ShouldBe([1]);
    }

    [Fact]
    public async Task Log_WithAWholeFrameLeftBehindByAFault_IgnoresIt()
    {
        // Two logs that are equal up to the second record: what one failed to flush is what the other holds there.
        var other = _directory.File("other");
        var positions = await Records.FillAsync(other, 2);
        var whole = (await File.ReadAllBytesAsync(Records.Files(other)[0], Token))[..(int)positions[1].Value];
        await using (var log = FileMeasurementLog.Open(_directory.Path, _disk.Options))
        {
            await log.AppendAsync(0);
            _disk.FailsToFlush = true;
            await Should.ThrowAsync<AppendUnknownException>(log.AppendAsync(1).AsTask());
            _disk.FailsToFlush = false;
            await log.AppendAsync(2);
        }
        await File.WriteAllBytesAsync(Records.Files(_directory.Path)[0], whole, Token);

        await using var reopened = FileMeasurementLog.Open(_directory.Path);
        (await Records.NumbersAsync(reopened, Token)).ShouldBe([0, 2]);
        var buffer = new byte[1000];
        reopened.Read(default, buffer).ShouldBe((int)positions[0].Value);
    }

    [Fact(Timeout = 120_000)]
    public async Task Log_WithALimitOfTheSystemOnItsFiles_KeepsEverythingAnsweredFor()
    {
        using var child = ChildProcess.WithFilesOfAtMost(1536, LimitedWriter.Command, _directory.Path);
        var lines = new List<string>();
        while (await child.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            lines.Add(line);

        lines.Count(line => line == LimitedWriter.Refused).ShouldBeGreaterThan(0);
        await using var log = FileMeasurementLog.Open(_directory.Path);
        (await Records.NumbersAsync(log, Token)).Select(number => $"{number}")
            .ShouldBe(lines.Where(line => line is not (LimitedWriter.Refused or LimitedWriter.Closed)));
        lines[^1].ShouldBe(LimitedWriter.Closed);
        Records.Files(_directory.Path).Length.ShouldBeGreaterThan(2);
    }

    private static async Task KeepAsync(FileMeasurementLog log, long number, int length)
    {
        try
        {
            await log.AppendAsync(number, length);
        }
        catch (StoreUnavailableException)
        {
            log.Fault.ShouldNotBeNull();
        }
    }
}
