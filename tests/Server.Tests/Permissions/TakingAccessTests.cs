using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>Nobody takes from a principal what they do not have themselves, whatever way they try.</summary>
public sealed class TakingAccessTests(SqliteServer server)
{
    private const string Administrator = "00000000-0000-4000-8000-000000000001";

    /// <summary>Whoever manages access, and may do nothing else.</summary>
    private const string Managing = "allow config:create,config:retrieve,config:update,config:delete "
        + "config:permissionPolicy,config:serviceUser*,config:user,config:resourceGroup,config:support";

    private const string DenyAll =
        """{"name":"Deny","permissionPolicy":[{"effect":"deny","action":["all"],"resource":["*"]}]}""";

    /// <summary>Every way to take from a program that may do everything, with the client that tries it.</summary>
    private static readonly Dictionary<string, Func<ApiClient, Strong, Task<ApiAnswer>>> FromProgram = new()
    {
        ["attach a deny"] = async (by, strong) => await by.PostAsync(
            $"permissionpolicies/{(await by.PostAsync("permissionpolicies", DenyAll)).Id}/addtoserviceuser",
            Named(strong.Program.Id)),
        ["detach a policy"] = (by, strong) => by.PostAsync(
            $"permissionpolicies/{strong.Program.PolicyId}/removefromserviceuser", Named(strong.Program.Id)),
        ["allow less in a policy"] = (by, strong) => by.PutAsync(
            $"permissionpolicies/{strong.Program.PolicyId}", Versioned(Principal.Policy(
                "allow config:retrieve config:permissionPolicy"))),
        ["deny in a policy"] = (by, strong) => by.PutAsync(
            $"permissionpolicies/{strong.Program.PolicyId}", Versioned(Principal.Policy("deny all config:meter"))),
        ["deactivate a key"] = (by, strong) => by.PutAsync(
            $"serviceusers/{strong.Program.Id}/credentials/{strong.Program.Key["id"]}/deactivate", ""),
        ["delete a key"] = (by, strong) => by.DeleteAsync(
            $"serviceusers/{strong.Program.Id}/credentials/{strong.Program.Key["id"]}"),
        ["delete the service user"] = (by, strong) => by.DeleteAsync($"serviceusers/{strong.Program.Id}"),
    };

    /// <summary>Every way to take from a person who has all from a group.</summary>
    private static readonly Dictionary<string, Func<ApiClient, Strong, Task<ApiAnswer>>> FromPerson = new()
    {
        ["end the access"] = (by, strong) => by.PutAsync(
            $"users/{strong.Person.Id}", """{"version":1,"dtEndAccess":"2020-01-01T00:00:00Z"}"""),
        ["end the access later"] = (by, strong) => by.PutAsync(
            $"users/{strong.Person.Id}", """{"version":1,"dtEndAccess":"2999-01-01T00:00:00Z"}"""),
        ["deny in own statements"] = (by, strong) => by.PutAsync(
            $"users/{strong.Person.Id}", new JsonObject
            {
                ["version"] = 1,
                ["permissionPolicy"] = new JsonArray(Principal.Statement("deny all *")),
            }),
        ["attach a deny"] = async (by, strong) => await by.PostAsync(
            $"permissionpolicies/{(await by.PostAsync("permissionpolicies", DenyAll)).Id}/addtouser",
            Named(strong.Person.Id)),
        ["attach a deny to the group"] = async (by, strong) => await by.PostAsync(
            $"permissionpolicies/{(await by.PostAsync("permissionpolicies", DenyAll)).Id}/addtousergroup",
            Named(strong.Group)),
        ["detach from the group"] = (by, strong) => by.PostAsync(
            $"permissionpolicies/{Administrator}/removefromusergroup", Named(strong.Group)),
        ["remove from the group"] = (by, strong) => by.PostAsync(
            $"resourcegroups/user/{strong.Group}/removeresource", Item(strong.Person.Id)),
        ["delete the group"] = (by, strong) => by.DeleteAsync($"resourcegroups/user/{strong.Group}"),
        ["add to a group with a deny"] = async (by, strong) => await by.PostAsync(
            $"resourcegroups/user/{await DenyingGroupAsync(by)}/addresource", Item(strong.Person.Id)),
        ["nest the group in one with a deny"] = async (by, strong) => await by.PostAsync(
            $"resourcegroups/user/{await DenyingGroupAsync(by)}/addresource", Item(strong.Group, "group")),
    };

    public static TheoryData<string> WaysFromProgram => [.. FromProgram.Keys];

    public static TheoryData<string> WaysFromPerson => [.. FromPerson.Keys];

    [Theory]
    [MemberData(nameof(WaysFromProgram))]
    public async Task Program_ThatMayDoMore_LosesNothing(string way)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var strong = await Strong.MakeAsync(administrator);
        using var narrow = await Principal.MakeAsync(administrator, Managing);

        var tried = await FromProgram[way](narrow.Client, strong);

        ShouldBeRefused(tried);
        (await strong.Program.Client.PostAsync("products", """{"name":"n","code":"c"}""")).Status
            .ShouldBe(HttpStatusCode.OK);
        (await administrator.GetAsync($"serviceusers/{strong.Program.Id}/permissions")).Data.Count.ShouldBe(1);
        // Who may do everything, may.
        (await FromProgram[way](administrator, strong)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [MemberData(nameof(WaysFromPerson))]
    public async Task Person_WhoMayDoMore_LosesNothing(string way)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var strong = await Strong.MakeAsync(administrator);
        using var narrow = await Principal.MakeAsync(administrator, Managing);

        var tried = await FromPerson[way](narrow.Client, strong);

        ShouldBeRefused(tried);
        (await strong.Person.Client.PostAsync("products", """{"name":"n","code":"c"}""")).Status
            .ShouldBe(HttpStatusCode.OK);
        (await FromPerson[way](administrator, strong)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Entity_TakenFromAGroup_IsWeighedAgainstWhoHasIt()
    {
        using var administrator = await server.NewOrganizationAsync();
        var product = (await administrator.PostAsync("products", """{"name":"n","code":"c"}""")).Id;
        var group = (await administrator.PostAsync("resourcegroups/product", """{"name":"Group"}""")).Id;
        var path = $"resourcegroups/product/{group}";
        (await administrator.PostAsync($"{path}/addresource", Item(product))).Id.ShouldBe(group);
        using var reader = await Principal.MakeAsync(
            administrator, $"allow config:retrieve config:product/group/{group}");
        using var narrow = await Principal.MakeAsync(administrator, Managing);

        ShouldBeRefused(await narrow.Client.PostAsync($"{path}/removeresource", Item(product)));
        ShouldBeRefused(await narrow.Client.DeleteAsync(path));

        (await reader.Client.GetAsync($"products/{product}")).Status.ShouldBe(HttpStatusCode.OK);
        (await administrator.PostAsync($"{path}/removeresource", Item(product))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task SupportUser_WhoMayDoMore_LosesNothing()
    {
        using var administrator = await server.NewOrganizationAsync();
        var support = (await administrator.GetAsync("support")).Object;
        support["dtEndSupportUsersAccess"] = "2999-01-01T00:00:00Z";
        support["supportUsersPermissionPolicy"] = new JsonArray(Principal.Statement("allow all *"));
        support = (await administrator.PutAsync("support", support)).Object;
        var invitation = Person.Invitation();
        invitation["m3terUser"] = true;
        using var supporter = await Person.MakeAsync(administrator, invitation);
        using var narrow = await Principal.MakeAsync(administrator, Managing);
        var less = support.DeepClone().AsObject();
        less["supportUsersPermissionPolicy"] = new JsonArray();
        // To set the end is to give what support has, so that the statements go first.
        ShouldBeRefused(await narrow.Client.PutAsync("support", less));

        (await supporter.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
        (await administrator.PutAsync("support", less)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Principal_WhoMayDoLess_CanBeTakenFrom()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var weak = await Principal.MakeAsync(administrator, "allow config:retrieve config:user");
        using var narrow = await Principal.MakeAsync(administrator, Managing);

        (await narrow.Client.PostAsync(
            $"permissionpolicies/{(await narrow.Client.PostAsync("permissionpolicies", DenyAll)).Id}/addtoserviceuser",
            Named(weak.Id))).Status.ShouldBe(HttpStatusCode.OK);
        (await narrow.Client.PutAsync($"serviceusers/{weak.Id}/credentials/{weak.Key["id"]}/deactivate", ""))
            .Status.ShouldBe(HttpStatusCode.OK);
        (await narrow.Client.DeleteAsync($"serviceusers/{weak.Id}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static void ShouldBeRefused(ApiAnswer answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.Forbidden, answer.Message);
        answer.Message.ShouldContain("revoke access");
    }

    private static JsonObject Named(string principal) => new() { ["principalId"] = principal };

    private static JsonObject Item(string id, string type = "item") =>
        new() { ["targetId"] = id, ["targetType"] = type };

    private static JsonObject Versioned(JsonObject policy)
    {
        policy["version"] = 1;
        return policy;
    }

    private static async Task<string> DenyingGroupAsync(ApiClient by)
    {
        var group = (await by.PostAsync("resourcegroups/user", """{"name":"Denied"}""")).Id;
        var policy = (await by.PostAsync("permissionpolicies", DenyAll)).Id;
        (await by.PostAsync($"permissionpolicies/{policy}/addtousergroup", Named(group))).Status
            .ShouldBe(HttpStatusCode.OK);
        return group;
    }

    /// <summary>A program with a policy of its own, and a person with a group's, who may do everything.</summary>
    private sealed record Strong(Principal Program, Person Person, string Group) : IDisposable
    {
        internal static async Task<Strong> MakeAsync(ApiClient administrator)
        {
            var strong = new Strong(
                await Principal.MakeAsync(administrator, "allow all *"), await Person.MakeAsync(administrator),
                (await administrator.PostAsync("resourcegroups/user", """{"name":"Group"}""")).Id);
            await administrator.PostAsync(
                $"resourcegroups/user/{strong.Group}/addresource", Item(strong.Person.Id));
            (await administrator.PostAsync(
                $"permissionpolicies/{Administrator}/addtousergroup", Named(strong.Group)))
                .Status.ShouldBe(HttpStatusCode.OK);
            return strong;
        }

        public void Dispose()
        {
            Program.Dispose();
            Person.Dispose();
        }
    }
}
