using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Users;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>An organization is there without anybody's key, and its operator can always get back into it.</summary>
public sealed class OrganizationEntityTests
{
    private const string Administrator = "00000000-0000-4000-8000-000000000001";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Organization_WithoutAnyKey_IsServedAndNotMadeAgain()
    {
        using var data = new TemporaryDirectory();
        var organizationId = await MakeWithoutKeysAsync(data);

        await using var again = await StartAsync(data);

        again.FirstCredentials.ShouldBeNull();
        (await Organizations.IdsAsync(AllKinds.Catalog, again.Services.GetRequiredService<IDocumentStore>(), Cancelled))
            .ShouldBe([organizationId]);
    }

    [Fact]
    public async Task Organization_OfAVersionThatListedNone_IsListedAtTheStart()
    {
        using var data = new TemporaryDirectory();
        var organizationId = await MakeWithoutKeysAsync(data, isListed: false);

        await using var again = await StartAsync(data);

        again.FirstCredentials.ShouldBeNull();
        (await Organizations.IdsAsync(AllKinds.Catalog, again.Services.GetRequiredService<IDocumentStore>(), Cancelled))
            .ShouldBe([organizationId]);
    }

    [Fact]
    public async Task RestoreAdministrator_OfAStoppedServer_GivesANewOneAndTellsSo()
    {
        using var data = new TemporaryDirectory();
        var organizationId = await MakeWithoutKeysAsync(data);

        var printed = await RestoreAsync(data);

        await using var again = await StartAsync(data);
        using var client = new ApiClient(again.Address, organizationId);
        await client.SignInAsync(Setting(printed, "ACCESS_KEY_ID"), Setting(printed, "API_SECRET"));
        (await client.PostAsync("products", """{"name":"n","code":"c"}""")).Status.ShouldBe(HttpStatusCode.OK);
        Setting(printed, "ORG_ID").ShouldBe(organizationId);
        var told = (await client.GetAsync("events?eventName=configuration.serviceuser.created")).Data[0];
        ((string?)told["m3terEvent"]!["actor"]).ShouldBe("OPERATOR");
        printed.ShouldContain((string)told["m3terEvent"]!["resourceId"]!);
    }

    [Fact]
    public async Task RestoreAdministrator_ThatCannotBe_SaysWhy()
    {
        using var data = new TemporaryDirectory();
        await using (var server = await StartAsync(data))
            (await Should.ThrowAsync<StoreUnavailableException>(() => RestoreAsync(data))).Message
                .ShouldContain(data.Path);
        (await Should.ThrowAsync<StoreUnavailableException>(() => RestoreAsync(data, "other"))).Message
            .ShouldContain("'other' does not exist");
    }

    private static async Task<string> RestoreAsync(TemporaryDirectory data, params string[] organization)
    {
        await using var output = new StringWriter();
        await ServerHost.RestoreAdministratorAsync(
            [RestoreAdministrator.Option, .. organization, "--TALLYSTICK_DATA", data.Path], SystemClock.Instance,
            output);
        return output.ToString();
    }

    private static string Setting(string printed, string name) => printed.Split('\n')
        .Single(line => line.Contains($"TALLYSTICK_{name}=", StringComparison.Ordinal)).Split('=')[1].Trim();

    // A person deletes the only key there is.
    private static async Task<string> MakeWithoutKeysAsync(TemporaryDirectory data, bool isListed = true)
    {
        await using var server = await StartAsync(data);
        var first = server.FirstCredentials!;
        using var client = new ApiClient(server.Address, first.OrganizationId);
        await client.SignInAsync(first.AccessKeyId, first.ApiSecret!);
        using var person = await Person.MakeAsync(client, null, Administrator);
        var user = (string)(await client.GetAsync("serviceusers")).Data.Single()["id"]!;
        var key = (string)(await client.GetAsync($"serviceusers/{user}/credentials")).Data.Single()["id"]!;
        (await person.Client.DeleteAsync($"serviceusers/{user}/credentials/{key}")).Id.ShouldBe(key);
        if (!isListed)
            await server.Services.GetRequiredService<IDocumentStore>().TransactAsync(
                AccessKeyResource.Installation,
                async transaction => await transaction.DeleteAsync(
                    InstalledOrganizationResource.Definition.DocumentKind, AccessKeyResource.Installation,
                    first.OrganizationId, default),
                default);
        return first.OrganizationId;
    }

    private static Task<RunningServer> StartAsync(TemporaryDirectory data) => ServerHost.StartAsync(
        ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data.Path], SystemClock.Instance);
}
