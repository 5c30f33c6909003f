using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Tests.Api;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>Data of a version without permissions goes on to work.</summary>
public sealed class UpgradeTests
{
    [Fact]
    public async Task ServiceUser_OfAVersionWithoutPolicies_StaysAdministrator()
    {
        using var data = new TemporaryDirectory();
        FirstCredentials credentials;
        await using (var server = await StartAsync(data))
        {
            credentials = server.FirstCredentials!;
            await ForgetPoliciesAsync(server.Services.GetRequiredService<IDocumentStore>(), credentials.OrganizationId);
        }

        await using var again = await StartAsync(data);
        using var client = new ApiClient(again.Address, credentials.OrganizationId);
        await client.SignInAsync(credentials.AccessKeyId, credentials.ApiSecret!);

        (await client.PostAsync("products", """{"name":"n","code":"c"}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("permissionpolicies")).Data.Count.ShouldBe(ManagedPolicies.All.Count);
    }

    private static Task<RunningServer> StartAsync(TemporaryDirectory data) => ServerHost.StartAsync(
        ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data.Path], SystemClock.Instance);

    private static Task<bool> ForgetPoliciesAsync(IDocumentStore store, string organizationId) => store.TransactAsync(
        organizationId,
        async transaction =>
        {
            foreach (var kind in new[] { "PermissionPolicy", "PrincipalPermission", "Support" })
            {
                var table = AllKinds.Catalog.Of(kind).DocumentKind;
                foreach (var document in await transaction.QueryAsync(
                    table, organizationId, new DocumentQuery(), default))
                    await transaction.DeleteAsync(table, organizationId, document.Id, default);
            }
            return true;
        },
        default);
}
