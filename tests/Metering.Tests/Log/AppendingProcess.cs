using System.Globalization;
using System.Text;
using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Metering.Tests.Log;

/// <summary>What the process that gets killed does: submit, load, and print the uids that were answered for.</summary>
internal static class AppendingProcess
{
    public const string Argument = "--append-until-killed";

    private const int Senders = 4;

    /// <summary>Small files, so that the kill also meets rotation and deletion.</summary>
    public static LogOptions LogOptions { get; } = new() { FileBytes = 4096 };

    public static async Task<int> RunAsync(string directory)
    {
        await using var log = FileMeasurementLog.Open(Path.Combine(directory, "log"), LogOptions);
        await using var store = await DuckDbMeasurementStore.OpenAsync(
            Path.Combine(directory, "usage.duckdb"), Ingestion.Small);
        var catalog = new FakeCatalog();
        catalog.Add(Make.Organization, Make.Meter("m", "measure.n"));
        using var uids = new UidIndex();
        var loader = new MeasurementLoader(
            log, store, store, uids, catalog, catalog, SystemClock.Instance, Ingestion.Options);
        var intake = new MeasurementIntake(log, SystemClock.Instance, Ingestion.Options);
        var running = loader.RunAsync(CancellationToken.None);
        await Task.WhenAny([running, .. Enumerable.Range(0, Senders).Select(_ => SubmitForEverAsync(intake))]);
        return 1;
    }

    private static async Task SubmitForEverAsync(MeasurementIntake intake)
    {
        while (true)
        {
            var uids = Enumerable.Range(0, Random.Shared.Next(1, 4))
                .Select(_ => Guid.NewGuid().ToString("N")).ToArray();
            var elements = uids.Select((uid, index) => string.Create(
                CultureInfo.InvariantCulture,
                $$$"""
                {"uid":"{{{uid}}}","meter":"m","account":"acme","ts":"2026-03-01","measure":{"n":{{{index}}}}}
                """));
            var body = Encoding.UTF8.GetBytes($$"""{"measurements":[{{string.Join(',', elements)}}]}""");
            await intake.AcceptAsync(Make.Organization, body, CancellationToken.None);
            await Console.Out.WriteLineAsync(string.Join('\n', uids));
        }
    }
}
