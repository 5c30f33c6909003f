using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Measurements.Log;

/// <summary>A log that goes on behind a part that is lost.</summary>
public sealed class GapTests : IDisposable
{
    private static readonly LogOptions TwoFrames = new() { FileBytes = 256 };

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Log_SkippedToAPosition_GoesOnThereAndReadsAcross()
    {
        var positions = await Records.FillAsync(_directory.Path, 3, TwoFrames);
        var next = new LogPosition(positions[2].Value + 100_000);
        FileMeasurementLog.SkipTo(_directory.Path, positions[2], next);

        await using (var log = FileMeasurementLog.Open(_directory.Path, TwoFrames))
        {
            log.End.ShouldBe(next);
            log.FindRecord(next).ShouldBe(next);
            log.FindRecord(positions[2]).ShouldBe(next);
            (await log.AppendAsync(3)).ShouldBeGreaterThan(next);
            (await log.AppendAsync(4)).ShouldBeGreaterThan(next);
            log.Read(new LogPosition(next.Value - 1), new byte[1]).ShouldBe(0);
        }

        await using var again = FileMeasurementLog.Open(_directory.Path, TwoFrames);
        (await Records.NumbersAsync(again, Token)).ShouldBe([0, 1, 2, 3, 4]);
        (await Records.NumbersAsync(again, Token, next)).ShouldBe([3, 4]);
    }

    [Fact]
    public async Task Log_SkippedTwiceWithNothingInBetween_Opens()
    {
        var positions = await Records.FillAsync(_directory.Path, 1);
        FileMeasurementLog.SkipTo(_directory.Path, positions[0], new LogPosition(6400));
        FileMeasurementLog.SkipTo(_directory.Path, new LogPosition(6400), new LogPosition(64_000));

        await using var log = FileMeasurementLog.Open(_directory.Path);
        log.End.Value.ShouldBe(64_000);
        (await Records.NumbersAsync(log, Token)).ShouldBe([0]);
    }

    [Fact]
    public async Task Log_TrimmedBeyondTheGap_ForgetsIt()
    {
        var positions = await Records.FillAsync(_directory.Path, 2, TwoFrames);
        FileMeasurementLog.SkipTo(_directory.Path, positions[1], new LogPosition(64_000));
        await using var log = FileMeasurementLog.Open(_directory.Path, TwoFrames);
        await log.AppendAsync(2);

        await log.TrimAsync(log.End, Records.Noon + Duration.FromDays(1), Token);

        log.Start.Value.ShouldBe(64_000);
        Directory.GetFiles(_directory.Path, "*.gap").ShouldBeEmpty();
    }

    [Fact]
    public async Task Log_GapThatNobodyAccepted_IsRefused()
    {
        var positions = await Records.FillAsync(_directory.Path, 1);
        FileMeasurementLog.SkipTo(_directory.Path, positions[0], new LogPosition(64_000));
        File.Delete(Directory.GetFiles(_directory.Path, "*.gap").Single());

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(_directory.Path))
            .Message.ShouldContain("gap");
    }
}
