using System.Diagnostics;
using System.Text;
using NodaTime;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Log;

public sealed class KilledProcessTests
{
    [Fact(Timeout = 120_000)]
    public async Task Ingestion_KilledAtRandomMoments_KeepsEverythingAcknowledgedOnce()
    {
        using var directory = new TempDirectory();
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < 4; round++)
        {
            await AppendUntilKilledAsync(directory.Path, acknowledged, Random.Shared.Next(1, 400));

            var catalog = new FakeCatalog();
            catalog.Add(Make.Organization, Make.Meter("m", "measure.n"));
            await using var ingestion = await Ingestion.StartAsync(
                directory, catalog, SystemClock.Instance, logOptions: AppendingProcess.LogOptions);
            var tally = await ingestion.TallyAsync();
            var stored = new List<string>();
            await ingestion.DuckDb.VisitUidsAsync(
                0, NodaConstants.UnixEpoch, (_, uid, _) => stored.Add(Encoding.UTF8.GetString(uid)),
                TestContext.Current.CancellationToken);

            stored.ShouldBeUnique();
            acknowledged.Except(stored).ShouldBeEmpty();
            tally.Stored.ShouldBe(stored.Count);
            tally.Accepted.ShouldBe(stored.Count);
        }
    }

    private static async Task AppendUntilKilledAsync(string directory, HashSet<string> acknowledged, int count)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ArgumentsFor(directory));
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        try
        {
            for (var read = 0; read < count; read++)
            {
                var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
                acknowledged.Add(line.ShouldNotBeNull());
            }
        }
        finally
        {
            process.Kill();
        }
        // What was printed before the kill was acknowledged, too; a line cut in half is not.
        var rest = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        acknowledged.UnionWith(rest.Split('\n').SkipLast(1).Where(line => line.Length > 0));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    // Started through the dotnet host, the process path is the host's and the program its first argument.
    private static string[] ArgumentsFor(string directory) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [typeof(KilledProcessTests).Assembly.Location, AppendingProcess.Argument, directory]
            : [AppendingProcess.Argument, directory];
}
