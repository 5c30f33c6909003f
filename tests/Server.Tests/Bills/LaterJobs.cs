using NodaTime;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillRuns;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Jobs;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>A bill job that the server would begin long after the test, which begins it itself.</summary>
internal sealed class LaterJobs(ApiServer server, BillJob job)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>UUID of the job.</summary>
    internal string Id => job.Id;

    /// <summary>Creates a job.</summary>
    internal static async Task<LaterJobs> CreateAsync(ApiServer server, BillJob job) =>
        new(server, await server.Service<ResourceService>().ChangeAsync(
            server.OrganizationId, "test", Token, async change =>
            {
                var created = await change.CreateAsync(BillJobResource.Definition, job with
                {
                    Type = job.Type ?? BillJobType.Create,
                    Status = BillJobStatus.Pending,
                });
                await JobQueue.PutAsync(
                    change, BillJobHandler.QueueName, created.Id, change.Now + Duration.FromDays(1000));
                return created;
            }));

    /// <summary>Begins it outside of the server's turns, or goes on with it after an interruption.</summary>
    internal Task<IJobRun> BeginAsync() => BeginAsync(server.Service<BillJobHandler>());

    /// <summary>Begins it with another handler than the server's.</summary>
    internal async Task<IJobRun> BeginAsync(BillJobHandler handler) =>
        (await handler.BeginAsync(server.OrganizationId, await QueuedAsync(), Token))!;

    /// <summary>Lets the server begin it.</summary>
    internal async Task StartAsync() =>
        server.Service<JobBoard>().Put(server.OrganizationId, (await QueuedAsync()) with { Due = null }, long.MaxValue);

    private async Task<QueuedJob> QueuedAsync() =>
        (await server.Service<ResourceService>().Reader(server.OrganizationId, Token).FindAsync<QueuedJob>(job.Id))!;
}
