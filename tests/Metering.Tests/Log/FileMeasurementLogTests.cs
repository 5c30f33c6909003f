using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Documents;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Metering.Tests.Log;

public sealed class FileMeasurementLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static MeasurementBatch Batch(string uid) => new(
        Make.Organization, Make.Now, [Make.Measurement(uid, "2026-03-01T00:00:00Z", Make.Number("n", 1.5m))]);

    private static async Task<List<string>> UidsAsync(FileMeasurementLog log, LogPosition from = default)
    {
        var uids = new List<string>();
        await foreach (var entry in log.ReadAsync(from, Token))
            uids.AddRange(entry.Batches.SelectMany(batch => batch.Measurements).Select(measurement => measurement.Uid));
        return uids;
    }

    private static async Task<List<LogPosition>> FillAsync(string directory, int count, LogOptions? options = null)
    {
        var positions = new List<LogPosition>();
        await using var log = FileMeasurementLog.Open(directory, options);
        for (var index = 0; index < count; index++)
            positions.Add(await log.AppendAsync(Batch($"u{index}"), Token));
        return positions;
    }

    [Fact]
    public async Task Log_AfterReopening_ReturnsBatchesAsAppended()
    {
        using var directory = new TempDirectory();
        var measurement = Make.Measurement("größe-😀", "2026-03-01T00:00:00.123456789Z") with
        {
            Ets = Make.At("2261-12-31T23:59:59.999999999Z"),
            Fields = [.. Enum.GetValues<DataFieldCategory>().Select(category => category.IsNumeric()
                ? new FieldValue(category, "n", null, -9999999999.999999999999999999m)
                : new FieldValue(category, "t", "", 0))],
        };
        await using (var log = FileMeasurementLog.Open(directory.Path))
        {
            var sent = new MeasurementBatch("other", Make.Now, [measurement, Batch("x").Measurements[0]]);
            await log.AppendAsync(sent, Token);
        }

        await using var reopened = FileMeasurementLog.Open(directory.Path);
        var entries = await reopened.ReadAsync(default, Token).ToListAsync(Token);

        var batch = entries.ShouldHaveSingleItem().Batches.ShouldHaveSingleItem();
        batch.OrganizationId.ShouldBe("other");
        batch.ReceivedAt.ShouldBe(Make.Now);
        batch.Measurements.Count.ShouldBe(2);
        batch.Measurements[0].Fields.ShouldBe(measurement.Fields);
        (batch.Measurements[0] with { Fields = measurement.Fields }).ShouldBe(measurement);
        entries[0].Next.ShouldBe(reopened.End);
    }

    [Fact(Timeout = 60_000)] // a log that does not flush would be waited for without end
    public async Task Appends_WaitingTogether_ShareOneFlush()
    {
        using var directory = new TempDirectory();
        using var firstFlush = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var flushes = 0;
        var options = new LogOptions
        {
            Flush = file =>
            {
                flushes++;
                firstFlush.Set();
                gate.Wait(Token);
                RandomAccess.FlushToDisk(file);
            },
        };
        await using var log = FileMeasurementLog.Open(directory.Path, options);
        var first = log.AppendAsync(Batch("first"), Token).AsTask();
        firstFlush.Wait(TestContext.Current.CancellationToken);
        var rest = Enumerable.Range(0, 50)
            .Select(index => log.AppendAsync(Batch($"u{index}"), Token).AsTask()).ToArray();

        first.IsCompleted.ShouldBeFalse();
        log.End.ShouldBe(default);
        gate.Set();
        await Task.WhenAll([first, .. rest]);

        flushes.ShouldBe(2);
        rest.Select(append => append.Result).Distinct().ShouldBe([log.End]);
        (await UidsAsync(log)).ShouldBe(["first", .. Enumerable.Range(0, 50).Select(index => $"u{index}")]);
    }

    [Fact]
    public async Task Log_CutAtAnyByteOfItsEnd_KeepsTheWholeRecordsAndGoesOn()
    {
        using var directory = new TempDirectory();
        var positions = await FillAsync(directory["full"], 3);
        var bytes = await File.ReadAllBytesAsync(Directory.GetFiles(directory["full"], "*.log").Single(), Token);
        for (var length = 0; length < bytes.Length; length++)
        {
            var path = directory[$"cut-{length}"];
            Directory.CreateDirectory(path);
            await File.WriteAllBytesAsync(Path.Combine(path, new string('0', 19) + ".log"), bytes[..length], Token);
            var whole = positions.Count(position => position.Value <= length);

            await using var log = FileMeasurementLog.Open(path);
            await log.AppendAsync(Batch("after"), Token);

            (await UidsAsync(log)).ShouldBe([.. Enumerable.Range(0, whole).Select(index => $"u{index}"), "after"]);
        }
    }

    [Fact]
    public async Task Log_WithUnfinishedLastWriteOfFullLength_CutsIt()
    {
        using var directory = new TempDirectory();
        var positions = await FillAsync(directory.Path, 3);
        var path = Directory.GetFiles(directory.Path, "*.log").Single();
        var bytes = await File.ReadAllBytesAsync(path, Token);
        Array.Clear(bytes, (int)positions[1].Value, bytes.Length - (int)positions[1].Value);
        await File.WriteAllBytesAsync(path, bytes, Token);

        await using var log = FileMeasurementLog.Open(directory.Path);
        (await UidsAsync(log)).ShouldBe(["u0", "u1"]);
        log.End.ShouldBe(positions[1]);
    }

    [Fact]
    public async Task Log_WithAnyByteDamagedBeforeTheLastRecord_IsRefusedByFileAndOffset()
    {
        using var directory = new TempDirectory();
        // Two records a file: the first file is complete, the second holds the record that may be unfinished.
        var positions = await FillAsync(directory.Path, 4, new LogOptions { FileBytes = 150 });
        var files = Directory.GetFiles(directory.Path, "*.log").Order(StringComparer.Ordinal).ToArray();
        files.Length.ShouldBe(2);
        (string, long, long)[] stretches =
            [(files[0], 0L, positions[1].Value), (files[1], positions[1].Value, positions[2].Value)];
        foreach (var (path, start, damaged) in stretches)
        {
            var bytes = await File.ReadAllBytesAsync(path, Token);
            for (var index = 0; index < damaged - start; index++)
            {
                bytes[index] ^= 0x40;
                await File.WriteAllBytesAsync(path, bytes, Token);
                bytes[index] ^= 0x40;
                var record = positions.Select(position => position.Value)
                    .Prepend(0).Last(end => end <= start + index) - start;
                var message = Should.Throw<StoreUnavailableException>(
                    () => FileMeasurementLog.Open(directory.Path)).Message;
                message.ShouldContain(path);
                message.ShouldContain($"at byte {record}.");
            }
            await File.WriteAllBytesAsync(path, bytes, Token);
        }
        await using var log = FileMeasurementLog.Open(directory.Path);
        (await UidsAsync(log)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task Log_WithAFileMissing_IsRefused()
    {
        using var directory = new TempDirectory();
        await FillAsync(directory.Path, 6, new LogOptions { FileBytes = 150 });
        var files = Directory.GetFiles(directory.Path, "*.log").Order(StringComparer.Ordinal).ToArray();
        File.Delete(files[1]);

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(directory.Path))
            .Message.ShouldContain(files[2]);
    }

    [Fact]
    public async Task Log_OfAnotherProcess_IsRefused()
    {
        using var directory = new TempDirectory();
        await using var log = FileMeasurementLog.Open(directory.Path);

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(directory.Path));
    }

    [Fact]
    public async Task Trim_UpToAPosition_DeletesOnlyFilesWhollyBefore()
    {
        using var directory = new TempDirectory();
        var options = new LogOptions { FileBytes = 150 };
        var positions = await FillAsync(directory.Path, 6, options);
        await using (var log = FileMeasurementLog.Open(directory.Path, options))
        {
            await log.TrimAsync(positions[2], Token);
            Directory.GetFiles(directory.Path, "*.log").Length.ShouldBe(2);
            (await UidsAsync(log, positions[2])).ShouldBe(["u3", "u4", "u5"]);
            await Should.ThrowAsync<StoreUnavailableException>(() => UidsAsync(log));

            await log.TrimAsync(log.End, Token);
            Directory.GetFiles(directory.Path, "*.log").Length.ShouldBe(1);
        }
        await using var reopened = FileMeasurementLog.Open(directory.Path, options);
        reopened.End.ShouldBe(positions[5]);
        (await reopened.AppendAsync(Batch("u6"), Token)).ShouldBeGreaterThan(positions[5]);
        (await UidsAsync(reopened, positions[5])).ShouldBe(["u6"]);
    }

    [Fact]
    public async Task Append_AfterAFailedFlush_FailsForEver()
    {
        using var directory = new TempDirectory();
        var flushes = 0;
        var options = new LogOptions
        {
            Flush = _ =>
            {
                if (++flushes == 2)
                    throw new IOException("disk on fire");
            },
        };
        await using var log = FileMeasurementLog.Open(directory.Path, options);
        var end = await log.AppendAsync(Batch("u0"), Token);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var fault = await Should.ThrowAsync<StoreUnavailableException>(
                log.AppendAsync(Batch("u1"), Token).AsTask());
            fault.InnerException!.Message.ShouldBe("disk on fire");
        }
        flushes.ShouldBe(2);
        log.End.ShouldBe(end);
        (await UidsAsync(log)).ShouldBe(["u0"]);
    }

    [Fact]
    public async Task WaitForMore_CompletesWithTheNextAppend()
    {
        using var directory = new TempDirectory();
        await using var log = FileMeasurementLog.Open(directory.Path);
        var waiting = log.WaitForMoreAsync(default, Token);
        waiting.IsCompleted.ShouldBeFalse();

        await log.AppendAsync(Batch("u0"), Token);
        await waiting;
    }
}
