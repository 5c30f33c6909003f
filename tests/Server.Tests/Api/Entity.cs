using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>A stored entity that a test changes again and again.</summary>
internal sealed class Entity
{
    private readonly ApiClient _client;
    private readonly string _path;
    private long _version;

    private Entity(ApiClient client, string path, JsonObject body, JsonObject stored)
    {
        (_client, _path, Body, Stored) = (client, path, body, stored);
        _version = (long)stored["version"]!;
    }

    /// <summary>The request that it was made with, every member given.</summary>
    internal JsonObject Body { get; }

    /// <summary>The answer to that request.</summary>
    internal JsonObject Stored { get; }

    /// <summary>Makes an entity of the kind with every member that is offered.</summary>
    internal static async Task<Entity> MakeAsync(ApiClient client, string kind)
    {
        var definition = AllKinds.Catalog.Of(kind);
        var body = await FullSamples.MakeAsync(client, kind);
        if (!definition.IsSingleton)
        {
            var list = Lists.Path(kind, body);
            var created = (await client.PostAsync(list, body)).Object;
            return new Entity(client, $"{list}/{created["id"]}", body, created);
        }
        body["version"] = 1;
        var updated = (await client.PutAsync(definition.Path, body)).Object;
        body.Remove("version");
        return new Entity(client, definition.Path, body, updated);
    }

    /// <summary>The same entity as it is stored now.</summary>
    internal async Task<Entity> AgainAsync() => new(_client, _path, Body, await ReadAsync());

    internal async Task<JsonObject> ReadAsync() => (await _client.GetAsync(_path)).Object;

    /// <summary>Replaces it.</summary>
    internal async Task<ApiAnswer> ReplaceAsync(JsonObject body, ApiClient? by = null)
    {
        var request = body.DeepClone().AsObject();
        request["version"] = _version;
        var answer = await (by ?? _client).PutAsync(_path, request);
        if (answer.Status == HttpStatusCode.OK)
            _version = (long)answer.Object["version"]!;
        return answer;
    }

    /// <summary>Holds that a value is accepted at a place and read back as it was sent.</summary>
    internal async Task ShouldAcceptAsync(Place place, JsonNode value)
    {
        var sent = $"{place.Path} = {value.ToJsonString()}";
        var answer = await ReplaceAsync(place.With(Body, value.DeepClone()));
        answer.Status.ShouldBe(HttpStatusCode.OK, $"{sent}: {answer.Message}");
        JsonNode.DeepEquals(place.Read(await ReadAsync()), value).ShouldBeTrue(sent);
    }

    /// <summary>Holds that a value is refused at a place, by name, and that nothing changes.</summary>
    internal async Task ShouldRefuseAsync(Place place, JsonNode? value, string code)
    {
        var sent = $"{place.Path} = {value?.ToJsonString()}";
        var before = await ReadAsync();
        var answer = await ReplaceAsync(place.With(Body, value?.DeepClone()));
        answer.Status.ShouldBe(HttpStatusCode.BadRequest, sent);
        answer.Faults.ShouldContain($"{code} {place.Path}", sent);
        answer.Message.ShouldContain(place.Path);
        (await ReadAsync()).ToJsonString().ShouldBe(before.ToJsonString(), sent);
    }
}
