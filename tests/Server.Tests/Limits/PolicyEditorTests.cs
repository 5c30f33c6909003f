using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Limits;

/// <summary>Who edits long policies does not keep others from writing.</summary>
public sealed class PolicyEditorTests
{
    // Comparing each pair of rules for each principal took minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Writer_WhileLongPoliciesAreCompared_IsServed()
    {
        await using var server = await ApiServer.StartAsync();
        using var editor = await Principal.MakeAsync(
            server.Client,
            "allow config:create,config:update,config:retrieve config:permissionPolicy,config:serviceUser");
        var one = await PolicyAsync(editor.Client, Enumerable.Range(0, 998).Select(Long('b')).Append("config:*"));
        var two = await PolicyAsync(editor.Client, ["config:zz"]);
        for (var number = 0; number < 20; number++)
        {
            var user = (await editor.Client.PostAsync("serviceusers", """{"name":"Program"}""")).Id;
            foreach (var policy in new[] { one, two })
                (await editor.Client.PostAsync(
                    $"permissionpolicies/{policy}/addtoserviceuser", new JsonObject { ["principalId"] = user }))
                    .Status.ShouldBe(HttpStatusCode.OK);
        }
        var edited = Denying(Enumerable.Range(0, 900).Select(Long('c')).Append("config:zz"));
        edited["version"] = 1;

        var editing = editor.Client.PutAsync($"permissionpolicies/{two}", edited);
        while (!editing.IsCompleted)
            (await server.Client.PostAsync(
                "products", new JsonObject { ["name"] = "Product", ["code"] = $"p{Guid.NewGuid():N}" })
                .WaitAsync(Patience, TestContext.Current.CancellationToken)).Status.ShouldBe(HttpStatusCode.OK);

        (await editing).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static Func<int, string> Long(char letter) =>
        number => $"config:*{new string('a', 170)}{letter}{number:0000}*";

    private static async Task<string> PolicyAsync(ApiClient client, IEnumerable<string> denied) =>
        (await client.PostAsync("permissionpolicies", Denying(denied))).Id;

    private static JsonObject Denying(IEnumerable<string> denied) =>
        Principal.Policy($"deny config:update {string.Join(',', denied)}");
}
