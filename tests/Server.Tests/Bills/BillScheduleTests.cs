using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Jobs;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Automatic approval and scheduled billing (billing reference 23 and 24.5).</summary>
public sealed class BillScheduleTests
{
    private readonly FakeClock _clock = new(Instant.FromUtc(2030, 1, 20, 12, 0));

    [Fact]
    public async Task Bill_AfterTheGracePeriod_IsApprovedAndNotBefore()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        await ConfigureAsync(server, ("timezone", "Europe/Paris"), ("autoApproveBillsGracePeriod", 36),
            ("autoApproveBillsGracePeriodUnit", "HOURS"));
        var account = await BilledAccount.MakeAsync(server.Client);
        // February 1 begins at 23:00 UTC, so its grace period ends at 11:00 UTC on February 2.
        var id = await BillLifeTests.BillOfAsync(account, "2030-02-01");
        var later = await BillLifeTests.BillOfAsync(account, "2030-03-01");

        await MoveAsync(server, Instant.FromUtc(2030, 2, 2, 10, 59));
        (await StatusAsync(server, id)).ShouldBe("PENDING");
        await MoveAsync(server, Instant.FromUtc(2030, 2, 2, 11, 0));

        var bill = (await server.Client.GetAsync($"bills/{id}")).Object;
        ((string?)bill["status"]).ShouldBe("APPROVED");
        ((string?)bill["approvedBy"]).ShouldBe("SCHEDULER");
        ((string?)bill["dtApproved"]).ShouldBe("2030-02-02T11:00:00Z");
        (await StatusAsync(server, later)).ShouldBe("PENDING");
        // A late recalculation is approved again at once.
        await account.BillAsync("2030-02-01");
        await server.Service<JobRunner>().RunDueAsync(TestContext.Current.CancellationToken);
        (await StatusAsync(server, id)).ShouldBe("APPROVED");
        await MoveAsync(server, Instant.FromUtc(2030, 3, 5, 0, 0));
        (await StatusAsync(server, later)).ShouldBe("APPROVED");
    }

    [Fact]
    public async Task GracePeriod_SetLater_AppliesToPendingBillsAndOnlyOnceSet()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        var account = await BilledAccount.MakeAsync(server.Client);
        var id = await BillLifeTests.BillOfAsync(account, "2030-01-01");
        await MoveAsync(server, Instant.FromUtc(2030, 6, 1, 0, 0));
        (await StatusAsync(server, id)).ShouldBe("PENDING");

        await ConfigureAsync(server, ("autoApproveBillsGracePeriod", int.MaxValue),
            ("autoApproveBillsGracePeriodUnit", "DAYS"));
        await server.Service<JobRunner>().RunDueAsync(TestContext.Current.CancellationToken);
        (await StatusAsync(server, id)).ShouldBe("PENDING");
        await ConfigureAsync(
            server, ("autoApproveBillsGracePeriod", 1), ("autoApproveBillsGracePeriodUnit", "MINUTES"));
        await server.Service<JobRunner>().RunDueAsync(TestContext.Current.CancellationToken);

        (await StatusAsync(server, id)).ShouldBe("APPROVED");
    }

    [Fact]
    public async Task Schedule_OfADay_KeepsBillsUpToDateAndBillsLateUsageOnceMore()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        var account = await BilledAccount.MakeAsync(server.Client);
        await ConfigureAsync(server, ("scheduledBillInterval", 24), ("scheduledBillOffset", 6));

        await MoveAsync(server, Instant.FromUtc(2030, 1, 21, 5, 59));
        (await BillsAsync(server)).ShouldBeEmpty();
        await MoveAsync(server, Instant.FromUtc(2030, 1, 21, 6, 0));
        // The period before was not billed yet, and the running one is billed as it stands.
        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 1"]);
        await MoveAsync(server, Instant.FromUtc(2030, 1, 22, 6, 0));
        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 2"]);
        await server.Service<JobRunner>().RunDueAsync(TestContext.Current.CancellationToken);
        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 2"]);

        await MoveAsync(server, Instant.FromUtc(2030, 2, 1, 6, 0));
        // The last run of January, and the first of February.
        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 3", "2030-03-01 1"]);
        // Scheduled jobs are kept for a week.
        (await server.Client.GetAsync("billjobs")).Data.Select(job => ((string)job["dtCreated"]!)[..7])
            .Distinct().ShouldBe(["2030-02"]);
        await MoveAsync(server, Instant.FromUtc(2030, 2, 2, 6, 0));
        // January once more, for usage that arrived within a day.
        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 4", "2030-03-01 2"]);
        await MoveAsync(server, Instant.FromUtc(2030, 2, 3, 6, 0));
        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 4", "2030-03-01 3"]);
        (await server.Client.GetAsync($"bills/latest/{account.Id}")).Object["createdBy"]!.ToString()
            .ShouldBe("SCHEDULER");
    }

    [Fact]
    public async Task Schedule_AfterThePauseOfADownServer_BillsThePeriodsThatEndedMeanwhile()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        await BilledAccount.MakeAsync(server.Client);
        await ConfigureAsync(server, ("scheduledBillInterval", 1));
        await MoveAsync(server, Instant.FromUtc(2030, 1, 31, 23, 0));
        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 1"]);

        // Longer than the window for late usage, so without the checkpoint January would lack its last hour.
        await MoveAsync(server, Instant.FromUtc(2030, 2, 4, 12, 0));

        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 2", "2030-03-01 1"]);
        await ConfigureAsync(server, ("scheduledBillInterval", 0));
        await MoveAsync(server, Instant.FromUtc(2030, 3, 4, 12, 0));
        (await BillsAsync(server)).ShouldBe(["2030-01-01 1", "2030-02-01 2", "2030-03-01 1"]);
    }

    private async Task MoveAsync(ApiServer server, Instant to)
    {
        _clock.Reset(to);
        // What was signed before the time has passed is no longer valid.
        await server.Client.SignInAsync(server.AccessKeyId, server.ApiSecret);
        await server.Service<JobRunner>().RunDueAsync(TestContext.Current.CancellationToken);
    }

    private static async Task ConfigureAsync(ApiServer server, params (string Name, JsonNode Value)[] members)
    {
        var config = (await server.Client.GetAsync("organizationconfig")).Object;
        config.Remove("scheduledBillOffset");
        foreach (var (name, value) in members)
            config[name] = value;
        (await server.Client.PutAsync("organizationconfig", config)).Object.ShouldNotBeNull();
    }

    private static async Task<string> StatusAsync(ApiServer server, string id) =>
        (string)(await server.Client.GetAsync($"bills/{id}")).Object["status"]!;

    /// <summary>Date and version of all bills, by date.</summary>
    private static async Task<IReadOnlyList<string>> BillsAsync(ApiServer server) =>
    [
        .. (await server.Client.GetAsync("bills")).Data.Select(bill => $"{bill["billDate"]} {bill["version"]}").Order(),
    ];
}
