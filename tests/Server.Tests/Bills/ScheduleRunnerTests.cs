using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Jobs;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Schedules run by themselves once their time has come, as often as it has.</summary>
public sealed class ScheduleRunnerTests
{
    [Fact]
    public async Task Runner_AfterTimeHasPassed_MakesWhatIsDueOnce()
    {
        var clock = new FakeClock(Instant.FromUtc(2030, 1, 1, 0, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        var client = server.Client;
        await client.PostAsync("picklists/currency", """{"name":"Pound","code":"GBP"}""");
        var body = await BalanceSamples.TransactionScheduleAsync(client);
        (body["startDate"], body["endDate"]) = ("2030-02-01T00:00:00Z", "2040-01-01T00:00:00Z");
        (body["frequency"], body["frequencyInterval"]) = ("DAILY", 1);
        var list = Lists.Path("BalanceTransactionSchedule", body);
        var schedule = await FullSamples.CreateAsync(client, list, body);
        var runner = server.Service<JobRunner>();

        await runner.RunDueAsync(TestContext.Current.CancellationToken);
        (await AmountAsync(client, body["balanceId"]!.ToString())).ShouldBe(0);
        await MoveAsync(server, clock, Instant.FromUtc(2030, 2, 2, 12, 0));
        await runner.RunDueAsync(TestContext.Current.CancellationToken);
        await runner.RunDueAsync(TestContext.Current.CancellationToken);

        // February 1 and 2, of 25.50 each.
        (await AmountAsync(client, body["balanceId"]!.ToString())).ShouldBe(51m);
        ((string)(await client.GetAsync($"{list}/{schedule}")).Object["nextRun"]!).ShouldBe("2030-02-03T00:00:00Z");
        // A server that was down for years makes up for it, in more than one change: 2 + 2254 days.
        await MoveAsync(server, clock, Instant.FromUtc(2036, 4, 5, 12, 0));
        await runner.RunDueAsync(TestContext.Current.CancellationToken);
        (await AmountAsync(client, body["balanceId"]!.ToString())).ShouldBe(25.5m * 2256);
    }

    private static async Task<decimal> AmountAsync(ApiClient client, string balance) =>
        (decimal)(await client.GetAsync($"balances/{balance}")).Object["amount"]!;

    // What was signed before the time has passed is no longer valid.
    private static Task MoveAsync(ApiServer server, FakeClock clock, Instant to)
    {
        clock.Reset(to);
        return server.Client.SignInAsync(server.AccessKeyId, server.ApiSecret);
    }
}
