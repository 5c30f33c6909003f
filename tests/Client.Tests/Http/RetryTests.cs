using System.Net;

namespace Tallystick.Client.Tests.Http;

/// <summary>What is repeated, and after how long.</summary>
public sealed class RetryTests
{
    private const string Account = """{"id":"a","name":"Acme","code":"acme","emailAddress":"a@b.c"}""";

    private static readonly Account New = new() { Name = "Acme", Code = "acme", EmailAddress = "a@b.c" };

    [Theory]
    [InlineData(500, null, true)]
    [InlineData(503, null, true)]
    [InlineData(408, null, true)]
    [InlineData(429, null, true)]
    [InlineData(409, null, false)]
    [InlineData(404, null, false)]
    [InlineData(501, null, false)]
    [InlineData(409, "true", true)]
    [InlineData(500, "false", false)]
    public async Task Get_Fails_IsRepeatedIfItMayPass(int status, string? shouldRetry, bool isRepeated)
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(status, "{}", shouldRetry is null ? [] : [("x-should-retry", shouldRetry)]);
        server.Answer(200, Account);
        using var client = server.Client();

        if (isRepeated)
            (await client.Accounts.GetAsync("a")).Code.ShouldBe("acme");
        else
            (await Should.ThrowAsync<TallystickApiException>(client.Accounts.GetAsync("a")))
                .Status.ShouldBe((HttpStatusCode)status);

        server.Received.Count.ShouldBe(isRepeated ? 2 : 1);
    }

    [Theory]
    [InlineData(500, null, false)]
    [InlineData(503, null, false)]
    [InlineData(408, null, false)]
    [InlineData(429, null, true)]
    [InlineData(503, "true", true)]
    public async Task Create_Fails_IsRepeatedOnlyIfNothingHappenedOrTheServerSaysSo(
        int status, string? shouldRetry, bool isRepeated)
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(status, "{}", shouldRetry is null ? [] : [("x-should-retry", shouldRetry)]);
        server.Answer(200, Account);
        using var client = server.Client();

        if (isRepeated)
            (await client.Accounts.CreateAsync(New)).Id.ShouldBe("a");
        else
            await Should.ThrowAsync<TallystickApiException>(client.Accounts.CreateAsync(New));

        server.Received.Count.ShouldBe(isRepeated ? 2 : 1);
    }

    [Fact]
    public async Task Create_ConnectionBreaks_IsNotRepeated()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Break();
        using var client = server.Client();

        await Should.ThrowAsync<TallystickConnectionException>(client.Accounts.CreateAsync(New));

        server.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Query_ConnectionBreaks_IsRepeatedWithItsBody()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Break();
        server.Answer(200, """{"data":[{"n":1.50}],"hasMoreData":false}""");
        using var client = server.Client();

        var found = await client.Usage.QueryAsync(new UsageQueryRequest { Limit = 7 });

        found.Data!.Single()["n"].ToString().ShouldBe("1.50");
        server.Received.Select(one => one.Body).ShouldBe(["""{"limit":7}""", """{"limit":7}"""]);
    }

    [Fact]
    public async Task Retries_NeverSucceed_EndWithTheLastError()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Otherwise = (context, _) => ProtocolServer.WriteAsync(context, 502, "<html>Bad gateway</html>");
        using var client = server.Client();

        var error = await Should.ThrowAsync<ServerErrorException>(client.Accounts.GetAsync("a"));

        error.Message.ShouldBe("The API answered 502 BadGateway.");
        error.Body.ShouldBe("<html>Bad gateway</html>");
        server.Received.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("retry-after-ms", "1500", 1.5)]
    [InlineData("Retry-After", "2", 2.0)]
    [InlineData("Retry-After", "0.25", 0.25)]
    [InlineData("Retry-After", "Sun, 01 Mar 2026 00:00:30 GMT", 30.0)]
    public async Task Wait_ServerSaysHowLong_IsThat(string header, string value, double seconds)
    {
        var time = new ManualTime();
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(503, "{}", (header, value));
        server.Answer(200, Account);
        using var client = server.Client(time, token: "given");

        await client.Accounts.GetAsync("a");

        time.Waits.ShouldBe([TimeSpan.FromSeconds(seconds)]);
    }

    [Theory]
    [InlineData("Retry-After", "3600")]
    [InlineData("Retry-After", "-1")]
    [InlineData("Retry-After", "soon")]
    [InlineData("Retry-After", "Sun, 01 Mar 2020 00:00:30 GMT")]
    [InlineData("retry-after-ms", "1e300")]
    public async Task Wait_ServerSaysNonsense_IsExponential(string header, string value)
    {
        var time = new ManualTime();
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(503, "{}", (header, value));
        server.Answer(503, "{}");
        using var client = server.Client(time, token: "given");

        await client.Accounts.GetAsync("a");

        time.Waits.Count.ShouldBe(2);
        time.Waits[0].TotalSeconds.ShouldBeInRange(0.375, 0.5);
        time.Waits[1].TotalSeconds.ShouldBeInRange(0.75, 1.0);
    }

    [Theory]
    [InlineData(0, 0.0, 0.5)]
    [InlineData(0, 1.0, 0.375)]
    [InlineData(3, 0.0, 4.0)]
    [InlineData(4, 0.0, 8.0)]
    [InlineData(1000, 1.0, 6.0)]
    public void Backoff_ByAttemptAndChance_StaysBetweenItsLimits(int attempt, double chance, double seconds) =>
        RetryRules.Backoff(attempt, chance).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public async Task Answer_TakesTooLong_FailsAfterTheTimeout()
    {
        var time = new ManualTime();
        await using var server = await ProtocolServer.StartAsync();
        var arrived = new TaskCompletionSource();
        server.Answer(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using var client = server.Client(time, token: "given");
        var call = client.Accounts.CreateAsync(New);
        await arrived.Task;

        time.Advance(TimeSpan.FromSeconds(61));

        await Should.ThrowAsync<TallystickConnectionException>(call);
    }

    [Fact]
    public async Task Cancellation_OfTheCaller_IsNotAFailureOfTheApi()
    {
        await using var server = await ProtocolServer.StartAsync();
        using var cancellation = new CancellationTokenSource();
        server.Answer(async context =>
        {
            await cancellation.CancelAsync();
            await ProtocolServer.WriteAsync(context, 503, "{}");
        });
        using var client = server.Client();

        await Should.ThrowAsync<OperationCanceledException>(client.Accounts.GetAsync("a", cancellation.Token));

        server.Received.Count.ShouldBe(1);
    }
}
