using System.Globalization;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Measurements.Log;

public sealed class KilledWriterTests : IDisposable
{
    private const long NumbersPerRound = 1_000_000;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 5 : 100;

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Log_KilledAtRandomMoments_KeepsEverythingAnsweredForOnce()
    {
        var acknowledged = new HashSet<long>();
        for (var round = 0; round < Rounds; round++)
        {
            await AppendUntilKilledAsync(round, acknowledged);

            await using var log = FileMeasurementLog.Open(_directory.Path, KilledWriter.Options);
            var numbers = await Records.NumbersAsync(log, Token);
            numbers.ShouldBeUnique();
            acknowledged.Except(numbers).ShouldBeEmpty();
        }
        acknowledged.Count.ShouldBeGreaterThan(Rounds);
    }

    private async Task AppendUntilKilledAsync(int round, HashSet<long> acknowledged)
    {
        var first = (round * NumbersPerRound).ToString(CultureInfo.InvariantCulture);
        using var writer = new ChildProcess(KilledWriter.Command, _directory.Path, first);
        for (var (read, count) = (0, Random.Shared.Next(1, 300)); read < count; read++)
            acknowledged.Add(Number((await writer.ReadLineAsync(Token)).ShouldNotBeNull()));
        await writer.KillAsync(Token);
        while (await writer.ReadLineAsync(Token) is { } line)
        {
            if (line.EndsWith('.'))
                acknowledged.Add(Number(line));
        }
    }

    private static long Number(string line) => long.Parse(line.TrimEnd('.'), CultureInfo.InvariantCulture);
}
