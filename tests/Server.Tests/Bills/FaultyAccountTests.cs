using System.Text;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Commitments;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>
/// An unexpected exception while the bills of one account are made: that account has failed, and the others are billed.
/// </summary>
public sealed class FaultyAccountTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Account_WhoseBillsCannotBeCalculated_HasFailedAndTheOthersAreBilled()
    {
        await using var own = await ApiServer.StartAsync();
        var (first, faulty, last) = await ThreeAsync(own);
        await DivideByZeroAsync(own, faulty);

        var job = await LaterJobs.CreateAsync(own, new BillJob { BillDate = new(2025, 2, 1) });
        var run = await job.BeginAsync();
        (await run.StepAsync(Token)).ShouldBeFalse();

        run.TakeFaults().ShouldHaveSingleItem().ShouldBeOfType<DivideByZeroException>();
        run.TakeFaults().ShouldBeEmpty();
        await HoldsAsync(own, job, first, faulty, last);
    }

    [Fact]
    public async Task Account_WhoseBillsCannotBeSaved_HasFailedAndTheOthersAreBilled()
    {
        await using var own = await ApiServer.StartAsync();
        var (first, faulty, last) = await ThreeAsync(own);
        await using var store = new WatchedStore(own.Service<IDocumentStore>())
        {
            Adding = (kind, write) =>
            {
                if (kind.Name == BillResource.Definition.DocumentKind.Name
                    && Encoding.UTF8.GetString(write.Json.Span).Contains(faulty.Id, StringComparison.Ordinal))
                    throw new InvalidOperationException("a fault");
            },
        };

        var job = await LaterJobs.CreateAsync(own, new BillJob { BillDate = new(2025, 2, 1) });
        var run = await job.BeginAsync(store.HandlerOf(own));
        (await run.StepAsync(Token)).ShouldBeFalse();

        run.TakeFaults().ShouldHaveSingleItem().Message.ShouldBe("a fault");
        await HoldsAsync(own, job, first, faulty, last);
    }

    [Fact]
    public async Task Outage_OfTheStore_InterruptsTheJobAndNoAccountHasFailed()
    {
        await using var own = await ApiServer.StartAsync();
        var (first, second, last) = await ThreeAsync(own);
        await using var store = new WatchedStore(own.Service<IDocumentStore>())
        {
            Adding = (kind, _) =>
            {
                if (kind.Name == BillResource.Definition.DocumentKind.Name)
                    throw new StoreOutageException(new IOException("The disk is full"));
            },
        };
        var job = await LaterJobs.CreateAsync(own, new BillJob { BillDate = new(2025, 2, 1) });
        var run = await job.BeginAsync(store.HandlerOf(own));

        await Should.ThrowAsync<StoreOutageException>(() => run.StepAsync(Token));

        run.TakeFaults().ShouldBeEmpty();
        (await (await job.BeginAsync()).StepAsync(Token)).ShouldBeFalse();
        foreach (var account in new[] { first, second, last })
            (await BillsAsync(own, account)).ShouldBe(1);
        (await EndedAsync(own, job))["failures"].ShouldBeNull();
    }

    private static async Task<(BilledAccount First, BilledAccount Second, BilledAccount Last)> ThreeAsync(
        ApiServer own) => (
            await BilledAccount.MakeAsync(own.Client, "first"), await BilledAccount.MakeAsync(own.Client, "second"),
            await BilledAccount.MakeAsync(own.Client, "last"));

    // No request can make such a commitment.
    private static Task DivideByZeroAsync(ApiServer own, BilledAccount account) =>
        own.Service<ResourceService>().ChangeAsync(own.OrganizationId, "test", Token, change =>
            change.PutAsync(CommitmentResource.Definition, null, new Commitment
            {
                AccountId = account.Id,
                StartDate = new(2025, 1, 1),
                EndDate = new(2026, 1, 1),
                Currency = "USD",
                Amount = 1200,
                BillingPlanId = account.PlanId,
                BillingInterval = 0,
            }));

    private static async Task HoldsAsync(
        ApiServer own, LaterJobs job, BilledAccount first, BilledAccount faulty, BilledAccount last)
    {
        var ended = await EndedAsync(own, job);
        ((string)ended["status"]!).ShouldBe("COMPLETE");
        ended["billIds"]!.AsArray().Count.ShouldBe(2);
        var failure = ended["failures"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)failure["accountId"]!, (string)failure["message"]!).ShouldBe((
            faulty.Id,
            "Account second: its bills could not be made because of an internal error. See the server log."));
        (await BillsAsync(own, first)).ShouldBe(1);
        (await BillsAsync(own, faulty)).ShouldBe(0);
        (await BillsAsync(own, last)).ShouldBe(1);
        (await own.Service<ResourceService>().Reader(own.OrganizationId, Token).FindAsync<QueuedJob>(job.Id))
            .ShouldBeNull();
    }

    private static async Task<System.Text.Json.Nodes.JsonObject> EndedAsync(ApiServer own, LaterJobs job) =>
        (await own.Client.GetAsync($"billjobs/{job.Id}")).Object;

    private static async Task<int> BillsAsync(ApiServer own, BilledAccount account) =>
        (await own.Client.GetAsync($"bills?accountId={account.Id}")).Data.Count();
}
