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

    private int[] Sizes => options.IsQuick ? [200] : [1_000, 10_000, 100_000];

    private long Measurements => options.IsQuick ? 20_000 : 10_000_000;

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
            "peak MB", "targets met");
        Row([.. Enumerable.Repeat("---", 9)]);
        double? smallest = null;
        foreach (var accounts in Sizes)
        {
            var (rate, again, alone, plain, peak) = await MeasureAsync(accounts);
            smallest ??= rate;
            var isLast = accounts == Sizes[^1] && !options.IsQuick;
            Row(
                Count(accounts), Count(rate), Count(again), Count(alone), $"{rate / alone:P0}", Count(plain),
                $"{rate / plain:P0}", Count(peak),
                isLast ? Verdict(rate >= RateTarget && rate / alone >= ShareTarget && smallest / rate <= FlatnessTarget
                    && peak < MemoryTargetMb) : "");
        }
    }

    private async Task<(double Rate, double Again, double Alone, double Plain, double PeakMb)> MeasureAsync(
        int accounts)
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
        var rate = accounts / await TimeJobAsync(server, accounts);
        var peak = server.Usage.PeakMegabytes;
        var again = accounts / await TimeJobAsync(server, accounts);
        Tell("calculation alone");
        var alone = double.Parse(
            await server.AskAsync($"calculate {server.OrganizationId} {BillDate}"), CultureInfo.InvariantCulture);
        Tell("plain inserts");
        var bill = (await server.GetAsync("bills?pageSize=1&includeBillTotal=true"))!["data"]![0]!;
        var plain = PlainInserts.Rate(bill.ToJsonString(), accounts);
        return (rate, again, alone, plain, peak);
    }

    private async Task<double> TimeJobAsync(ServingProcess server, int accounts)
    {
        var began = Stopwatch.GetTimestamp();
        var job = await server.PostAsync("billjobs", new JsonObject { ["billDate"] = BillDate });
        while ((string?)job!["status"] != "COMPLETE")
        {
            await Task.Delay(20);
            job = await server.GetAsync($"billjobs/{job["id"]}");
        }
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var made = job["billIds"]!.AsArray().Count;
        return made == accounts
            ? seconds
            : throw new InvalidOperationException($"{made} bills instead of {accounts}: {job["failures"]?[0]}");
    }
}
