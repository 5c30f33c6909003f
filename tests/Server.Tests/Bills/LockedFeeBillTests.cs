using System.Text.Json.Nodes;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillLife;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>
/// Fees of a commitment that locked bills have, of whichever account, are never billed again; what they lack is billed
/// once, even if several jobs find it missing at the same time.
/// </summary>
public sealed class LockedFeeBillTests(SqliteServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fees_OnALockedBillOfAFormerParent_AreNotBilledAgain()
    {
        using var client = await server.NewOrganizationAsync();
        await HoldsForAFormerParentAsync(await FeeStory.MakeAsync(client), _ => Task.CompletedTask);
    }

    [Fact]
    public async Task Fees_OnALockedBillOfAnEarlierVersion_AreNotBilledAgain()
    {
        await using var own = await ApiServer.StartAsync();
        await HoldsForAFormerParentAsync(await FeeStory.MakeAsync(own.Client), billId => ForgetFeesAsync(own, billId));
    }

    [Fact]
    public async Task DatedFee_OnALockedBillOfAFormerParent_IsNotBilledAgain()
    {
        using var client = await server.NewOrganizationAsync();
        var story = await FeeStory.MakeAsync(client, FeeStory.Dated(("2025-02-10", 500), ("2025-06-10", 700)));
        var head = await story.AccountAsync("head");
        await story.MoveAsync(head);
        await story.BillAsync("2025-02-10");
        (await story.FeesAsync("2025-02-10", head)).ShouldBe("500");
        await story.LockAsync("2025-02-10", head);
        await story.MoveAsync(null);

        await story.BillAsync("2025-02-10");
        (await story.FeesAsync("2025-02-10")).ShouldBe("");
        await story.SetAsync("feeDates", FeeStory.DatesOf(("2025-02-10", 550), ("2025-06-10", 650)));
        await story.BillAsync("2025-06-10");
        (await story.FeesAsync("2025-06-10")).ShouldBe("650, 50 difference");
    }

    [Fact]
    public async Task MissingFee_OnAnotherBillMadeInTheMeantime_IsRefused()
    {
        await using var own = await ApiServer.StartAsync();
        var story = await RaisedAsync(own);

        var job = await MarchAsync(own, story, () => OnAprilAsync(story));

        (await FailureAsync(own, job)).ShouldContain("the difference of commitment fees to locked bills is also on");
        (await story.FeesAsync("2025-03-01")).ShouldBe("");
        (await story.FeesAsync("2025-04-01")).ShouldBe("200, 100 difference");
    }

    [Fact]
    public async Task MissingFee_OnAnotherBillLockedInTheMeantime_IsRefused()
    {
        await using var own = await ApiServer.StartAsync();
        var story = await RaisedAsync(own);

        var job = await MarchAsync(own, story, async () =>
        {
            await OnAprilAsync(story);
            await story.LockAsync("2025-04-01");
        });

        (await FailureAsync(own, job)).ShouldContain("was locked while the run was calculating");
        await story.BillAsync("2025-03-01");
        (await story.FeesAsync("2025-03-01")).ShouldBe("200");
    }

    [Fact]
    public async Task MissingFee_OnABillOfTheParentMadeInTheMeantime_IsRefused()
    {
        await using var own = await ApiServer.StartAsync();
        var story = await RaisedAsync(own);
        var head = await story.AccountAsync("head");
        await story.MoveAsync(head);
        await story.SetPlanAsync("CHILD");
        await story.SetAsync("childBillingMode", "CHILD");

        var job = await MarchAsync(own, story, async () =>
        {
            await story.SetAsync("childBillingMode", "PARENT_BREAKDOWN");
            await story.BillAsync("2025-03-01");
        });

        (await FailureAsync(own, job)).ShouldContain("the difference of commitment fees to locked bills is also on");
        (await story.FeesAsync("2025-03-01", head)).ShouldBe("200, 100 difference");
        (await story.FeesAsync("2025-03-01")).ShouldBe("");
    }

    [Fact]
    public async Task MissingFee_FoundByJobsOfAFamilyAtTheSameTime_IsBilledOnce()
    {
        await using var own = await ApiServer.StartAsync();
        var story = await RaisedAsync(own);
        var head = await story.AccountAsync("head");
        await story.MoveAsync(head);
        // All have read the terms before any of them saves.
        string[][] accounts = [[story.Account.Id], [head], [head, story.Account.Id]];
        var (reading, all) = (accounts.Length, new TaskCompletionSource());
        async Task MeetAsync()
        {
            if (Interlocked.Decrement(ref reading) == 0)
                all.SetResult();
            await all.Task.WaitAsync(Token);
        }
        var runs = await Task.WhenAll(accounts.Select(async ids =>
        {
            var job = await LaterJobs.CreateAsync(own, new BillJob { AccountIds = ids, BillDate = new(2025, 3, 1) });
            return await job.BeginAsync(BetweenReadAndSave.HandlerOf(own, MeetAsync));
        }));

        await Task.WhenAll(runs.Select(run => Task.Run(() => run.StepAsync(Token), Token)));

        (await story.FeesAsync("2025-03-01", head)).ShouldBe("200, 100 difference");
        (await story.FeesAsync("2025-03-01")).ShouldBe("");
        await story.LockAsync("2025-03-01", head);
        await story.BillAsync("2025-04-01");
        (await story.FeesAsync("2025-04-01", head)).ShouldBe("200");
    }

    [Fact]
    public async Task DatedFee_MovedWhileItsBillIsPending_IsTakenOffByTheJobThatBillsItElsewhere()
    {
        using var client = await server.NewOrganizationAsync();
        var story = await FeeStory.MakeAsync(client, FeeStory.Dated(("2025-02-10", 1200)));
        await story.BillAsync("2025-02-10");
        (await story.FeesAsync("2025-02-10")).ShouldBe("1200");
        var before = (await story.BillsAsync("2025-02-10")).ShouldHaveSingleItem();

        await story.SetAsync("feeDates", FeeStory.DatesOf(("2025-04-10", 1200)));
        await story.BillAsync("2025-04-10");

        (await story.FeesAsync("2025-04-10")).ShouldBe("1200");
        (await story.FeesAsync("2025-02-10")).ShouldBe("");
        var after = (await story.BillsAsync("2025-02-10")).ShouldHaveSingleItem();
        ((string)after["id"]!, after["billTotal"]!.ToString(), (string)after["dueDate"]!)
            .ShouldBe(((string)before["id"]!, "0", (string)before["dueDate"]!));
        // Nothing is outdated any more.
        (await story.Account.BillAsync("2025-04-10"))["billIds"]!.AsArray().Count.ShouldBe(1);
    }

    private static async Task HoldsForAFormerParentAsync(FeeStory story, Func<string, Task> afterwards)
    {
        var head = await story.AccountAsync("head");
        await story.MoveAsync(head);
        await story.BillAsync("2025-02-01");
        (await story.FeesAsync("2025-02-01", head)).ShouldBe("100");
        await story.LockAsync("2025-02-01", head);
        await afterwards((string)(await story.BillsAsync("2025-02-01", head)).Single()["id"]!);

        // Neither to the account alone nor to its next parent.
        await story.MoveAsync(null);
        await story.BillAsync("2025-02-01");
        (await story.FeesAsync("2025-02-01")).ShouldBe("");
        var next = await story.AccountAsync("next");
        await story.MoveAsync(next);
        await story.BillAsync("2025-02-01");
        (await story.FeesAsync("2025-02-01", next)).ShouldBe("");

        await story.SetAsync("amount", 2400);
        await story.BillAsync("2025-03-01");
        (await story.FeesAsync("2025-03-01", next)).ShouldBe("200, 100 difference");
    }

    // As a version wrote it that did not keep the fees there.
    private static Task ForgetFeesAsync(ApiServer own, string billId) => own.Service<ResourceService>().ChangeAsync(
        own.OrganizationId, "test", Token, async change =>
        {
            var found = (await change.Related.ListDocumentsAsync(
                BillCommitments.Kind, Condition.Equal("bill_id", billId))).ShouldHaveSingleItem();
            var json = JsonNode.Parse(found.Json.Span)!.AsObject();
            json.Remove("fees").ShouldBeTrue();
            await change.PutDocumentAsync(
                BillCommitments.Kind, found.Id, JsonFormat.Write(json), billId, (string)json["commitment_id"]!);
            return true;
        });

    // The bill of February is locked with 100.00 of the 200.00 that it should have now.
    private static async Task<FeeStory> RaisedAsync(ApiServer own)
    {
        var story = await FeeStory.MakeAsync(own.Client);
        await story.BillAsync("2025-02-01");
        await story.LockAsync("2025-02-01");
        await story.SetAsync("amount", 2400);
        return story;
    }

    // While March is said to be locked, what is missing is billed on April 1.
    private static async Task OnAprilAsync(FeeStory story)
    {
        await story.LockUntilAsync("2025-03-05");
        await story.BillAsync("2025-04-01");
        await story.LockUntilAsync("2025-02-05");
    }

    // A job for March, and what happens after it has read the terms.
    private static async Task<string> MarchAsync(ApiServer own, FeeStory story, Func<Task> afterReading)
    {
        var job = await LaterJobs.CreateAsync(
            own, new BillJob { AccountIds = [story.Account.Id], BillDate = new(2025, 3, 1) });
        var run = await job.BeginAsync(BetweenReadAndSave.HandlerOf(own, afterReading));
        (await run.StepAsync(Token)).ShouldBeFalse();
        return job.Id;
    }

    private static async Task<string> FailureAsync(ApiServer own, string jobId) =>
        (string)(await own.Client.GetAsync($"billjobs/{jobId}")).Object["failures"]!.AsArray()
            .ShouldHaveSingleItem()!["message"]!;
}
