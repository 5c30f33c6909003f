using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Measurements.Log;

public sealed class DamageTests : IDisposable
{
    /// <summary>One record of 8 bytes a frame, two frames a file.</summary>
    private static readonly LogOptions TwoFrames = new() { FileBytes = 256 };

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Log_CutAtAnyByte_KeepsTheWholeRecordsAndGoesOn()
    {
        var (positions, bytes) = await FillOneFileAsync(3);
        for (var length = 0; length < bytes.Length; length++)
        {
            var path = Write($"cut-{length}", bytes[..length]);
            var whole = positions.Count(position => position.Value <= length);
            var end = whole == 0 ? 0 : positions[whole - 1].Value;

            await using var log = FileMeasurementLog.Open(path);
            log.End.Value.ShouldBe(end);
            // A cut padding is of no weight, as are zeros that were written ahead.
            if (log.DiscardedAtOpening is { } cut)
                cut.ShouldBe(new IncompleteWrite(Records.Files(path)[0], end, cut.Bytes));
            else
                bytes[(int)end..length].ShouldAllBe(value => value == 0);
            await log.AppendAsync(7);

            (await Records.NumbersAsync(log, Token)).ShouldBe([.. Enumerable.Range(0, whole), 7]);
        }
    }

    [Theory]
    [InlineData(0)] // the frame begins with a sector, and so does its header
    [InlineData(1)] // it begins within one
    public async Task Log_WithSectorsOfItsLastWriteMissing_CutsIt(int before)
    {
        var (positions, bytes) = await FillOneFileAsync(before + 1, length: 3000);
        var start = before == 0 ? 0 : (int)positions[before - 1].Value;
        var firstWhole = ((start / 512) + 1) * 512;
        var sectors = (bytes.Length - firstWhole) / 512;
        (int From, int To)[] missing =
        [
            (start, firstWhole), (start, bytes.Length), (firstWhole, bytes.Length),
            .. Enumerable.Range(0, sectors)
                .Select(sector => firstWhole + (512 * sector)).Select(from => (from, from + 512)),
        ];
        foreach (var (from, to) in missing)
        {
            var torn = new byte[bytes.Length + 4096];
            bytes.CopyTo(torn, 0);
            Array.Clear(torn, from, to - from);

            await using var log = FileMeasurementLog.Open(Write($"torn-{from}-{to}", torn));
            log.End.Value.ShouldBe(start);
            if (to - from < bytes.Length - start)
                log.DiscardedAtOpening.ShouldNotBeNull().Offset.ShouldBe(start);
            else
                log.DiscardedAtOpening.ShouldBeNull();
            await log.AppendAsync(7, 3000);
            (await Records.NumbersAsync(log, Token)).Count.ShouldBe(before + 1);
        }
    }

    [Fact]
    public async Task Log_WithAnyByteOfTheLastFileDamaged_IsRefusedByFileAndOffset()
    {
        var (positions, bytes) = await FillOneFileAsync(3);
        var path = Write("damaged", bytes);
        var file = Records.Files(path).Single();
        Array.Resize(ref bytes, bytes.Length + 1024);
        // The bytes behind the last record are where the next header will be.
        for (var index = 0; index < positions[^1].Value + 64; index++)
        {
            bytes[index] ^= 0x40;
            await File.WriteAllBytesAsync(file, bytes, Token);
            bytes[index] ^= 0x40;

            var frame = positions.Select(position => position.Value).Prepend(0).Last(end => end <= index);
            var message = Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(path)).Message;
            message.ShouldContain(file);
            message.ShouldContain($"at byte {frame}.");
        }
        await File.WriteAllBytesAsync(file, bytes, Token);
        await using var log = FileMeasurementLog.Open(path);
        (await Records.NumbersAsync(log, Token)).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task Log_WithADamagedRecordOfZeros_IsNotTakenForAnUnfinishedWrite()
    {
        await using (var log = FileMeasurementLog.Open(_directory.File("zeros")))
            await log.AppendAsync(new byte[4000], Records.Noon, Token);
        var file = Records.Files(_directory.File("zeros")).Single();
        var bytes = await File.ReadAllBytesAsync(file, Token);
        for (var index = 0; index < 64 + 4 + 4000; index += 37)
        {
            bytes[index] ^= 0x10;
            await File.WriteAllBytesAsync(file, bytes, Token);
            bytes[index] ^= 0x10;
            Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(_directory.File("zeros")));
        }
    }

    [Fact]
    public async Task Log_WithAHeaderMissingBeforeOtherRecords_IsRefused()
    {
        var (positions, bytes) = await FillOneFileAsync(3, length: 3000);
        Array.Clear(bytes, 0, 512);

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(Write("headless", bytes)))
            .Message.ShouldContain("at byte 0.");
    }

    [Fact]
    public async Task Log_WithAFrameInTheWrongPlace_IsRefused()
    {
        var (positions, bytes) = await FillOneFileAsync(3);
        bytes[..(int)positions[0].Value].CopyTo(bytes, (int)positions[1].Value);

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(Write("moved", bytes)))
            .Message.ShouldContain($"at byte {positions[1].Value}.");
    }

    [Fact]
    public async Task Log_DamagedInAnOlderFile_IsRefusedWhenThatIsRead()
    {
        var positions = await Records.FillAsync(_directory.Path, 6, TwoFrames);
        var files = Records.Files(_directory.Path);
        files.Length.ShouldBe(3);
        var bytes = await File.ReadAllBytesAsync(files[0], Token);
        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] ^= 0x40;
            await File.WriteAllBytesAsync(files[0], bytes, Token);
            bytes[index] ^= 0x40;

            await using var log = FileMeasurementLog.Open(_directory.Path, TwoFrames);
            var fault = await Should.ThrowAsync<StoreUnavailableException>(Records.NumbersAsync(log, Token));
            fault.Message.ShouldContain(files[0]);
            fault.Message.ShouldContain($"at byte {(index < positions[0].Value ? 0 : positions[0].Value)}.");
            (await Records.NumbersAsync(log, Token, positions[1])).ShouldBe([2, 3, 4, 5]);
        }
    }

    [Fact]
    public async Task Log_WithAFileMissing_IsRefused()
    {
        await Records.FillAsync(_directory.Path, 6, TwoFrames);
        var files = Records.Files(_directory.Path);
        File.Delete(files[1]);

        var message = Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(_directory.Path)).Message;
        message.ShouldContain("gap");
        message.ShouldContain(files[0]);
    }

    [Fact]
    public async Task Log_WithAnOlderFileCutShort_IsRefused()
    {
        await Records.FillAsync(_directory.Path, 6, TwoFrames);
        var file = Records.Files(_directory.Path)[1];
        await using (var stream = File.OpenWrite(file))
            stream.SetLength(stream.Length - 1);

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(_directory.Path))
            .Message.ShouldContain(file);
    }

    [Fact]
    public void Log_OfTheFormatBefore_IsRefusedBySayingSo()
    {
        var bytes = new byte[100];
        "TSL1"u8.CopyTo(bytes);

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(Write("former", bytes)))
            .Message.ShouldContain("earlier version");
    }

    [Fact]
    public void Log_WithAForeignFile_IsRefused()
    {
        File.WriteAllText(_directory.File("notes.log"), "");

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(_directory.Path))
            .Message.ShouldContain("notes.log");
    }

    /// <summary>The bytes of a log of one file, up to its end.</summary>
    private async Task<(List<LogPosition> Positions, byte[] Bytes)> FillOneFileAsync(int count, int length = 0)
    {
        var path = _directory.File("full");
        var positions = await Records.FillAsync(path, count, length: length);
        var bytes = await File.ReadAllBytesAsync(Records.Files(path).Single(), Token);
        return (positions, bytes[..(int)positions[^1].Value]);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = _directory.File(name);
        Directory.CreateDirectory(path);
        File.WriteAllBytes(Path.Combine(path, new string('0', 19) + ".log"), bytes);
        return path;
    }
}
