using NodaTime;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Billing.Ledger;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Balances;

/// <summary>
/// Runs the schedules of all organizations when they are due. What was due while the server was down is made after the
/// start.
/// </summary>
internal sealed class ScheduleRunner(
    IDocumentStore store, ResourceService resources, IClock clock, ILogger<ScheduleRunner> logger) : BackgroundService
{
    private const string Principal = "SCHEDULER";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await RunDueAsync(stoppingToken);
            await Task.Delay(Pause, stoppingToken);
        }
    }

    /// <summary>Runs what is due by now.</summary>
    internal async Task RunDueAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var organizationId in await Organizations.IdsAsync(store, cancellationToken))
            {
                await RunAsync<BalanceTransactionSchedule>(organizationId, DueRuns.RunAsync, cancellationToken);
                await RunAsync<BalanceChargeSchedule>(organizationId, DueRuns.RunAsync, cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.SchedulesFailed(logger, exception);
        }
    }

    private async Task RunAsync<T>(
        string organizationId, Func<ResourceChange, T, ValueTask<T>> run, CancellationToken cancellationToken)
        where T : BalanceSchedule
    {
        var now = InstantText.Sortable(clock.GetCurrentInstant());
        var due = await new ResourceReader(AllKinds.Catalog, store, organizationId, cancellationToken)
            .ListAsync<T>(new Condition.Compare("next_run", Comparison.LessOrEqual, now));
        foreach (var schedule in due)
        {
            try
            {
                await RunAsync(organizationId, schedule.Id, run, cancellationToken);
            }
            catch (RefusedException refused)
            {
                // Its balance, say, would have too many digits. The others run all the same, and this one again.
                Log.ScheduleRefused(logger, refused, schedule.Id);
            }
        }
    }

    // A schedule that has missed very many runs makes them in several changes.
    private async Task RunAsync<T>(
        string organizationId,
        string id,
        Func<ResourceChange, T, ValueTask<T>> run,
        CancellationToken cancellationToken)
        where T : BalanceSchedule
    {
        var isDue = true;
        while (isDue)
        {
            isDue = await resources.ChangeAsync(organizationId, Principal, cancellationToken, async change =>
                await change.Related.FindAsync<T>(id) is { } schedule
                && (await run(change, schedule)).NextRun <= change.Now);
        }
    }
}
