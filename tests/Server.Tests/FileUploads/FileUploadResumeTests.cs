using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Uploads;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Hosting;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Installation;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.FileUploads;

/// <summary>
/// Whatever interrupts an upload, each row is in the log once: no duplicate, no second failure, none missing.
/// </summary>
public sealed class FileUploadResumeTests : IDisposable
{
    private const int Rows = 5_000;
    private const int Refused = Rows / 50;

    private static readonly string Expected = $"{Rows} {Rows - Refused} 0 {Refused}";
    private static readonly string Succeeded = $"succeeded {Rows} {Rows - Refused} {Refused}";

    private readonly Restarts _restarts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _restarts.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("0 1 0 0")]
    public async Task Job_WhoseCheckpointIsBehindTheLog_AddsNothingAgain(string? progress)
    {
        await using var server = await ApiServer.StartAsync();
        await new MeteredUsage(server.Client).MeterAsync("calls", "measure.n");
        var uploads = new UploadSetup(server.Client);
        var ended = await uploads.UploadAsync(File());
        (await uploads.ConservedAsync()).ShouldBe(Expected);

        // As if the process had ended after the last append and before it saved anything.
        await server.Service<ResourceService>().ChangeAsync(server.OrganizationId, "TEST", Token, async change =>
        {
            var job = (await change.Related.FindAsync<MeasurementUploadJob>((string)ended["id"]!))!;
            await change.WriteWithoutEventAsync(MeasurementUploadResource.Definition, job, job with
            {
                Status = MeasurementUploadStatus.Running,
                TotalRows = 0,
                ProcessedRows = 0,
                FailedRows = 0,
            });
            await JobQueue.PutAsync(change, MeasurementUploadHandler.QueueName, job.Id);
            return progress is null || await JobQueue.SaveCheckpointAsync(
                change, job.Id, string.Create(CultureInfo.InvariantCulture, $"{job.LogPosition} {progress}"));
        });

        var again = await uploads.EndedAsync((string)ended["id"]!);

        $"{again["status"]} {again["processedRows"]} {again["failedRows"]}"
            .ShouldBe($"succeeded {Rows - Refused} {Refused}");
        (await uploads.ConservedAsync()).ShouldBe(Expected);
        (await uploads.FailuresAsync()).Count.ShouldBe(Refused);
    }

    [Fact]
    public Task Job_WhoseAppendsFailInEveryWay_AddsEachRowOnce() => AddWithFaultsAsync(() => true, 3);

    [Fact]
    public Task Job_WhoseLogIsBusy_DoesNotReadItsFileAgain() => AddWithFaultsAsync(
        () =>
        {
            // The open file can be read to its end, but not opened again.
            Directory.Delete(Path.Combine(_restarts.Data, "files"), recursive: true);
            return false;
        }, 1);

    private async Task AddWithFaultsAsync(Func<bool> afterBusy, int faults)
    {
        var server = await ServerHost.StartAsync(
            ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", _restarts.Data], SystemClock.Instance,
            log => new FaultyLog(log, afterBusy));
        await using (server)
        {
            using var client = new ApiClient(server.Address, server.FirstCredentials!.OrganizationId);
            await client.SignInAsync(server.FirstCredentials.AccessKeyId, server.FirstCredentials.ApiSecret!);
            await new MeteredUsage(client).MeterAsync("calls", "measure.n");
            var uploads = new UploadSetup(client);

            var job = await uploads.UploadAsync(File());

            ((FaultyLog)server.Services.GetRequiredService<ILogPartition>()).Faults.ShouldBe(faults);
            UploadSetup.Outcome(job).ShouldBe(Succeeded);
            (await uploads.ConservedAsync()).ShouldBe(Expected);
        }
    }

    [Fact]
    public async Task Job_WhoseLogNoLongerShowsItsRows_FailsRatherThanAddThemTwice()
    {
        await using var server = await ApiServer.StartAsync();
        await new MeteredUsage(server.Client).MeterAsync("calls", "measure.n");
        var uploads = new UploadSetup(server.Client);
        var ended = await uploads.UploadAsync(File());

        await server.Service<ResourceService>().ChangeAsync(server.OrganizationId, "TEST", Token, async change =>
        {
            var job = (await change.Related.FindAsync<MeasurementUploadJob>((string)ended["id"]!))!;
            await change.WriteWithoutEventAsync(MeasurementUploadResource.Definition, job, job with
            {
                Status = MeasurementUploadStatus.Running,
                LogPosition = long.MaxValue,
            });
            await JobQueue.PutAsync(change, MeasurementUploadHandler.QueueName, job.Id);
            return true;
        });

        var again = await uploads.EndedAsync((string)ended["id"]!);
        ((string?)again["status"]).ShouldBe("failed");
        ((string?)again["failureReason"]).ShouldStartWith("The upload was interrupted for so long");
        (await uploads.ConservedAsync()).ShouldBe(Expected);
    }

    // Some rows have a uid, some have none, and some are invalid.
    private static string File() => $"[{string.Join(",\n", Enumerable.Range(0, Rows).Select(row => row % 50 == 0
        ? $"{{\"row\":{row}}}"
        : $$$"""
          {{{{(row % 2 == 0 ? "" : $"\"uid\":\"u{row}\",")}}}"meter":"calls","account":"a{{{row % 7}}}",
          "ts":"2025-03-01T00:00:00Z","measure":{"n":{{{row}}}}}
          """))}]";

    /// <summary>
    /// The log, except that three appends fail: one is refused for now, of one it is unknown that it was not stored,
    /// and of one that it was.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="afterBusy">Called after the first; returns whether others follow.</param>
    private sealed class FaultyLog(ILogPartition log, Func<bool> afterBusy) : ILogPartition
    {
        private int _appends;
        private bool _isUsable;

        internal int Faults { get; private set; }

        public int Number => log.Number;

        public LogPosition Start => log.Start;

        public LogPosition End => log.End;

        public Exception? Fault => log.Fault;

        public long BytesBetween(LogPosition from, LogPosition to) => log.BytesBetween(from, to);

        public async ValueTask<LogPosition> AppendAsync(
            ReadOnlyMemory<byte> record, Instant receivedAt, CancellationToken cancellationToken)
        {
            var append = _isUsable ? 0 : ++_appends;
            if (append is 2 or 4 or 6)
                Faults++;
            if (append == 2)
            {
                _isUsable = !afterBusy();
                throw new LogBusyException("busy");
            }
            if (append == 4)
                throw new AppendUnknownException("not stored", new IOException());
            var position = await log.AppendAsync(record, receivedAt, cancellationToken);
            return append == 6 ? throw new AppendUnknownException("stored", new IOException()) : position;
        }

        public IAsyncEnumerable<LogEntry> ReadAsync(LogPosition from, CancellationToken cancellationToken) =>
            log.ReadAsync(from, cancellationToken);

        public IMeasurementLookup OpenLookup() => log.OpenLookup();

        public Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken) =>
            log.WaitForMoreAsync(position, cancellationToken);

        public ValueTask TrimAsync(LogPosition before, Instant receivedBefore, CancellationToken cancellationToken) =>
            log.TrimAsync(before, receivedBefore, cancellationToken);
    }
}
