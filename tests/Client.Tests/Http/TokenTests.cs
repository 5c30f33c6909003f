using Microsoft.Extensions.DependencyInjection;

namespace Tallystick.Client.Tests.Http;

/// <summary>Bearer tokens are got once, for all, and again before they expire.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task Token_ManyCallersAtOnce_IsRequestedOnce()
    {
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => client.Accounts.GetAsync($"{number}")));

        server.TokenCount.ShouldBe(1);
        server.Received.ShouldAllBe(one => one.Authorization == "Bearer token-1");
    }

    [Fact]
    public async Task Token_FiveMinutesBeforeItExpires_IsRefreshed()
    {
        var time = new ManualTime();
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client(time);
        await client.Accounts.GetAsync("a");

        time.Advance(TimeSpan.FromSeconds(18000 - 301));
        await client.Accounts.GetAsync("b");
        time.Advance(TimeSpan.FromSeconds(1));
        await client.Accounts.GetAsync("c");

        server.Received.Select(one => one.Authorization)
            .ShouldBe(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
    }

    [Fact]
    public async Task Refresh_FailsWhileTheTokenIsGood_UsesTheToken()
    {
        var time = new ManualTime();
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client(time);
        await client.Accounts.GetAsync("a");
        server.Token = context => ProtocolServer.WriteAsync(context, 503, "{}");

        time.Advance(TimeSpan.FromSeconds(18000 - 200));
        await client.Accounts.GetAsync("b");
        time.Advance(TimeSpan.FromSeconds(200));

        server.Received[^1].Authorization.ShouldBe("Bearer token-1");
        await Should.ThrowAsync<ServerErrorException>(client.Accounts.GetAsync("c"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Token_RefusedLater_IsReplacedOnce(int status)
    {
        var time = new ManualTime();
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client(time);
        await client.Accounts.GetAsync("a");
        time.Advance(TimeSpan.FromMinutes(2));
        server.Answer(status, """{"message":"The token was revoked."}""");

        await client.Accounts.CreateAsync(new Account { Name = "B", Code = "b", EmailAddress = "b@b.c" });

        server.Received.Select(one => one.Authorization)
            .ShouldBe(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
    }

    [Fact]
    public async Task Token_RefusedWhenNew_IsNotReplaced()
    {
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client();
        server.Answer(403, """{"message":"You may not."}""");

        var error = await Should.ThrowAsync<ForbiddenException>(client.Accounts.GetAsync("a"));

        error.Message.ShouldBe("You may not.");
        server.TokenCount.ShouldBe(1);
    }

    [Fact]
    public async Task Key_IsWrong_SaysSo()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Token = context => ProtocolServer.WriteAsync(
            context, 401, """{"error":"invalid_client","message":"The access key is wrong."}""");
        using var client = server.Client();

        var error = await Should.ThrowAsync<UnauthorizedException>(client.Accounts.GetAsync("a"));

        (error.Code, error.Message).ShouldBe(("invalid_client", "The access key is wrong."));
        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Clients_OfTheSameSettings_ShareTheToken()
    {
        await using var server = await ProtocolServer.StartAsync();
        using var http = new HttpClient();
        var settings = new TallystickSettings
        {
            BaseUrl = server.Address,
            OrganizationId = "one",
            AccessKeyId = "key",
            ApiSecret = "secret",
        };

        await new TallystickClient(http, settings).Accounts.GetAsync("a");
        await new TallystickClient(http, settings).ForOrganization("two").Accounts.GetAsync("b");

        server.TokenCount.ShouldBe(1);
        server.Received.Select(one => one.Line)
            .ShouldBe(["GET /organizations/one/accounts/a", "GET /organizations/two/accounts/b"]);
    }

    [Fact]
    public async Task TokenSource_Given_IsAskedForEachRequest()
    {
        await using var server = await ProtocolServer.StartAsync();
        var number = 0;
        using var http = new HttpClient { BaseAddress = server.Address };
        using var client = new TallystickClient(http, new TallystickSettings
        {
            OrganizationId = "org",
            TokenSource = _ => ValueTask.FromResult<string?>($"own-{++number}"),
        });

        await client.Accounts.GetAsync("a");
        await client.Accounts.GetAsync("b");

        server.Received.Select(one => one.Authorization).ShouldBe(["Bearer own-1", "Bearer own-2"]);
    }

    [Fact]
    public void Settings_OfTheEnvironment_AreThoseThatTheServerPrints()
    {
        var variables = new Dictionary<string, string>
        {
            ["TALLYSTICK_URL"] = "http://localhost:1/",
            ["TALLYSTICK_ORG_ID"] = "org",
            ["TALLYSTICK_ACCESS_KEY_ID"] = "key",
            ["TALLYSTICK_API_SECRET"] = "secret",
        };

        var settings = TallystickSettings.From(variables.GetValueOrDefault);

        settings.BaseUrl.ShouldBe(new Uri("http://localhost:1"));
        (settings.OrganizationId, settings.AccessKeyId, settings.ApiSecret, settings.Token)
            .ShouldBe(("org", "key", "secret", null));
    }

    [Fact]
    public async Task AddTallystick_InAContainer_GivesOneClient()
    {
        var services = new ServiceCollection().AddTallystick(
            new TallystickSettings { BaseUrl = new Uri("http://localhost:1"), OrganizationId = "org" });
        await using var provider = services.BuildServiceProvider();

        var client = provider.GetRequiredService<TallystickClient>();

        client.OrganizationId.ShouldBe("org");
        provider.GetRequiredService<TallystickClient>().ShouldBeSameAs(client);
    }
}
