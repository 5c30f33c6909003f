using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using NodaTime.Text;
using Tallystick.Benchmarks.Reports;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Benchmarks.Serving;

/// <summary>Questions about the usage of a month, asked as a billing run asks them: without HTTP.</summary>
internal sealed class InProcessQueries(
    UsageReader reader, string organization, Meter meter, IReadOnlyList<UsageWindow> windows)
{
    /// <summary>Prepares the windows of all accounts.</summary>
    public static async Task<InProcessQueries> PrepareAsync(
        IServiceProvider services, string organization, string from, string to)
    {
        var (meter, accounts) = await FindAsync(services, organization);
        var window = new Window(
            InstantPattern.General.Parse(from).Value, InstantPattern.General.Parse(to).Value);
        return new InProcessQueries(
            services.GetRequiredService<UsageReader>(), organization, meter,
            [.. accounts.Select(account => new UsageWindow(account.Id, window))]);
    }

    /// <summary>UUIDs of the meter and of all accounts.</summary>
    public static async Task<string> ReadIdsAsync(IServiceProvider services, string organization)
    {
        var (meter, accounts) = await FindAsync(services, organization);
        return string.Join(' ', accounts.Select(account => account.Id).Prepend(meter.Id));
    }

    /// <summary>The median time of a sum, in milliseconds; one account at a time is another one each time.</summary>
    public async Task<string> TimeAsync(bool isOfAll, int runs)
    {
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var began = Stopwatch.GetTimestamp();
            await AskAsync(AggregationMethod.Sum, isOfAll ? windows : [windows[run * 37 % windows.Count]]);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return $"{Report.Median(times):F3}";
    }

    /// <summary>How many measurements there are in the windows.</summary>
    public async Task<string> CountAsync() =>
        $"{(await AskAsync(AggregationMethod.Count, windows)).Sum(value => value.Value):F0}";

    private Task<IReadOnlyList<UsageValue>> AskAsync(AggregationMethod method, IReadOnlyList<UsageWindow> asked) =>
        reader.ReadAsync(
            new UsageQuery
            {
                OrganizationId = organization,
                Meter = meter,
                Field = "tokens",
                Method = method,
                Windows = asked,
            },
            CancellationToken.None);

    private static async Task<(Meter Meter, IReadOnlyList<Account> Accounts)> FindAsync(
        IServiceProvider services, string organization)
    {
        var stored = services.GetRequiredService<ResourceService>().Reader(organization, CancellationToken.None);
        return (
            (await stored.ListAsync<Meter>(Condition.And())).Single(),
            await stored.ListAsync<Account>(Condition.And()));
    }
}
