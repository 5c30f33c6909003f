using CsCheck;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Measurements.Log;

public sealed class AppendTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Log_AfterReopening_ReturnsRecordsAsAppended()
    {
        int[] lengths = [0, 1, 56, 60, 61, 512, 100_000];
        var records = lengths.Select(length => Records.Record(length, length)[..length]).ToArray();
        await using (var log = FileMeasurementLog.Open(_directory.Path))
        {
            foreach (var record in records)
                await log.AppendAsync(record, Records.Noon, Token);
        }

        await using var reopened = FileMeasurementLog.Open(_directory.Path);
        var read = new List<byte[]>();
        LogPosition next = default;
        await foreach (var entry in reopened.ReadAsync(default, Token))
        {
            var record = entry.Records.ShouldHaveSingleItem();
            read.Add(record.Bytes.ToArray());
            var again = new byte[record.Bytes.Length];
            reopened.Read(record.Position, again).ShouldBe(again.Length);
            again.ShouldBe(read[^1]);
            next = entry.Next;
        }

        read.ShouldBe(records);
        next.ShouldBe(reopened.End);
        reopened.DiscardedAtOpening.ShouldBeNull();
    }

    [Fact(Timeout = 60_000)] // a log that does not flush would be waited for without end
    public async Task Appends_WaitingTogether_ShareOneFlush()
    {
        var disk = new FailingDisk();
        await using var log = FileMeasurementLog.Open(_directory.Path, disk.Options);
        disk.Hold();
        var first = Task.Run(async () => await log.AppendAsync(0));
        disk.Flushing.Wait(TestContext.Current.CancellationToken);
        var rest = Enumerable.Range(1, 50).Select(number => log.AppendAsync(number).AsTask()).ToArray();

        first.IsCompleted.ShouldBeFalse();
        log.End.ShouldBe(default);
        disk.Release();
        await Task.WhenAll([first, .. rest]);

        disk.Flushes.ShouldBe(2);
        rest.Select(append => append.Result).Distinct().ShouldBe([log.End]);
        (await Records.NumbersAsync(log, Token)).ShouldBe(Enumerable.Range(0, 51).Select(number => (long)number));
    }

    [Fact(Timeout = 60_000)] // an answer that waits for what follows another would be waited for without end
    public async Task Answer_OfAnAppend_DoesNotWaitForWhatFollowsAnother()
    {
        var disk = new FailingDisk();
        await using var log = FileMeasurementLog.Open(_directory.Path, disk.Options);
        using var secondAnswered = new ManualResetEventSlim();
        disk.Hold();
        var first = Task.Run(async () =>
        {
            await log.AppendAsync(0);
            secondAnswered.Wait(Token);
        }, TestContext.Current.CancellationToken);
        disk.Flushing.Wait(TestContext.Current.CancellationToken);
        var second = log.AppendAsync(1).AsTask();

        disk.Release();
        await second;
        secondAnswered.Set();
        await first;
    }

    [Fact(Timeout = 60_000)]
    public async Task Append_WhileTooMuchWaits_IsRefusedAndTakenLater()
    {
        var disk = new FailingDisk();
        await using var log = FileMeasurementLog.Open(_directory.Path, disk.Options with { WaitingBytes = 1000 });
        disk.Hold();
        // Each takes four bytes more than its own: nine of them are 936.
        var first = Task.Run(async () => await log.AppendAsync(0, 100));
        disk.Flushing.Wait(TestContext.Current.CancellationToken);
        var rest = Enumerable.Range(1, 8).Select(number => log.AppendAsync(number, 100).AsTask()).ToArray();

        for (var attempt = 0; attempt < 3; attempt++)
            Should.Throw<LogBusyException>(() => log.AppendAsync(9, 100).AsTask()).Message.ShouldContain("1000");
        disk.Release();
        await Task.WhenAll([first, .. rest]);

        await log.AppendAsync(10, 5000);
        (await Records.NumbersAsync(log, TestContext.Current.CancellationToken))
            .ShouldBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 10]);
    }

    [Fact]
    public async Task Append_ToAClosedLog_IsRefused()
    {
        var log = FileMeasurementLog.Open(_directory.Path);
        await log.DisposeAsync();

        Should.Throw<ObjectDisposedException>(() => log.AppendAsync(0).AsTask());
    }

    [Fact]
    public async Task WaitForMore_CompletesWithTheNextAppend()
    {
        await using var log = FileMeasurementLog.Open(_directory.Path);
        var waiting = log.WaitForMoreAsync(default, Token);
        waiting.IsCompleted.ShouldBeFalse();

        await log.AppendAsync(0);
        await waiting;
    }

    [Fact]
    public async Task Log_OfAnotherProcess_IsRefused()
    {
        await using var log = FileMeasurementLog.Open(_directory.Path);

        Should.Throw<StoreUnavailableException>(() => FileMeasurementLog.Open(_directory.Path));
    }

    [Fact]
    public void Log_ConcurrentAppendsOfAnySizes_AreReadBackInOrder()
    {
        var lengths = Gen.Int[8, 3000].List[1, 20];
        var rounds = 0;
        Gen.Select(lengths.List[1, 6], Gen.Long[1, 20_000]).Sample(
            (senders, fileBytes) => CheckAsync(
                _directory.File($"{Interlocked.Increment(ref rounds)}"), senders,
                new LogOptions { FileBytes = fileBytes, WriteBytes = 4000 }).GetAwaiter().GetResult(),
            iter: 20, threads: 1);
    }

    private static async Task<bool> CheckAsync(string path, List<List<int>> senders, LogOptions options)
    {
        var answers = new List<(LogPosition Behind, long Number)>[senders.Count];
        await using (var log = FileMeasurementLog.Open(path, options))
        {
            await Task.WhenAll(senders.Select((lengths, sender) => Task.Run(async () =>
            {
                answers[sender] = [];
                foreach (var length in lengths)
                {
                    var number = (1000L * sender) + answers[sender].Count;
                    answers[sender].Add((await log.AppendAsync(number, length), number));
                }
            })));
        }
        await using var reopened = FileMeasurementLog.Open(path, options);
        var numbers = await Records.NumbersAsync(reopened, CancellationToken.None);
        var all = answers.SelectMany(answer => answer).ToArray();
        return numbers.Count == all.Length
            && answers.All(own => numbers.Where(number => own.Any(answer => answer.Number == number))
                .SequenceEqual(own.Select(answer => answer.Number)))
            && all.OrderBy(answer => answer.Behind.Value).Select(answer => answer.Behind)
                .SequenceEqual(numbers.Select(number => all.Single(answer => answer.Number == number).Behind));
    }
}
