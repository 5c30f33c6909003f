using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Reports;
using Tallystick.Benchmarks.Serving;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>What a load did to a server.</summary>
internal sealed record ServerFigures
{
    /// <summary>Rate and times of the answers.</summary>
    public required LoadResult Load { get; init; }

    /// <summary>Processors that the server kept busy while it answered.</summary>
    public required double ServerCores { get; init; }

    /// <summary>Processors that the load generator kept busy.</summary>
    public required double GeneratorCores { get; init; }

    /// <summary>Processors that other programs kept busy.</summary>
    public required double OtherCores { get; init; }

    /// <summary>Most resident memory of the server, loading included, in MB.</summary>
    public required double PeakMegabytes { get; init; }

    /// <summary>Seconds from the last answer until everything was loaded.</summary>
    public required double CatchUpSeconds { get; init; }

    /// <summary>Bytes of the log per measurement sent.</summary>
    public required double LogBytes { get; init; }

    /// <summary>Bytes of the store's files per measurement stored.</summary>
    public required double StoreBytes { get; init; }

    /// <summary>Where the log ended before the load.</summary>
    public required long LogStart { get; init; }

    /// <summary>For a report: times of the answers in ms, processors of server and generator, peak MB.</summary>
    public string[] Cells =>
    [
        Short(Load.MedianMs), Short(Load.SlowMs), Short(ServerCores), Short(GeneratorCores), Count(PeakMegabytes),
    ];
}

/// <summary>Drives a server and checks after each load that nothing was lost and nothing counted twice.</summary>
/// <param name="server">The server.</param>
internal sealed class ServerRun(ServingProcess server)
{
    private static int _runs;
    private long _sent;
    private long _distinct;

    /// <summary>Sends a load and waits until it is loaded.</summary>
    public async Task<ServerFigures> RunAsync(Shape shape, Extent extent, Workload? workload = null)
    {
        workload ??= Workload.OfLastDays((ulong)Interlocked.Increment(ref _runs));
        server.Usage.ForgetPeak();
        var (logStart, storeStart) = (await server.ReadLogEndAsync(), server.StoreBytes);
        var (serverCpu, ownCpu, allCpu) =
            (server.Usage.CpuSeconds, ProcessUsage.OfThis.CpuSeconds, ProcessUsage.MachineCpuSeconds);
        var load = LoadGenerator.Run(
            shape, extent, connection => new HttpSender(server, workload, shape, connection));
        serverCpu = server.Usage.CpuSeconds - serverCpu;
        ownCpu = ProcessUsage.OfThis.CpuSeconds - ownCpu;
        allCpu = ProcessUsage.MachineCpuSeconds - allCpu;
        var caughtUp = await server.CatchUpAsync();
        return new ServerFigures
        {
            Load = load,
            ServerCores = serverCpu / load.Seconds,
            GeneratorCores = ownCpu / load.Seconds,
            OtherCores = Math.Max(0, allCpu - serverCpu - ownCpu) / load.Seconds,
            PeakMegabytes = server.Usage.PeakMegabytes,
            CatchUpSeconds = caughtUp,
            LogBytes = (await server.ReadLogEndAsync() - logStart) / (double)load.Sent,
            StoreBytes = (server.StoreBytes - storeStart) / (double)load.Distinct,
            LogStart = logStart,
        };
    }

    /// <summary>Sends lone measurements, each followed by one write and flush of its bytes by the sender.</summary>
    /// <returns>The median time of both together, in milliseconds.</returns>
    public double SendAndFlush(Shape shape, Extent extent, int bytes)
    {
        var workload = Workload.OfLastDays((ulong)Interlocked.Increment(ref _runs));
        return LoadGenerator.Run(
            shape, extent,
            connection => new FlushingSender(new HttpSender(server, workload, shape, connection), bytes)).MedianMs;
    }

    /// <summary>Sends a load to a server that keeps everything, and checks what became of it.</summary>
    /// <exception cref="InvalidOperationException">Something was lost, or counted twice.</exception>
    public async Task<ServerFigures> RunAndCheckAsync(Shape shape, Extent extent, Workload? workload = null)
    {
        var figures = await RunAsync(shape, extent, workload);
        _sent += figures.Load.Sent;
        _distinct += figures.Load.Distinct;
        var outcome = await server.ReadOutcomeAsync();
        var expected = new Outcome(_sent, _distinct, _sent - _distinct, 0, _distinct);
        if (outcome != expected)
            throw new InvalidOperationException($"Conservation is broken: {outcome} instead of {expected}");
        return figures;
    }

    /// <summary>Sends so many measurements that each account has some, which creates the accounts.</summary>
    public Task CreateAccountsAsync()
    {
        Report.Tell("creating the accounts");
        return FillAsync(10 * Workload.Accounts);
    }

    /// <summary>Sends a number of measurements as quickly as they are taken.</summary>
    public Task<ServerFigures> FillAsync(long measurements) =>
        RunAndCheckAsync(Shape.Sustained, new Extent(double.PositiveInfinity, measurements));

    /// <summary>Sends for some seconds, so that code is compiled, caches are filled and the accounts exist.</summary>
    public async Task WarmUpAsync(double seconds, bool isChecked)
    {
        Report.Tell("warming up");
        var (shape, extent) = (new Shape(100, 8, 0), new Extent(seconds));
        _ = isChecked ? await RunAndCheckAsync(shape, extent) : await RunAsync(shape, extent);
    }
}
