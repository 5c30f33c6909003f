using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tallystick.Access.Permissions;
using Tallystick.Server.Api;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>Every operation there is, asked for by everybody that may and everybody that may not.</summary>
public sealed partial class PermissionMatrixTests(SqliteServer server)
{
    private static readonly string Id = Guid.NewGuid().ToString();

    [Fact]
    public void Operations_All_SayWhichPermissionTheyNeed()
    {
        ApiOperations.All.Where(operation => ReferenceEquals(operation.Permission, Permission.Unstated))
            .Select(operation => operation.Id).ShouldBeEmpty();
        foreach (var operation in ApiOperations.All.Where(one => one.Permission.ItemRoute is not null))
            operation.Path.ShouldContain($"{{{operation.Permission.ItemRoute}}}", Case.Sensitive, operation.Id);
        ApiOperations.All.Where(operation => operation.Permission.Scope is PermissionScope.Nothing
                or PermissionScope.Public)
            .Select(operation => operation.Id).ShouldBe(["GetMe", "AcceptInvitation", "SignIn"], ignoreOrder: true);
        // Who may only read changes nothing.
        ApiOperations.All.Where(operation => operation.Method is "PUT" or "DELETE")
            .Where(operation => operation.Permission.Action is not (
                PermissionAction.ConfigUpdate or PermissionAction.ConfigDelete))
            .Select(operation => operation.Id).ShouldBeEmpty();
    }

    [Fact]
    public async Task Operations_WithoutAToken_Are401()
    {
        using var client = await server.NewOrganizationAsync();
        client.Http.DefaultRequestHeaders.Authorization = null;
        foreach (var operation in Authorized)
            (await CallAsync(client, operation)).Status.ShouldBe(HttpStatusCode.Unauthorized, operation.Id);
    }

    [Fact]
    public async Task Operations_OfAnotherOrganization_Are403()
    {
        using var owner = await server.NewOrganizationAsync();
        using var stranger = await server.NewOrganizationAsync();
        foreach (var operation in Authorized)
            (await CallAsync(stranger, operation, $"../{owner.OrganizationId}/"))
                .Status.ShouldBe(HttpStatusCode.Forbidden, operation.Id);
    }

    [Fact]
    public async Task Operations_WithoutAPolicy_Are403AndNameThePermission()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var nobody = await Principal.MakeAsync(administrator);
        foreach (var operation in Guarded)
            await ShouldBeRefusedAsync(nobody.Client, operation);
    }

    [Fact]
    public async Task Operations_WithExactlyTheirPermission_AreAnswered()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator);
        foreach (var operation in Guarded)
        {
            await principal.MayAsync([$"allow {Action(operation)} {Resource(operation)}", .. Also(operation)]);
            await ShouldBeAnsweredAsync(principal.Client, operation);
        }
    }

    [Theory]
    [InlineData("all *")]
    [InlineData("* *:*")]
    [InlineData("ALL config*,billing:*,measurements:*,analytics:*")]
    public async Task Operations_WithAWildcard_AreAnswered(string statement)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator, $"ALLOW {statement}");
        foreach (var operation in Authorized)
            await ShouldBeAnsweredAsync(principal.Client, operation);
    }

    [Fact]
    public async Task Operations_WithEveryPermissionButTheirs_Are403()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator);
        foreach (var operation in Guarded)
        {
            var rest = Enum.GetValues<PermissionAction>()
                .Where(action => action != PermissionAction.All && action != operation.Permission.Action);
            await principal.MayAsync($"allow {string.Join(',', rest.Select(PermissionActions.Name))} *");
            await ShouldBeRefusedAsync(principal.Client, operation);
        }
    }

    [Fact]
    public async Task Operations_Denied_Are403WhateverElsePermits()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator);
        foreach (var operation in Guarded)
        {
            await principal.MayAsync(
                $"allow all *", $"allow {Action(operation)} {Resource(operation)}",
                $"deny {Action(operation)} {Resource(operation)}");
            await ShouldBeRefusedAsync(principal.Client, operation);
        }
    }

    [Fact]
    public async Task Operations_WithThePermissionForOneEntity_AreAnsweredForItOnly()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator);
        foreach (var operation in Guarded)
        {
            await principal.MayAsync(
                [$"allow {Action(operation)} {Resource(operation)}/item/{Id}", .. Also(operation)]);
            if (operation.Permission.Scope == PermissionScope.Type)
                await ShouldBeRefusedAsync(principal.Client, operation);
            else
                await ShouldBeAnsweredAsync(principal.Client, operation);
            await principal.MayAsync(
                [$"allow {Action(operation)} {Resource(operation)}/item/{Guid.NewGuid()}", .. Also(operation)]);
            if (operation.Permission.Scope == PermissionScope.Visible)
                await ShouldBeAnsweredAsync(principal.Client, operation);
            else
                await ShouldBeRefusedAsync(principal.Client, operation);
        }
    }

    [Fact]
    public async Task Operations_WithTheEntityDenied_Are403()
    {
        using var administrator = await server.NewOrganizationAsync();
        using var principal = await Principal.MakeAsync(administrator);
        foreach (var operation in Guarded.Where(one => one.Permission.Scope == PermissionScope.Item))
        {
            await principal.MayAsync("allow all *", $"deny {Action(operation)} {Resource(operation)}/item/{Id}");
            await ShouldBeRefusedAsync(principal.Client, operation);
            await principal.MayAsync(
                "allow all *", $"deny {Action(operation)} {Resource(operation)}/item/{Guid.NewGuid()}");
            await ShouldBeAnsweredAsync(principal.Client, operation);
        }
    }

    public static TheoryData<string> GroupedKinds =>
        [.. AllKinds.Catalog.All.Where(kind => kind is { IsInternal: false, IsSingleton: false })
            .Select(kind => kind.Kind)];

    [Theory]
    [MemberData(nameof(GroupedKinds))]
    public async Task Operations_WithThePermissionForAGroup_AreAnsweredForItsMembersOnly(string kind)
    {
        using var administrator = await server.NewOrganizationAsync();
        var member = (string)(await Entity.MakeAsync(administrator, kind)).Stored["id"]!;
        var group = (await administrator.PostAsync($"resourcegroups/{kind}", """{"name":"Group"}""")).Id;
        (await administrator.PostAsync($"resourcegroups/{kind}/{group}/addresource",
            new JsonObject { ["targetId"] = member, ["targetType"] = "item" })).Id.ShouldBe(group);
        using var principal = await Principal.MakeAsync(administrator);
        // What is deleted is no member any more.
        var operations = Guarded.Where(one => Resource(one).EndsWith($":{kind}", StringComparison.OrdinalIgnoreCase))
            .OrderBy(operation => operation.Method == "DELETE").ToList();
        operations.ShouldNotBeEmpty();
        foreach (var operation in operations)
        {
            await principal.MayAsync(
                [$"allow {Action(operation)} {Resource(operation)}/group/{group}", .. Also(operation)]);
            if (operation.Permission.Scope == PermissionScope.Visible)
                await ShouldBeAnsweredAsync(principal.Client, operation);
            else
                await ShouldBeRefusedAsync(principal.Client, operation);
            if (operation.Permission.Scope == PermissionScope.Item)
                await ShouldBeAnsweredAsync(principal.Client, operation, member);
        }
    }

    private static IEnumerable<ApiOperation> Authorized =>
        ApiOperations.All.Where(operation => operation.Permission.Scope != PermissionScope.Public);

    private static IEnumerable<ApiOperation> Guarded =>
        Authorized.Where(operation => operation.Permission.Scope != PermissionScope.Nothing);

    private static string Action(ApiOperation operation) => PermissionActions.Name(operation.Permission.Action);

    // What it needs for other kinds.
    private static IEnumerable<string> Also(ApiOperation operation) => operation.AlsoNeeds.Select(permission =>
        $"allow {PermissionActions.Name(permission.Action)} {permission.Resources[0]}");

    private static string Resource(ApiOperation operation) => operation.Permission.Resources[0];

    private static async Task ShouldBeRefusedAsync(ApiClient client, ApiOperation operation)
    {
        var answer = await CallAsync(client, operation);
        answer.Status.ShouldBe(HttpStatusCode.Forbidden, operation.Id);
        answer.Message.ShouldContain($"`{Action(operation)}` on `{Resource(operation)}", Case.Sensitive, operation.Id);
    }

    // It goes on to the faults of the request, which names nothing that exists; or to those of a policy that gives more
    // than the caller has.
    private static async Task ShouldBeAnsweredAsync(ApiClient client, ApiOperation operation, string? item = null)
    {
        var answer = await CallAsync(client, operation, item: item);
        if (item is not null && operation.Id.StartsWith("AddPermissionPolicyTo", StringComparison.Ordinal))
            answer.Message.ShouldNotContain($"`{Action(operation)}` on `{Resource(operation)}", Case.Sensitive);
        else
        {
            answer.Status.ShouldBeOneOf(
                [HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.NotFound, HttpStatusCode.Conflict],
                operation.Id);
        }
    }

    private static Task<ApiAnswer> CallAsync(
        ApiClient client, ApiOperation operation, string organization = "", string? item = null)
    {
        var path = operation.Path["/organizations/{orgId}/".Length..];
        if (item is not null)
            path = path.Replace($"{{{operation.Permission.ItemRoute}}}", item, StringComparison.Ordinal);
        path = PathPart().Replace(path.Replace("{type}", "plan", StringComparison.Ordinal), Id);
        return client.SendAsync(
            new HttpMethod(operation.Method), organization + path, operation.Method is "POST" or "PUT" ? "{}" : null);
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex PathPart();
}
