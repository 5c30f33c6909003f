using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Serving;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks.Billing;

/// <summary>
/// How fast bills are made, from the request for a job until it is complete and durable, beside the calculation alone
/// and beside plain inserts of the same documents.
/// </summary>
internal sealed class BillingBenchmark(Options options)
{
    private const double RateTarget = 5_000;
    private const double ShareTarget = 0.25;
    private const double FlatnessTarget = 1.2;
    private const double MemoryTargetMb = 1_000;
    private static readonly Shape Filling = new(1000, 8, 0);
    private readonly LocalDate _month = SystemClock.Instance.GetCurrentInstant().InUtc().Date
        .With(DateAdjusters.StartOfMonth).PlusMonths(-1);

    private int[] Sizes => options switch
    {
        { Accounts: > 0 and var accounts } => [accounts],
        { IsQuick: true } => [200],
        _ => [1_000, 10_000, 100_000],
    };

    private long Measurements => options switch
    {
        { Measurements: > 0 and var measurements } => measurements,
        { IsQuick: true } => 20_000,
        _ => 10_000_000,
    };

    private string BillDate => $"{_month.PlusMonths(1):uuuu-MM-dd}";

    /// <summary>Runs everything and writes the report.</summary>
    internal static Task RunAsync(Options options)
    {
        Begin("Billing", $"bench/billing {options.Text}".TrimEnd(), options.IsQuick);
        return new BillingBenchmark(options).RunAsync();
    }

    private async Task RunAsync()
    {
        Write($"""
            Bills of one month, one per account, on SQLite: a plan with a standing charge, a minimum spend and three
            pricings, and a commitment that covers part of the usage; {Count(Measurements)} measurements, sorted. The
            time of a job is that from the request until its status is COMPLETE. Calculation alone: the same bills from
            terms and usage in memory, on all processors. Plain inserts: the same documents, prepared statements,
            transactions of as many bills, WAL and synchronous = FULL.
            Targets at 100,000 accounts: {Count(RateTarget)} bills/s, {ShareTarget:P0} of the calculation alone, cost
            per bill at most {FlatnessTarget} times that of 1,000 accounts, memory below {Count(MemoryTargetMb)} MB.

            """);
        Row(
            "accounts", "bills/s", "again, bills/s", "calculation alone/s", "of it", "plain inserts/s", "of it",
            "processor, µs/bill", "peak MB", "targets met");
        Row([.. Enumerable.Repeat("---", 10)]);
        double? smallest = null;
        foreach (var accounts in Sizes)
        {
            var made = await MeasureAsync(accounts);
            smallest ??= made.Rate;
            var isLast = accounts == Sizes[^1] && Sizes.Length > 1;
            Row(
                Count(accounts), Count(made.Rate), Count(made.Again), Count(made.Alone),
                $"{made.Rate / made.Alone:P0}", Count(made.Plain), $"{made.Rate / made.Plain:P0}",
                Count(made.Microseconds), Count(made.PeakMb),
                isLast ? Verdict(made.Rate >= RateTarget && made.Rate / made.Alone >= ShareTarget
                    && smallest / made.Rate <= FlatnessTarget && made.PeakMb < MemoryTargetMb) : "");
        }
    }

    private async Task<Made> MeasureAsync(int accounts)
    {
        using var server = await ServingProcess.StartAsync(isDiscarding: false);
        Tell($"{Count(accounts)} accounts");
        await server.AskAsync($"customers {server.OrganizationId} {accounts}");
        Tell($"{Count(Measurements)} measurements");
        var days = _month.Calendar.GetDaysInMonth(_month.Year, _month.Month);
        await new ServerRun(server).RunAsync(
            Filling, new Extent(double.PositiveInfinity, Measurements), new Workload(1, _month, days, accounts));
        await server.AskAsync("sort");
        Tell("bills");
        server.Usage.ForgetPeak();
        var processor = server.Usage.CpuSeconds;
        var rate = accounts / await TimeJobAsync(server, accounts);
        var peak = server.Usage.PeakMegabytes;
        var microseconds = (server.Usage.CpuSeconds - processor) / accounts * 1e6;
        var again = accounts / await TimeJobAsync(server, accounts);
        Tell("calculation alone");
        var alone = double.Parse(
            await server.AskAsync($"calculate {server.OrganizationId} {BillDate}"), CultureInfo.InvariantCulture);
        Tell("plain inserts");
        var bill = (await server.GetAsync("bills?pageSize=1&includeBillTotal=true"))!["data"]![0]!;
        var plain = PlainInserts.Rate(bill.ToJsonString(), accounts);
        return new Made(rate, again, alone, plain, microseconds, peak);
    }

    private async Task<double> TimeJobAsync(ServingProcess server, int accounts)
    {
        var began = Stopwatch.GetTimestamp();
        var job = await server.PostAsync("billjobs", new JsonObject { ["billDate"] = BillDate });
        while ((string?)job!["status"] != "COMPLETE")
        {
            // Each answer lists all bills so far, which would cost a large job more than the bills do.
            await Task.Delay(accounts / 200 + 10);
            job = await server.GetAsync($"billjobs/{job["id"]}");
        }
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var made = job["billIds"]!.AsArray().Count;
        return made == accounts
            ? seconds
            : throw new InvalidOperationException($"{made} bills instead of {accounts}: {job["failures"]?[0]}");
    }

    // Rates per second; processor time per bill; most memory.
    private sealed record Made(
        double Rate, double Again, double Alone, double Plain, double Microseconds, double PeakMb);
}
