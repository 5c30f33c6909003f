using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>A service user with a policy of its own, which a test changes at will.</summary>
internal sealed class Principal : IDisposable
{
    private readonly ApiClient _administrator;
    private string? _policyId;
    private long _version;

    private Principal(ApiClient administrator, string id, JsonObject key)
    {
        (_administrator, Id, Key) = (administrator, id, key);
        Client = new ApiClient(administrator.Http.BaseAddress!, administrator.OrganizationId);
    }

    internal string Id { get; }

    /// <summary>The answer that made its access key.</summary>
    internal JsonObject Key { get; }

    /// <summary>The policy that <see cref="MayAsync(string[])"/> writes.</summary>
    internal string PolicyId => _policyId!;

    /// <summary>Calls as the principal.</summary>
    internal ApiClient Client { get; }

    /// <summary>Makes one that may do nothing yet.</summary>
    internal static async Task<Principal> MakeAsync(ApiClient administrator)
    {
        var id = (await administrator.PostAsync("serviceusers", """{"name":"Program"}""")).Id;
        var key = (await administrator.PostAsync($"serviceusers/{id}/credentials", "")).Object;
        var principal = new Principal(administrator, id, key);
        await principal.SignInAsync();
        return principal;
    }

    /// <summary>Makes one that may do what the statements say.</summary>
    internal static async Task<Principal> MakeAsync(ApiClient administrator, params string[] statements)
    {
        var principal = await MakeAsync(administrator);
        await principal.MayAsync(statements);
        return principal;
    }

    internal Task SignInAsync() => Client.SignInAsync((string)Key["accessKeyId"]!, (string)Key["apiSecret"]!);

    /// <summary>Lets it do what the statements say and no more: <c>allow config:create config:meter</c>.</summary>
    internal async Task MayAsync(params string[] statements)
    {
        var policy = Policy(statements);
        if (_policyId is null)
        {
            _policyId = (await _administrator.PostAsync("permissionpolicies", policy)).Id;
            (await _administrator.PostAsync($"permissionpolicies/{_policyId}/addtoserviceuser",
                new JsonObject { ["principalId"] = Id })).Object.ShouldNotBeNull();
            _version = 1;
            return;
        }
        policy["version"] = _version;
        _version = (long)(await _administrator.PutAsync($"permissionpolicies/{_policyId}", policy)).Object["version"]!;
    }

    /// <summary>The body of a policy of such statements.</summary>
    internal static JsonObject Policy(params string[] statements) => new()
    {
        ["name"] = "Policy",
        ["permissionPolicy"] = new JsonArray([.. statements.Select(Statement)]),
    };

    /// <summary>A statement such as <c>deny config:create,config:update config:meter,config:plan</c>.</summary>
    internal static JsonNode Statement(string text)
    {
        var parts = text.Split(' ');
        return new JsonObject
        {
            ["effect"] = parts[0],
            ["action"] = List(parts[1]),
            ["resource"] = List(parts[2]),
        };
    }

    private static JsonArray List(string text) => [.. text.Split(',').Select(part => (JsonNode)part)];

    public void Dispose() => Client.Dispose();
}
