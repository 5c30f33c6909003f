using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Benchmarks.Billing;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Hosting;

namespace Tallystick.Benchmarks.Serving;

/// <summary>
/// The product in a process of its own. It also answers, on its standard input and output, what the API does not: how
/// far it is, what became of everything, and what it has written. It ends with its input.
/// </summary>
internal static class ServingChild
{
    /// <summary>Serves until the end of the input.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="isDiscarding">Keeps no measurements.</param>
    internal static async Task RunAsync(string data, bool isDiscarding)
    {
        await using var server = await ServerHost.StartAsync(
            ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data], SystemClock.Instance,
            isDiscarding ? log => new DiscardingLog(log) : null);
        System.Console.WriteLine(server.Address);
        while (System.Console.ReadLine() is { } line)
            System.Console.WriteLine(await AnswerAsync(server.Services, line.Split(' ')));
    }

    private static async Task<string> AnswerAsync(IServiceProvider services, string[] question)
    {
        var log = services.GetRequiredService<ILogPartition>();
        switch (question)
        {
            case ["loaded"]:
                await services.GetRequiredService<MeasurementLoader>().WaitForAsync(log.End, CancellationToken.None);
                return "yes";
            case ["log"]:
                return $"{log.End.Value}";
            case ["groups", var from]:
                var groups = log.ReadAsync(new LogPosition(long.Parse(from, Invariant)), CancellationToken.None);
                return string.Join(
                    ' ', await groups.Select(entry => entry.Records.Sum(record => record.Bytes.Length)).ToListAsync());
            case ["tally", var organization]:
                var (tallies, rows) = await services.GetRequiredService<IIngestLedger>()
                    .CountRowsAsync(organization, Instant.MinValue, CancellationToken.None);
                var all = tallies.Aggregate(default(LoadTally), (sum, day) => sum + day.Tally);
                return $"{all.Accepted} {all.Stored} {all.Duplicate} {all.Failed} {rows.Sum(row => row.Count)}";
            case ["uids"]:
                return $"{services.GetRequiredService<IUidIndex>().MemoryBytes}";
            case ["sort"]:
                await SortAsync(services.GetRequiredService<IStoreMaintenance>(), log);
                return "yes";
            case ["ids", var organization]:
                return await InProcessQueries.ReadIdsAsync(services, organization);
            case ["read", var organization, var accounts, var from, var to, var runs]:
                var queries = await InProcessQueries.PrepareAsync(services, organization, from, to);
                return await queries.TimeAsync(accounts == "all", int.Parse(runs, Invariant));
            case ["customers", var organization, var count]:
                await BilledCustomers.MakeAsync(services, organization, int.Parse(count, Invariant));
                return "yes";
            case ["calculate", var organization, var billDate]:
                return await BilledCustomers.CalculateAsync(services, organization, billDate);
            case ["count", var organization, var from, var to]:
                return await (await InProcessQueries.PrepareAsync(services, organization, from, to)).CountAsync();
            default:
                throw new ArgumentException(string.Join(' ', question));
        }
    }

    // The same steps as the server takes in the background; here with an end to wait for.
    private static async Task SortAsync(IStoreMaintenance store, ILogPartition log)
    {
        var closedBefore = SystemClock.Instance.GetCurrentInstant().InUtc().Date.AtMidnight().InUtc().ToInstant();
        while (await store.RunStepAsync(closedBefore, log.Start, CancellationToken.None))
        {
        }
    }

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;
}
