using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using Tallystick.Client;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>How long it takes from the navigation to a page until a person can use it, for every page.</summary>
internal static class PageTimes
{
    internal const string Command = "times";

    private const int Rows = 100;
    private const int Rounds = 3;
    private const int Sessions = 100;

    // From the start of the navigation until the scripts of the page have run.
    private const string Interactive = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd";

    internal static async Task<int> MeasureAsync()
    {
        await using var chromium = new Chromium();
        await chromium.InitializeAsync();
        await using var tour = await PageTour.StartAsync();
        await FillAsync(tour);
        var page = await chromium.OpenAsync(tour.Server);
        await tour.SignInAsync(page);
        var times = new List<(string Route, double Milliseconds)>();
        foreach (var (route, path) in tour.Pages)
            times.Add((route, await MedianAsync(page, path)));
        times.Sort((left, right) => left.Milliseconds.CompareTo(right.Milliseconds));

        Say($"| pages | median ms | 95th percentile ms | slowest ms | target: median |");
        Say($"| --- | --- | --- | --- | --- |");
        Say($"| {times.Count} | {At(times, 0.5):0} | {At(times, 0.95):0} | {At(times, 1):0} | < 300 ms |");
        Say($"");
        var slowest = times.TakeLast(5).Select(one => $"`{one.Route}` {one.Milliseconds:0} ms");
        Say($"Slowest: {string.Join(", ", slowest)}.");
        Say($"");
        var memory = await MemoryOfASessionAsync(tour);
        Say($"Memory per open session: {memory:0} kB, by {Sessions} sessions that each opened three pages.");
        return 0;
    }

    /// <summary>Makes lists long: accounts with usage and a bill each, and plans.</summary>
    private static async Task FillAsync(PageTour tour)
    {
        for (var index = 0; index < Rows; index++)
            await tour.Sample.AddAccountAsync();
        var client = tour.Sample.Client;
        var template = await client.PlanTemplates.ListAsync().FirstAsync();
        for (var index = 0; index < Rows; index++)
        {
            await client.Plans.CreateAsync(
                new Plan { Name = $"Plan {index}", Code = $"plan_{index}", PlanTemplateId = template.Id });
        }
        var job = await client.BillJobs.CreateAsync(
            new BillJob { LastDateInBillingPeriod = new DateOnly(2026, 5, 31) });
        while ((job = await client.BillJobs.GetAsync(job.Id)).Status != BillJobStatus.Complete)
            await Task.Delay(100);
    }

    private static async Task<double> MedianAsync(IPage page, string path)
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
            times.Add(await page.EvaluateAsync<double>(Interactive));
        }
        times.Sort();
        return times[Rounds / 2];
    }

    // The server runs in this process: pages are static, so that a session is a document and nothing in memory.
    private static async Task<double> MemoryOfASessionAsync(PageTour tour)
    {
        var before = Resident();
        var visitors = new List<Visitor>();
        for (var index = 0; index < Sessions; index++)
        {
            var visitor = await tour.VisitAsync();
            visitors.Add(visitor);
            foreach (var path in tour.Pages.Values.Take(3))
                await visitor.GetAsync(path);
        }
        var after = Resident();
        visitors.ForEach(visitor => visitor.Dispose());
        return Math.Max(0, after - before) / 1024d / Sessions;
    }

    private static long Resident()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, true, true);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static double At(List<(string Route, double Milliseconds)> times, double share) =>
        times[(int)Math.Min(times.Count - 1, times.Count * share)].Milliseconds;

    private static void Say(FormattableString text) =>
        System.Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
