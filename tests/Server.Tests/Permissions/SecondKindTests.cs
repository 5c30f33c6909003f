using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tallystick.Access.Permissions;
using Tallystick.Server.Api;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>
/// An operation that touches more than one kind needs what it does to each. References in the bodies of resources are
/// walked by the reference suite.
/// </summary>
public sealed partial class SecondKindTests(SqliteServer server)
{
    /// <summary>Parts of paths that name no entity, or one that has no permission of its own.</summary>
    private static readonly string[] NoEntities =
    [
        "orgId", "type", "lookupKey", "lastDateInBillingPeriod", "billingFrequency", "system", "externalTable",
        "externalId", "destination", "entityType", "integrationCredentialsId", "entity",
    ];

    /// <summary>Paths to parts of what is permitted: events, jobs of a revision, lines of a bill.</summary>
    private static readonly string[] Inner =
    [
        "GetEvent id", "PutEventActioned id", "GetLookupTableRevisionDataJobResponse id",
        "DeleteLookupTableRevisionDataJobResponse id", "GetBillLineItem id", "GetFailedIngestDownloadUrl id",
        "GetUploadJobResponse id", "GetJobOriginalFileDownloadUrl id", "GetBillLineItemJsonUsage id",
        // The permissions of the bill apply to its credit and debit line items.
        "GetCreditLineItem id", "PutCreditLineItem id", "DeleteCreditLineItem id", "GetDebitLineItem id",
        "PutDebitLineItem id", "DeleteDebitLineItem id",
        // Answers with nothing for an entity that the caller may not retrieve.
        "ListExternalMappingsForM3terEntity m3terId",
    ];

    public static TheoryData<string, string> Needs =>
    [
        .. ApiOperations.All.SelectMany(operation => operation.AlsoNeeds.Select(
            permission => new TheoryDataRow<string, string>(operation.Id, permission.Describe()))),
    ];

    [Fact]
    public void Paths_OfAllOperations_NameOnlyWhatAPermissionIsAskedFor() => ApiOperations.All
        .Where(operation => operation.Permission.Scope != PermissionScope.Public)
        .SelectMany(operation => PathPart().Matches(operation.Path).Select(part => part.Groups[1].Value)
            .Except(NoEntities)
            .Where(part => operation.AlsoNeeds.Prepend(operation.Permission).All(one => one.ItemRoute != part))
            .Select(part => $"{operation.Id} {part}"))
        .Except(Inner).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Needs))]
    public async Task Operation_DeniedWhatItDoesToAnotherKind_IsRefused(string operationId, string needed)
    {
        using var administrator = await server.NewOrganizationAsync();
        var operation = ApiOperations.All.Single(one => one.Id == operationId);
        var permission = operation.AlsoNeeds.First(one => one.Describe() == needed);
        var denied = $"deny {PermissionActions.Name(permission.Action)} {permission.Resources[0]}";
        using var principal = await Principal.MakeAsync(administrator, "allow all *", denied);
        var id = Guid.NewGuid().ToString();

        var none = await CallAsync(principal.Client, operation, id);

        none.Status.ShouldBe(HttpStatusCode.Forbidden, operationId);
        none.Message.ShouldContain(permission.Describe()[..^1]);
        if (permission.Scope != PermissionScope.Item)
            return;
        await principal.MayAsync("allow all *", $"{denied}/item/{id}");
        (await CallAsync(principal.Client, operation, id)).Status.ShouldBe(HttpStatusCode.Forbidden);
        await principal.MayAsync("allow all *", $"{denied}/item/{Guid.NewGuid()}");
        (await CallAsync(principal.Client, operation, id)).Status.ShouldNotBe(HttpStatusCode.Forbidden);
    }

    /// <summary>A new one gets a test that who may not retrieve what it names is refused.</summary>
    [Fact]
    public void Bodies_OfHandWrittenOperations_NameKnownEntities() => ApiOperations.All
        .Where(operation => operation.Body is not null
            && AllKinds.Catalog.All.All(definition => definition.Shape.Name != operation.Body.Shape.Name))
        .SelectMany(operation => operation.Body!.Shape.Members
            .Where(member => !member.IsServerSet
                && (member.Name.EndsWith("Id", StringComparison.Ordinal)
                    || member.Name.EndsWith("Ids", StringComparison.Ordinal)))
            .Select(member => $"{operation.Body.Name} {member.Name}")).Distinct().Order().ShouldBe(
        [
            // Of whoever has the link.
            "AcceptInvitationRequest invitationId", "AcceptInvitationRequest organizationId",
            "ApproveBillsRequest billIds", "BillJobRecalculateRequest billIds",
            "LookupTableRevisionCopyRequest revisionId",
            // Requires the permission for the product itself.
            "MeterEvaluationRequest productId",
            "PrincipalPermissionRequest principalId",
            "ResourceGroupItemRequest targetId",
            "SignInRequest organizationId",
            // Require the permission for the bills themselves.
            "StatementsBatchJobRequest billIds",
            // Usage is a resource of its own, analytics:usage, whatever accounts and meters it is of.
            "UsageQueryRequest accountIds", "UsageQueryRequest meterIds",
            // Requires the permission for the accounts itself.
            "WhatIfRequest accountIds",
        ]);

    [Theory]
    [InlineData("config:product", HttpStatusCode.Forbidden)]
    [InlineData("config:product/item/{id}", HttpStatusCode.BadRequest)]
    public async Task Group_OfWhatTheCallerMayNotRetrieve_TakesNoMember(string denied, HttpStatusCode expected)
    {
        using var administrator = await server.NewOrganizationAsync();
        var product = (await administrator.PostAsync("products", """{"name":"n","code":"c"}""")).Id;
        var group = (await administrator.PostAsync("resourcegroups/product", """{"name":"Group"}""")).Id;
        using var principal = await Principal.MakeAsync(
            administrator, "allow all *", $"deny all {denied.Replace("{id}", product, StringComparison.Ordinal)}");

        (await principal.Client.PostAsync($"resourcegroups/product/{group}/addresource",
            new JsonObject { ["targetId"] = product, ["targetType"] = "item" })).Status.ShouldBe(expected);
    }

    [Theory]
    [InlineData("config:serviceUser", HttpStatusCode.Forbidden)]
    [InlineData("config:serviceUser/item/{id}", HttpStatusCode.BadRequest)]
    public async Task Principal_ThatTheCallerMayNotRetrieve_GetsNoPolicy(string denied, HttpStatusCode expected)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var other = await Principal.MakeAsync(administrator);
        using var principal = await Principal.MakeAsync(
            administrator, "allow all *", $"deny all {denied.Replace("{id}", other.Id, StringComparison.Ordinal)}");
        var policy = (await administrator.PostAsync(
            "permissionpolicies", Principal.Policy("allow config:retrieve config:meter"))).Id;

        foreach (var verb in new[] { "addtoserviceuser", "removefromserviceuser" })
            (await principal.Client.PostAsync($"permissionpolicies/{policy}/{verb}",
                new JsonObject { ["principalId"] = other.Id })).Status.ShouldBe(expected);
    }

    [Theory]
    [InlineData("config:permissionPolicy", HttpStatusCode.Forbidden)]
    [InlineData("config:permissionPolicy/item/{id}", HttpStatusCode.BadRequest)]
    public async Task Policy_ThatTheCallerMayNotRetrieve_IsNeitherInvitedWithNorListed(
        string denied, HttpStatusCode expected)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var other = await Principal.MakeAsync(administrator, "allow config:retrieve config:meter");
        using var principal = await Principal.MakeAsync(
            administrator, "allow all *",
            $"deny config:retrieve {denied.Replace("{id}", other.PolicyId, StringComparison.Ordinal)}");
        var invitation = Users.Person.Invitation();
        invitation["permissionPolicyIds"] = new JsonArray(other.PolicyId);

        (await principal.Client.PostAsync("invitations", invitation)).Status.ShouldBe(expected);
        var listed = await principal.Client.GetAsync($"serviceusers/{other.Id}/permissions");
        if (expected == HttpStatusCode.Forbidden)
            listed.Status.ShouldBe(expected);
        else
            listed.Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task BillJob_OfAccountsThatTheCallerMayNotRetrieve_IsRefused()
    {
        using var administrator = await server.NewOrganizationAsync();
        var account = (await Entity.MakeAsync(administrator, "Account")).Stored["id"]!.GetValue<string>();
        using var principal = await Principal.MakeAsync(
            administrator, "allow all *", $"deny config:retrieve config:account/item/{account}");
        var job = new JsonObject { ["billingFrequency"] = "MONTHLY", ["accountIds"] = new JsonArray(account) };

        (await principal.Client.PostAsync("billjobs", job)).Faults.ShouldBe(["unknown_reference accountIds[0]"]);
        (await principal.Client.PostAsync("billjobs", """{"billingFrequency":"MONTHLY"}""")).Status
            .ShouldBe(HttpStatusCode.Forbidden);
        (await administrator.PostAsync("billjobs", job)).Status.ShouldBe(HttpStatusCode.OK);
        (await principal.Client.PostAsync("billjobs/recalculate", """{"billIds":["x"]}""")).Status
            .ShouldBe(HttpStatusCode.BadRequest);
        await principal.MayAsync("allow all *", "deny config:update billing:bill/item/x");
        (await principal.Client.PostAsync("billjobs/recalculate", """{"billIds":["x"]}""")).Status
            .ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Mapping_OfWhatTheCallerMayNotRetrieve_IsNeitherMadeNorFound()
    {
        using var administrator = await server.NewOrganizationAsync();
        var mapping = await Entity.MakeAsync(administrator, "ExternalMapping");
        var (kind, id) = ((string)mapping.Stored["m3terEntity"]!, (string)mapping.Stored["m3terId"]!);
        var path = $"externalmappings/external/{kind}/{id}";
        using var principal = await Principal.MakeAsync(
            administrator, "allow all *", $"deny config:retrieve {Permission.Config(kind)}/item/{id}");
        var another = mapping.Body.DeepClone().AsObject();
        another["externalId"] = "another";

        (await principal.Client.PostAsync("externalmappings", another)).Faults.ShouldBe(["unknown_reference m3terId"]);
        (await principal.Client.GetAsync(path)).Data.ShouldBeEmpty();
        (await administrator.GetAsync(path)).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task LookupTable_WithARevisionThatTheCallerMayNotDelete_Stays()
    {
        using var administrator = await server.NewOrganizationAsync();
        var revision = await Entity.MakeAsync(administrator, "LookupTableRevision");
        var table = administrator.Parents["lookupTableId"];
        using var principal = await Principal.MakeAsync(
            administrator, "allow all *",
            $"deny config:delete config:lookupTableRevision/item/{revision.Stored["id"]}");

        (await principal.Client.DeleteAsync($"lookuptables/{table}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await administrator.DeleteAsync($"lookuptables/{table}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Every kind that one request ends.</summary>
    [Theory]
    [InlineData("CONTRACT", "contract")]
    [InlineData("ACCOUNTPLAN", "accountPlan")]
    [InlineData("PREPAYMENT", "commitment")]
    [InlineData("PRICINGS", "pricing")]
    [InlineData("COUNTER_PRICINGS", "counterPricing")]
    public async Task EndDating_OfAKindThatIsDenied_IsRefused(string kind, string resource)
    {
        using var administrator = await server.NewOrganizationAsync();
        var account = (await Entity.MakeAsync(administrator, "Account")).Stored["id"]!.GetValue<string>();
        using var principal = await Principal.MakeAsync(
            administrator, "allow all *", $"deny config:update config:{resource}");
        var body = new JsonObject
        {
            ["billingEntities"] = new JsonArray(kind),
            ["endDate"] = "2026-06-01T00:00:00Z",
            ["applyToChildren"] = false,
        };

        var refused = await principal.Client.PutAsync($"accounts/{account}/enddatebillingentities", body);

        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Message.ShouldContain($"`config:update` on `config:{resource}`");
        (await administrator.PutAsync($"accounts/{account}/enddatebillingentities", body)).Status
            .ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("config:update", true)]
    [InlineData("config:update,config:retrieve", false)]
    public async Task EndDating_OfAnEntityThatIsDenied_FailsForIt(string denied, bool isTold)
    {
        using var administrator = await server.NewOrganizationAsync();
        var contract = await Entity.MakeAsync(administrator, "Contract");
        var account = (string)contract.Stored["accountId"]!;
        using var principal = await Principal.MakeAsync(
            administrator, "allow all *", $"deny {denied} config:contract/item/{contract.Stored["id"]}");

        var answer = await principal.Client.PutAsync($"accounts/{account}/enddatebillingentities", new JsonObject
        {
            ["billingEntities"] = new JsonArray("CONTRACT"),
            ["endDate"] = "2026-06-01T00:00:00Z",
            ["applyToChildren"] = false,
        });

        answer.Object["failedEntities"]!.ToJsonString()
            .Contains((string)contract.Stored["id"]!, StringComparison.Ordinal).ShouldBe(isTold);
        ((string?)answer.Object["statusMessage"])
            .ShouldBe($"0 billing entities were ended, {(isTold ? 1 : 0)} could not be ended");
        (await contract.ReadAsync()).ToJsonString().ShouldBe(contract.Stored.ToJsonString());
    }

    private static Task<ApiAnswer> CallAsync(ApiClient client, ApiOperation operation, string id)
    {
        var path = operation.Path["/organizations/{orgId}/".Length..]
            .Replace("{type}", "plan", StringComparison.Ordinal);
        return client.SendAsync(
            new HttpMethod(operation.Method), PathPart().Replace(path, id),
            operation.Method is "POST" or "PUT" ? "{}" : null);
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathPart();
}
