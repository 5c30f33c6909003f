using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>Policies: those that every organization has, attaching, and that nobody gives what they have not.</summary>
public sealed class PermissionPolicyTests(SqliteServer server)
{
    private const string Managing = "allow config:create,config:update,config:delete,config:retrieve "
        + "config:permissionPolicy,config:serviceUser*";

    [Fact]
    public async Task ManagedPolicies_ExistEverywhere_AndCannotBeChangedOrDeleted()
    {
        using var client = await server.NewOrganizationAsync();
        var managed = (await client.GetAsync("permissionpolicies")).Data;

        managed.Select(policy => (string)policy["name"]!).Order().ShouldBe(
            ["Administrator", "Finance", "IngestOnly", "ReadOnly"]);
        foreach (var policy in managed)
        {
            foreach (var statement in policy["permissionPolicy"]!.AsArray())
            {
                // As the contract spells its enumerations, which typed clients read.
                Enum.GetNames<PermissionEffect>().Select(name => name.ToUpperInvariant())
                    .ShouldContain((string)statement!["effect"]!);
                foreach (var action in statement["action"]!.AsArray())
                    ((string)action!).ShouldMatch("^[A-Z]+(_[A-Z]+)*$");
            }
            ((bool)policy["managedPolicy"]!).ShouldBeTrue();
            var path = $"permissionpolicies/{policy["id"]}";
            var changed = policy.DeepClone().AsObject();
            changed["name"] = "Mine";
            foreach (var refused in new[] { await client.PutAsync(path, changed), await client.DeleteAsync(path) })
            {
                refused.Status.ShouldBe(HttpStatusCode.BadRequest);
                refused.Message.ShouldContain((string)policy["name"]!);
            }
            (await client.GetAsync(path)).Object.ToJsonString().ShouldBe(policy.ToJsonString());
        }
    }

    [Theory]
    [InlineData("ReadOnly", "GET products 200, GET organizationconfig 200, POST products 403, POST measurements 403")]
    [InlineData("IngestOnly", "GET products 403, POST measurements 400, GET serviceusers 403")]
    [InlineData("Finance", "GET products 200, POST products 403, POST billjobs 400, POST measurements 403")]
    [InlineData("Administrator", "GET products 200, POST products 400, POST billjobs 400, POST measurements 400")]
    public async Task ManagedPolicy_Attached_OpensWhatItSays(string name, string calls)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator);
        var policy = await ManagedAsync(administrator, name);

        await AttachAsync(administrator, policy, principal);

        foreach (var call in calls.Split(", "))
        {
            var parts = call.Split(' ');
            var body = parts[0] == "POST" ? """{"billingFrequency":7}""" : null;
            var answer = await principal.Client.SendAsync(new HttpMethod(parts[0]), parts[1], body);
            $"{parts[0]} {parts[1]} {(int)answer.Status}".ShouldBe(call);
        }
    }

    [Fact]
    public async Task Pattern_WithTooManyWildcards_IsRefused()
    {
        using var client = await server.NewOrganizationAsync();

        (await client.PostAsync("permissionpolicies", Principal.Policy("allow all config:*a*b"))).Object
            .ShouldNotBeNull();
        (await client.PostAsync("permissionpolicies", Principal.Policy("allow all config:*a*b*"))).Faults
            .ShouldBe(["form permissionPolicy[0].resource[0]"]);
    }

    [Fact]
    public async Task Principal_WithTooManyRules_GetsNoMore()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator, "allow config:retrieve config:product");
        var large = Principal.Policy(
            [.. Enumerable.Range(0, 1_000).Select(number => $"deny all config:meter/item/{number}")]);
        var first = (await administrator.PostAsync("permissionpolicies", large)).Id;
        var second = (await administrator.PostAsync("permissionpolicies", large)).Id;
        await AttachAsync(administrator, first, principal);

        var refused = await administrator.PostAsync(
            $"permissionpolicies/{second}/addtoserviceuser", new JsonObject { ["principalId"] = principal.Id });

        refused.Faults.ShouldBe(["count "]);
        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        (await principal.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Policy_AttachedAndDetached_OpensAndClosesAtOnce()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator, "allow config:retrieve config:product");
        var body = new JsonObject { ["principalId"] = principal.Id };
        (await principal.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);

        var again = await administrator.PostAsync($"permissionpolicies/{principal.PolicyId}/addtoserviceuser", body);
        var removed = await administrator.PostAsync(
            $"permissionpolicies/{principal.PolicyId}/removefromserviceuser", body);

        removed.Object.ToJsonString().ShouldBe(again.Object.ToJsonString());
        ((string?)removed.Object["principalType"]).ShouldBe("SERVICEUSER");
        ((string?)removed.Object["principalId"]).ShouldBe(principal.Id);
        ((string?)removed.Object["permissionPolicyId"]).ShouldBe(principal.PolicyId);
        (await principal.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await administrator.PostAsync($"permissionpolicies/{principal.PolicyId}/removefromserviceuser", body))
            .Status.ShouldBe(HttpStatusCode.NotFound);
        (await administrator.GetAsync($"serviceusers/{principal.Id}/permissions")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Policy_Attached_CannotBeDeleted()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator, "allow all config:product");

        (await administrator.DeleteAsync($"permissionpolicies/{principal.PolicyId}")).Status
            .ShouldBe(HttpStatusCode.Conflict);

        (await administrator.GetAsync($"serviceusers/{principal.Id}/permissions")).Data.Single()["id"]!
            .GetValue<string>().ShouldBe(principal.PolicyId);
    }

    [Fact]
    public async Task Attachment_OfNothing_IsRefusedByName()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator, "allow all config:product");
        var attach = $"permissionpolicies/{principal.PolicyId}/addtoserviceuser";

        (await administrator.PostAsync(attach, "{}")).Faults.ShouldBe(["required principalId"]);
        (await administrator.PostAsync(attach, """{"principalId":"x"}""")).Faults
            .ShouldBe(["unknown_reference principalId"]);
        (await administrator.PostAsync($"permissionpolicies/{Guid.NewGuid()}/addtoserviceuser",
            new JsonObject { ["principalId"] = principal.Id })).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("allow config:create config:product", true)]
    [InlineData("allow config:create,config:delete config:product/item/1", true)]
    [InlineData("allow config:create config:meter", false)]
    [InlineData("allow config:create config:*", false)]
    [InlineData("allow config:retrieve config:product", false)]
    [InlineData("allow all config:product", false)]
    [InlineData("deny all *", true)]
    public async Task Policy_Written_GivesNoMoreThanItsAuthorHas(string statement, bool isPermitted)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var author = await Principal.MakeAsync(
            administrator, Managing, "allow config:create,config:delete config:product");

        var answer = await author.Client.PostAsync("permissionpolicies", Principal.Policy(statement));

        answer.Status.ShouldBe(isPermitted ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Message);
    }

    [Theory]
    [InlineData("allow all config:meter", false)]
    [InlineData("allow all *", false)]
    [InlineData("allow all config:meter/item/8", true)]
    [InlineData("allow all config:product", true)]
    [InlineData("allow all config:meter;deny all config:meter/item/7", true)]
    [InlineData("allow all config:meter;deny config:create config:meter/item/7", false)]
    public async Task Policy_OfAnAuthorWhoIsDenied_DeniesTheSame(string statements, bool isPermitted)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var author = await Principal.MakeAsync(
            administrator, "allow all *", "deny config:create,config:update config:meter/item/7");

        var answer = await author.Client.PostAsync("permissionpolicies", Principal.Policy(statements.Split(';')));

        answer.Status.ShouldBe(isPermitted ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Message);
    }

    // Each stands for three rules, since bills go by two names.
    [Fact]
    public async Task Resources_OfAPrincipal_CountAsTheyAreWritten()
    {
        using var client = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(client);
        async Task<ApiAnswer> GiveAsync(int resources) => await client.PostAsync(
            $"permissionpolicies/{(await client.PostAsync("permissionpolicies", Principal.Policy(
                "deny config:update " + string.Join(',', Enumerable.Range(0, resources).Select(
                    number => $"billing:b*/item/{number}"))))).Id}/addtoserviceuser",
            new JsonObject { ["principalId"] = principal.Id });

        (await GiveAsync(1_000)).Status.ShouldBe(HttpStatusCode.OK);
        (await GiveAsync(1_000)).Status.ShouldBe(HttpStatusCode.OK);
        (await GiveAsync(1)).Faults.ShouldBe(["count "]);
    }

    [Fact]
    public async Task Principal_WhoManagesPolicies_CannotGainAnything()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var schemer = await Principal.MakeAsync(administrator, Managing, "deny config:delete config:serviceUser");
        using var powerful = await Principal.MakeAsync(administrator, "allow all *");
        var own = $"permissionpolicies/{schemer.PolicyId}";
        var body = new JsonObject { ["principalId"] = schemer.Id };
        var lifted = Principal.Policy(Managing);
        lifted["version"] = 1;
        var key = (string)powerful.Key["id"]!;
        (await administrator.PutAsync($"serviceusers/{powerful.Id}/credentials/{key}/deactivate", "")).Id.ShouldBe(key);
        string before = (await administrator.GetAsync(own)).Object.ToJsonString();

        foreach (var attempt in new[]
        {
            await schemer.Client.PostAsync($"permissionpolicies/{await ManagedAsync(administrator, "ReadOnly")}/"
                + "addtoserviceuser", body),
            await schemer.Client.PostAsync($"permissionpolicies/{powerful.PolicyId}/addtoserviceuser", body),
            await schemer.Client.PutAsync(own, lifted),
            await schemer.Client.PostAsync($"{own}/removefromserviceuser", body),
            await schemer.Client.PostAsync($"serviceusers/{powerful.Id}/credentials", ""),
            await schemer.Client.PutAsync($"serviceusers/{powerful.Id}/credentials/{key}/activate", ""),
        })
        {
            attempt.Status.ShouldBe(HttpStatusCode.Forbidden);
            attempt.Message.ShouldContain("a permission you do not have");
        }
        (await administrator.GetAsync(own)).Object.ToJsonString().ShouldBe(before);
    }

    [Fact]
    public async Task Administrator_TheLast_StaysOne()
    {
        using var administrator = await server.NewOrganizationAsync();
        var policy = await ManagedAsync(administrator, "Administrator");
        var own = (string)(await administrator.GetAsync("serviceusers")).Data.Single()["id"]!;
        using var second = await Principal.MakeAsync(administrator);
        var leave = new JsonObject { ["principalId"] = own };

        var refused = await administrator.PostAsync($"permissionpolicies/{policy}/removefromserviceuser", leave);
        (await second.Client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
        await AttachAsync(administrator, policy, second);
        var left = await second.Client.PostAsync($"permissionpolicies/{policy}/removefromserviceuser", leave);

        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Faults.ShouldBe(["last_administrator "]);
        left.Status.ShouldBe(HttpStatusCode.OK);
        (await administrator.GetAsync("products")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static async Task AttachAsync(ApiClient administrator, string policy, Principal principal) =>
        (await administrator.PostAsync($"permissionpolicies/{policy}/addtoserviceuser",
            new JsonObject { ["principalId"] = principal.Id })).Status.ShouldBe(HttpStatusCode.OK);

    private static async Task<string> ManagedAsync(ApiClient client, string name) =>
        (string)(await client.GetAsync("permissionpolicies")).Data
            .Single(policy => (string?)policy["name"] == name)["id"]!;
}
