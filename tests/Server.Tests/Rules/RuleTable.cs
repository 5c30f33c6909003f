using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Resources;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Rules;

/// <summary>
/// Runs a row of a table of rules: a change of the full sample of a kind, the issue it meets and where. In a change,
/// <c>{member}</c> stands for the value of that member of the sample, and null takes a member away.
/// </summary>
internal static class RuleTable
{
    /// <summary>Holds that the change is refused with 400 for the issue, and changes nothing.</summary>
    internal static async Task RefusesAsync(
        SharedServer server, string kind, string change, string code, string path,
        HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        var body = Changed(entity.Body, change);

        var updated = await entity.ReplaceAsync(body);

        updated.Faults.ShouldContain($"{code} {path}", updated.Message);
        updated.Status.ShouldBe(status);
        (await entity.ReadAsync()).ToJsonString().ShouldBe(entity.Stored.ToJsonString());
    }

    /// <summary>Holds that an entity with the change cannot be created beside the sample either.</summary>
    internal static async Task RefusesToCreateAsync(
        SharedServer server, string kind, string change, string code, string path,
        HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        var list = $"{ResourceCatalog.Of(kind).Path}?{Lists.Query(kind, entity.Body)}";
        var before = (await client.GetAsync(list)).Json!.ToJsonString();

        var created = await client.PostAsync(ResourceCatalog.Of(kind).Path, Changed(entity.Body, change));

        created.Faults.ShouldContain($"{code} {path}", created.Message);
        created.Status.ShouldBe(status);
        (await client.GetAsync(list)).Json!.ToJsonString().ShouldBe(before);
    }

    /// <summary>Holds that the change is accepted.</summary>
    internal static async Task AcceptsAsync(SharedServer server, string kind, string change)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);

        var answer = await entity.ReplaceAsync(Changed(entity.Body, change));

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
    }

    /// <summary>A copy of the body with the members of the change.</summary>
    internal static JsonObject Changed(JsonObject body, string change)
    {
        var copy = body.DeepClone().AsObject();
        foreach (var (name, value) in body)
            change = change.Replace($"\"{{{name}}}\"", value!.ToJsonString(), StringComparison.Ordinal);
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            if (value is null)
                copy.Remove(name);
            else
                copy[name] = value.DeepClone();
        }
        return copy;
    }
}
