using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Tests.Api;

/// <summary>What a sender is told while measurements cannot be taken.</summary>
public sealed class UnavailableTests
{
    [Fact]
    public async Task Request_WhileTooMuchWaits_IsToldWhenToTryAgain()
    {
        var (response, body) = await AnswerAsync(new LogBusyException("Nothing was kept: Try again in a moment."));

        response.StatusCode.ShouldBe(429);
        response.Headers.RetryAfter.ToString().ShouldBe("1");
        body.ShouldContain("Try again in a moment");
    }

    [Fact]
    public async Task Request_WhileTheDiskFails_IsToldWhenToTryAgainAndNotWhatFailed()
    {
        var (response, body) = await AnswerAsync(
            new StoreUnavailableException("Cannot be written", new IOException("No space left: /secret/path")));

        response.StatusCode.ShouldBe(503);
        response.Headers.RetryAfter.ToString().ShouldBe("5");
        body.ShouldContain("Retry-After");
        body.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Request_WhoseMeasurementsMayBeKept_IsToldToSendThemAgain()
    {
        var (response, body) = await AnswerAsync(
            new AppendUnknownException("May be kept", new IOException("Input/output error: /secret/path")));

        response.StatusCode.ShouldBe(503);
        response.Headers.RetryAfter.ToString().ShouldBe("5");
        body.ShouldContain("Retry after the number of seconds");
        body.ShouldNotContain("the request was not accepted");
        body.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Request_WhileTheDatabaseIsOut_IsToldWhenToTryAgainAndNotWhatFailed()
    {
        var (response, body) = await AnswerAsync(
            new StoreOutageException(new TimeoutException("Failed to connect to 10.0.0.1")));

        response.StatusCode.ShouldBe(503);
        response.Headers.RetryAfter.ToString().ShouldBe("5");
        body.ShouldContain("database is unavailable");
        body.ShouldNotContain("10.0.0.1");
    }

    private static async Task<(HttpResponse Response, string Body)> AnswerAsync(Exception fault)
    {
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        using var body = new MemoryStream();
        context.Response.Body = body;

        await ErrorAnswer.GuardAsync(context, _ => throw fault);

        return (context.Response, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
