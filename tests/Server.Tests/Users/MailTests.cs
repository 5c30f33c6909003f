using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Access.Users;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Hosting;
using Tallystick.Server.Tests.Api;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Users;

/// <summary>With a mail server, links and passwords go to the person and not to the administrator.</summary>
public sealed class MailTests
{
    [Fact]
    public async Task Invitation_WithAMailServer_IsMailed()
    {
        using var mailServer = new MailServer();
        await using var server = await MailingServer.StartAsync(
            "--TALLYSTICK_SMTP", $"smtp://127.0.0.1:{mailServer.Port}", "--TALLYSTICK_MAIL_FROM", "billing@example.com",
            "--TALLYSTICK_PUBLIC_URL", "https://tally.example.com/");

        var sent = await server.Client.PostAsync("invitations", Person.Invitation("ann@example.com"));

        sent.Object.ContainsKey("acceptUrl").ShouldBeFalse();
        var mail = await mailServer.ReceiveAsync();
        mail.ShouldContain("To: ann@example.com");
        mail.ShouldContain("From: billing@example.com");
        mail.Replace("=\r\n", "", StringComparison.Ordinal)
            .ShouldContain($"https://tally.example.com/invitations/accept?organizationId");
    }

    [Fact]
    public async Task Invitation_WithAMailServerThatIsDown_ShowsTheLink()
    {
        await using var server = await MailingServer.StartAsync(
            "--TALLYSTICK_SMTP", "smtp://127.0.0.1:1", "--TALLYSTICK_MAIL_FROM", "billing@example.com");

        var sent = await server.Client.PostAsync("invitations", Person.Invitation());

        ((string?)sent.Object["acceptUrl"]).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("tally.example.com")]
    [InlineData("ftp://tally.example.com")]
    [InlineData("https://tally.example.com/?a=b")]
    public async Task Server_WithAPublicUrlThatIsNone_DoesNotStart(string url) =>
        (await Should.ThrowAsync<StoreUnavailableException>(
            () => MailingServer.StartAsync("--TALLYSTICK_PUBLIC_URL", url)))
            .Message.ShouldContain("TALLYSTICK_PUBLIC_URL");

    [Theory]
    [InlineData("http://*:8080", "http://localhost:8080")]
    [InlineData("http://0.0.0.0:8080", "http://localhost:8080")]
    [InlineData("http://[::]:8080", "http://localhost:8080")]
    [InlineData("https://127.0.0.1:443", "https://127.0.0.1:443")]
    public void OwnAddress_OfOneThatIsListenedOn_CanBeReached(string listened, string expected) =>
        PublicAddress.OwnAddress(listened).ShouldBe(expected);

    [Fact]
    public async Task MailedLink_OfWhoHasALogin_ProvesTheAddress()
    {
        using var mailServer = new MailServer();
        await using var server = await MailingServer.StartAsync(
            "--TALLYSTICK_SMTP", $"smtp://127.0.0.1:{mailServer.Port}", "--TALLYSTICK_MAIL_FROM", "b@example.com");
        var first = (await server.Client.PostAsync("invitations", Person.Invitation("ann@example.com"))).Object;

        (await Person.AcceptAsync(server.Client, await mailServer.ReceiveLinkAsync())).Status
            .ShouldBe(HttpStatusCode.OK);

        var login = await server.Server.Services.GetRequiredService<Logins>().FindAsync(
            "ann@example.com", TestContext.Current.CancellationToken);
        login!.IsAddressProven.ShouldBeTrue();
        first.ContainsKey("isMailed").ShouldBeFalse();
    }

    [Theory]
    [InlineData("--TALLYSTICK_SMTP", "mail.example.com")]
    [InlineData("--TALLYSTICK_SMTP", "http://mail.example.com")]
    [InlineData("--TALLYSTICK_SMTP", "smtp://mail.example.com")]
    [InlineData("--TALLYSTICK_SMTP", "smtp://mail.example.com", "--TALLYSTICK_MAIL_FROM", "@")]
    public async Task Server_WithMailSettingsThatCannotBeUsed_DoesNotStart(params string[] settings) =>
        (await Should.ThrowAsync<StoreUnavailableException>(() => MailingServer.StartAsync(settings)))
            .Message.ShouldContain("TALLYSTICK_");

    /// <summary>A product with mail settings and a client of its administrator.</summary>
    private sealed record MailingServer(RunningServer Server, TemporaryDirectory Data, ApiClient Client)
        : IAsyncDisposable
    {
        internal static async Task<MailingServer> StartAsync(params string[] settings)
        {
            var data = new TemporaryDirectory();
            var server = await ServerHost.StartAsync(
                ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data.Path, .. settings], SystemClock.Instance);
            var credentials = server.FirstCredentials!;
            var client = new ApiClient(server.Address, credentials.OrganizationId);
            await client.SignInAsync(credentials.AccessKeyId, credentials.ApiSecret!);
            return new MailingServer(server, data, client);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Server.DisposeAsync();
            Data.Dispose();
        }
    }
}
