using System.Text.Json.Nodes;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>Where entities of a kind are listed and made.</summary>
internal static class Lists
{
    /// <summary>
    /// The path of the list that the entity of a body is in: a kind may be within another entity, which the body names
    /// or the client knows.
    /// </summary>
    internal static string Path(string kind, JsonObject body)
    {
        var definition = AllKinds.Catalog.Of(kind);
        return definition.ParentTarget is { Parameter: var parent } && (string?)body[parent] is { } id
            ? definition.Path.Replace($"{{{parent}}}", id, StringComparison.Ordinal)
            : definition.Path;
    }

    /// <summary>The query that lists the entity of the body; empty where a list needs none.</summary>
    internal static string Query(string kind, JsonObject body) =>
        kind == "CounterAdjustment" ? $"counterId={body["counterId"]}" : "";
}
