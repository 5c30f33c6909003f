using System.Text;
using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>Senders go at the loader's pace, but not for longer than they may be held back.</summary>
public sealed class SenderPaceTests : IDisposable
{
    private static readonly IngestOptions Strict = Ingestion.Options with
    {
        BacklogBytes = 0,
        MaxResponseDelay = Duration.FromDays(1),
    };

    private readonly TempDirectory _directory = new();
    private readonly FakeCatalog _catalog = new();
    private readonly TaskCompletionSource _store = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SenderPaceTests() => _catalog.Add(Make.Organization, Make.Meter("m", "measure.n"));

    public void Dispose() => _directory.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The store keeps nothing before it is let go.
    private async Task<Ingestion> StartAsync(IngestOptions options, int faults = 0) => await Ingestion.StartAsync(
        _directory, _catalog, wrap: store => new FaultyStore(store, faults, 0, held: _store.Task), options: options);

    private static async Task SubmitAsync(
        Ingestion ingestion, IngestOptions options, string uid, CancellationToken? cancellationToken = null)
    {
        var intake = new MeasurementIntake(ingestion.Log, SystemClock.Instance, options, ingestion.Loader);
        var body = $$$"""
            {"measurements":[{"uid":"{{{uid}}}","meter":"m","account":"acme","ts":"2026-03-01","measure":{"n":1}}]}
            """;
        await intake.AcceptAsync(Make.Organization, Encoding.UTF8.GetBytes(body), cancellationToken ?? Token);
    }

    [Fact]
    public async Task Submission_WhileTooMuchWaits_IsTakenOnceItIsLoaded()
    {
        await using var ingestion = await StartAsync(Strict);
        await SubmitAsync(ingestion, Strict, "first");
        var end = ingestion.Log.End;
        var second = SubmitAsync(ingestion, Strict, "second");
        second.IsCompleted.ShouldBeFalse();
        ingestion.Log.End.ShouldBe(end);

        _store.SetResult();
        await second;
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(2, 2, 0, 0));
    }

    [Fact]
    public async Task Submission_HeldBackForTheLongestTime_IsTakenAllTheSame()
    {
        var impatient = Strict with { MaxResponseDelay = Duration.FromMilliseconds(1) };
        await using var ingestion = await StartAsync(impatient);
        await SubmitAsync(ingestion, impatient, "first");
        await SubmitAsync(ingestion, impatient, "second");

        _store.SetResult();
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(2, 2, 0, 0));
    }

    [Fact]
    public async Task Submission_GivenUpWhileItIsHeldBack_IsNotKept()
    {
        await using var ingestion = await StartAsync(Strict);
        await SubmitAsync(ingestion, Strict, "first");
        using var patience = new CancellationTokenSource();
        var second = SubmitAsync(ingestion, Strict, "second", patience.Token);
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);

        _store.SetResult();
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(1, 1, 0, 0));
    }

    [Fact]
    public async Task Submission_WhileAFaultStopsTheLoader_IsNotHeldBack()
    {
        await using var ingestion = await StartAsync(Strict, faults: int.MaxValue);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ingestion.Loader.Faulted += _ => stopped.TrySetResult();
        await SubmitAsync(ingestion, Strict, "first");
        _store.SetResult();
        await stopped.Task.WaitAsync(Token);

        var end = ingestion.Log.End;
        await SubmitAsync(ingestion, Strict, "second");
        ingestion.Log.End.ShouldBeGreaterThan(end);
    }
}
