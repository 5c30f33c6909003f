using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Measurements.Log;

public sealed class RetentionTests : IDisposable
{
    /// <summary>One record of 8 bytes a frame, two frames a file.</summary>
    private static readonly LogOptions TwoFrames = new() { FileBytes = 256 };

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Trim_UpToAPosition_DeletesOnlyFilesWhollyBefore()
    {
        var positions = await FillAsync(6);
        await using (var log = FileMeasurementLog.Open(_directory.Path, TwoFrames))
        {
            await log.TrimAsync(positions[2], Day(100), Token);
            log.Start.ShouldBe(positions[1]);
            Records.Files(_directory.Path).Length.ShouldBe(2);
            (await Records.NumbersAsync(log, Token, log.Start)).ShouldBe([2, 3, 4, 5]);
            await Should.ThrowAsync<StoreUnavailableException>(Records.NumbersAsync(log, Token));
            log.Read(default, new byte[10]).ShouldBe(0);

            await log.TrimAsync(log.End, Day(100), Token);
            log.Start.ShouldBe(positions[3]);
            Records.Files(_directory.Path).Length.ShouldBe(1);
        }
        await using var reopened = FileMeasurementLog.Open(_directory.Path, TwoFrames);
        reopened.Start.ShouldBe(positions[3]);
        reopened.End.ShouldBe(positions[5]);
        (await reopened.AppendAsync(6)).ShouldBeGreaterThan(positions[5]);
        (await Records.NumbersAsync(reopened, Token, positions[3])).ShouldBe([4, 5, 6]);
    }

    [Fact]
    public async Task Trim_UpToAnInstant_KeepsWhatWasReceivedSince()
    {
        await using var log = FileMeasurementLog.Open(_directory.Path, TwoFrames);
        var positions = await FillAsync(log, 8);

        await log.TrimAsync(log.End, Day(1), Token); // the newest of the first file is of that very instant
        log.Start.ShouldBe(default);
        await log.TrimAsync(log.End, Day(1) + Duration.FromTicks(1), Token);
        log.Start.ShouldBe(positions[1]);
        await log.TrimAsync(log.End, Day(4), Token);
        log.Start.ShouldBe(positions[3]);
    }

    [Fact]
    public async Task Trim_AfterReopening_KeepsWhatWasReceivedSince()
    {
        var positions = await FillAsync(8);
        await using var log = FileMeasurementLog.Open(_directory.Path, TwoFrames);

        await log.TrimAsync(log.End, Day(1), Token);
        log.Start.ShouldBe(default);
        await log.TrimAsync(log.End, Day(4), Token); // only the first record of the next file tells: that of day 2
        log.Start.ShouldBe(positions[1]);
        await log.TrimAsync(log.End, Day(5), Token);
        log.Start.ShouldBe(positions[3]);
        await log.TrimAsync(log.End, Day(100), Token);
        log.Start.ShouldBe(positions[5]);
    }

    [Fact]
    public async Task Trim_OfALogReopenedBehindANewFile_KnowsTheNewestBeforeIt()
    {
        var positions = await FillAsync(4);
        // As after a crash between beginning a file and writing to it.
        await File.WriteAllBytesAsync(
            _directory.File($"{positions[3].Value:D19}.log"), new byte[256], Token);
        await using var log = FileMeasurementLog.Open(_directory.Path, TwoFrames);
        log.End.ShouldBe(positions[3]);

        await log.TrimAsync(log.End, Day(3), Token);
        log.Start.ShouldBe(positions[1]);
        await log.TrimAsync(log.End, Day(3) + Duration.FromTicks(1), Token);
        log.Start.ShouldBe(positions[3]);
        await log.AppendAsync(4);
        (await Records.NumbersAsync(log, Token, positions[3])).ShouldBe([4]);
    }

    [Fact]
    public async Task Read_OfAnyStretch_GivesTheBytesUpToTheEndOfTheirFile()
    {
        var positions = await FillAsync(5);
        await using var log = FileMeasurementLog.Open(_directory.Path, TwoFrames);
        var all = Records.Files(_directory.Path)
            .SelectMany(File.ReadAllBytes).Take((int)log.End.Value).ToArray();
        for (var from = 0; from <= all.Length + 1; from++)
        {
            foreach (var length in new[] { 0, 1, 100, 1000 })
            {
                var buffer = new byte[length];
                var fileEnd = from / 256 * 256 + 256;
                var expected = all.Skip(from).Take(Math.Min(length, fileEnd - from)).ToArray();
                var count = log.Read(new LogPosition(from), buffer);
                buffer[..count].ShouldBe(expected);
            }
        }
        log.Read(positions[^1], new byte[1]).ShouldBe(0);
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_WhileFilesAreBegunAndTrimmed_GivesTheRecordOrNothing()
    {
        // More files than are kept open, so that some are closed while they are read.
        const int Count = 600;
        await using var log = FileMeasurementLog.Open(_directory.Path, TwoFrames);
        var behind = new LogPosition[Count];
        var written = 0;
        var token = TestContext.Current.CancellationToken;
        var readers = Enumerable.Range(0, 3).Select(seed => Task.Run(() =>
        {
            var (random, buffer, found) = (new Random(seed), new byte[8], 0);
            // One that began late reads what is left.
            while (Volatile.Read(ref written) < Count || (found == 0 && !token.IsCancellationRequested))
            {
                var number = random.Next(Math.Max(1, Volatile.Read(ref written)));
                // The record stands behind the header and its length, 128 bytes before the end of its frame.
                var position = new LogPosition(behind[number].Value - 128 + 64 + 4);
                if (position.Value < 0 || log.Read(position, buffer) is not (> 0 and var count))
                    continue;
                found++;
                buffer[..count].ShouldBe(Records.Record(number));
            }
            return found;
        })).ToArray();
        for (var number = 0; number < Count; number++)
        {
            behind[number] = await log.AppendAsync(number);
            Volatile.Write(ref written, number + 1);
            if (number >= 400)
                await log.TrimAsync(behind[number - 400], Day(100), token);
        }

        foreach (var found in await Task.WhenAll(readers))
            found.ShouldBeGreaterThan(0);
        log.Start.Value.ShouldBeGreaterThan(0);
    }

    private static Instant Day(int day) => Records.Noon + Duration.FromDays(day);

    private async Task<List<LogPosition>> FillAsync(int count)
    {
        await using var log = FileMeasurementLog.Open(_directory.Path, TwoFrames);
        return await FillAsync(log, count);
    }

    // Record n is received on day n.
    private static async Task<List<LogPosition>> FillAsync(FileMeasurementLog log, int count)
    {
        var positions = new List<LogPosition>();
        for (var number = 0; number < count; number++)
            positions.Add(await log.AppendAsync(Records.Record(number), Day(number), Token));
        return positions;
    }
}
