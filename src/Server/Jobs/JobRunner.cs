using Tallystick.Access.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>
/// Runs queued jobs, a few at a time. A job interrupted by a stop, a crash or an outage resumes from its checkpoint.
/// </summary>
internal sealed class JobRunner(
    IEnumerable<IJobHandler> handlers,
    JobBoard board,
    ResourceService resources,
    IDocumentStore store,
    TimeProvider time,
    ILogger<JobRunner> logger)
    : BackgroundService
{
    private const int MaxAtOnce = 2;
    private const int EntriesAtATime = 1000;

    private static readonly TimeSpan MaxRefusalPause = TimeSpan.FromMinutes(1);

    // Due times use a clock that can differ from the process clock and can be set, so check regularly.
    private static readonly TimeSpan MaxSleep = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, IJobHandler> _handlers =
        handlers.ToDictionary(handler => handler.Name, StringComparer.Ordinal);

    private readonly TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Runs the jobs that are due and returns when none is running or due. For tests, which set the clock.
    /// </summary>
    internal async Task RunDueAsync(CancellationToken cancellationToken)
    {
        await _filled.Task.WaitAsync(cancellationToken);
        board.Wake();
        while (true)
        {
            var changing = board.Changing;
            if (board.IsIdle)
                return;
            await changing.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await Outages.RetryDuringOutageAsync(() => FillBoardAsync(stoppingToken), time, logger, stoppingToken);
        _filled.SetResult();
        await Task.WhenAll(Enumerable.Range(0, MaxAtOnce).Select(_ => WorkAsync(stoppingToken)));
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            stoppingToken.ThrowIfCancellationRequested();
            var changing = board.Changing;
            if (board.TryTake() is { } taken)
                await StepAsync(taken, stoppingToken);
            else
                await SleepAsync(changing, stoppingToken);
        }
    }

    private async Task SleepAsync(Task changing, CancellationToken stoppingToken)
    {
        var sleep = board.UntilNext() is { } next && next < MaxSleep ? next : MaxSleep;
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(changing, Task.Delay(sleep, time, awake.Token));
        await awake.CancelAsync();
    }

    private async Task StepAsync((JobEntry Entry, JobLane Lane) taken, CancellationToken stoppingToken)
    {
        var (entry, lane) = taken;
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, entry.Unwanted);
        try
        {
            entry.Run ??= await BeginAsync(entry, lane.Handler, cancelled.Token);
            if (entry.Run is null)
                await RemoveAsync(entry, stoppingToken);
            else if (!await StepAsync(entry, lane.Handler, cancelled.Token))
                entry.Drop();
            board.GiveBack(taken);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            entry.Drop();
            board.GiveBack(taken);
        }
        catch (Exception fault)
        {
            entry.Drop();
            await PauseAsync(taken, fault, stoppingToken);
        }
    }

    private async Task<bool> StepAsync(JobEntry entry, string handler, CancellationToken cancellationToken)
    {
        var run = entry.Run!;
        try
        {
            return await run.StepAsync(cancellationToken);
        }
        finally
        {
            foreach (var fault in run.TakeFaults())
                Log.PartOfJobFailed(logger, fault, handler, entry.Id);
        }
    }

    private async ValueTask<IJobRun?> BeginAsync(JobEntry entry, string handler, CancellationToken cancellationToken)
    {
        if (await resources.Reader(entry.OrganizationId, cancellationToken).FindAsync<QueuedJob>(entry.Id)
            is not { } queued)
            return null;
        return await HandlerOf(handler).BeginAsync(entry.OrganizationId, queued, cancellationToken);
    }

    // A later version may have queued a job that this version does not know.
    private IJobHandler HandlerOf(string name) => _handlers.GetValueOrDefault(name)
        ?? throw new RefusedException(new Issue("unknown_handler", "", $"This version has no job handler '{name}'"));

    // A job normally removes or reschedules itself in the change that completes it. This removes a job that has nothing
    // left to do.
    private async Task RemoveAsync(JobEntry entry, CancellationToken cancellationToken)
    {
        await resources.ChangeAsync(
            entry.OrganizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            await JobQueue.RemoveAsync(change, entry.Id);
            return true;
        });
        board.Forget(entry.OrganizationId, entry.Id);
    }

    private async Task PauseAsync(
        (JobEntry Entry, JobLane Lane) taken, Exception fault, CancellationToken stoppingToken)
    {
        var (entry, lane) = taken;
        if (!Outages.Is(fault) && fault is not RefusedException)
        {
            Log.JobFailed(logger, fault, lane.Handler, entry.Id);
            try
            {
                if (await FailAsync(entry, lane.Handler, stoppingToken))
                {
                    board.GiveBack(taken, TimeSpan.Zero);
                    return;
                }
            }
            catch (Exception second)
            {
                // Never let an exception end the runner, because all other jobs would then wait forever.
                fault = second;
            }
        }
        if (Outages.Is(fault))
        {
            var pause = Outages.NextPause(entry.Pause, Outages.MaxPause);
            Log.WaitingForDatabase(logger, fault.Message, pause.TotalSeconds);
            board.GiveBack(taken, pause, holdsLane: true);
            return;
        }
        var later = Outages.NextPause(entry.Pause, MaxRefusalPause);
        if (fault is RefusedException)
            Log.JobRefused(logger, fault, lane.Handler, entry.Id, later.TotalSeconds);
        board.GiveBack(taken, later);
    }

    // The job stays in the queue. At its next turn, its handler cleans up and reports that nothing is left to do.
    private Task<bool> FailAsync(JobEntry entry, string handler, CancellationToken cancellationToken) =>
        resources.ChangeAsync(entry.OrganizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
            await HandlerOf(handler).FailAsync(
                change, entry.Id, "The job failed because of an internal error. See the server log."));

    // Also queues jobs that an earlier version started without a queue.
    private async Task FillBoardAsync(CancellationToken stoppingToken)
    {
        foreach (var organizationId in await Organizations.IdsAsync(AllKinds.Catalog, store, stoppingToken))
        {
            await FillBoardAsync(organizationId, stoppingToken);
            await QueueUnqueuedAsync(organizationId, stoppingToken);
        }
    }

    private async Task FillBoardAsync(string organizationId, CancellationToken cancellationToken)
    {
        long after = 0;
        while (true)
        {
            var page = await resources.Reader(organizationId, cancellationToken)
                .PageAsync<QueuedJob>(null, EntriesAtATime, after);
            foreach (var (queued, _) in page)
                board.Put(organizationId, queued);
            if (page.Count < EntriesAtATime)
                return;
            after = page[^1].Place;
        }
    }

    private async Task QueueUnqueuedAsync(string organizationId, CancellationToken cancellationToken)
    {
        foreach (var handler in _handlers.Values)
        {
            var found = await handler.UnqueuedAsync(resources.Reader(organizationId, cancellationToken));
            foreach (var some in found.Where(work => !board.Has(organizationId, work.Id)).Chunk(EntriesAtATime))
            {
                await resources.ChangeAsync(
                    organizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
                {
                    foreach (var (id, due) in some)
                        await JobQueue.PutAsync(change, handler.Name, id, due);
                    return true;
                });
            }
        }
    }
}
