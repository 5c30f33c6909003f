using System.Text.Json.Nodes;

namespace Tallystick.Server.Tests.Api;

/// <summary>What the list of a kind cannot be asked without.</summary>
internal static class Lists
{
    /// <summary>The query that lists the entity of the body; empty where a list needs none.</summary>
    internal static string Query(string kind, JsonObject body) =>
        kind == "CounterAdjustment" ? $"counterId={body["counterId"]}" : "";
}
