using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Contract;

/// <summary>
/// Holds answers against the schemas of the published contract. Operations of ours that it lacks are not judged, and
/// nothing is where it is not to be had.
/// </summary>
internal sealed class ContractAnswers
{
    private const string Components = "https://contract.test/components";

    private readonly Lock _building = new();
    private readonly ConcurrentDictionary<string, JsonSchema?> _schemas = new(StringComparer.Ordinal);
    private readonly BuildOptions _build = new() { SchemaRegistry = new SchemaRegistry() };
    private readonly EvaluationOptions _evaluation = new()
    {
        OutputFormat = OutputFormat.List,
        RequireFormatValidation = true,
    };

    private readonly JsonObject _paths;
    private readonly List<(string Method, string[] Template)> _operations;

    private ContractAnswers(JsonObject document)
    {
        _paths = document["paths"]!.AsObject();
        _operations = [.. from path in _paths
                          from method in path.Value!.AsObject()
                          select (method.Key.ToUpperInvariant(), Segments(path.Key))];
        var definitions = new JsonObject();
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
            definitions[name] = ContractSchema.Translate(schema!, Components);
        Build(new JsonObject { ["$id"] = Components, ["$defs"] = definitions });
    }

    /// <summary>The published contract, or null where it is not to be had.</summary>
    internal static ContractAnswers? Published { get; } = Read();

    /// <summary>What is wrong with the body of a success: operation, place and fault, one line each.</summary>
    internal IReadOnlyList<string> Faults(HttpMethod method, string path, string body)
    {
        if (OperationOf(method.Method, Segments(path)) is not { } operation
            || _schemas.GetOrAdd(operation, SchemaOf) is not { } schema)
            return [];
        using var answer = JsonDocument.Parse(body);
        var results = schema.Evaluate(answer.RootElement, _evaluation);
        return results.IsValid
            ? []
            : [.. from result in (results.Details ?? []).Prepend(results)
                  from error in result.Errors ?? new Dictionary<string, string>()
                  select $"{operation}: {result.InstanceLocation}: {error.Value} ({path})"];
    }

    // A part of a template in braces stands for any text; of the templates that fit, the one with fewest of them.
    private string? OperationOf(string method, string[] path) =>
        _operations
            .Where(one => one.Method == method && Fits(one.Template, path))
            .OrderBy(one => one.Template.Count(IsParameter))
            .Select(one => $"{method} /{string.Join('/', one.Template)}")
            .FirstOrDefault();

    private static bool Fits(string[] template, string[] path) =>
        template.Length == path.Length
        && template.Zip(path).All(pair => IsParameter(pair.First) || pair.First == pair.Second);

    private static bool IsParameter(string part) => part.StartsWith('{');

    private static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private JsonSchema? SchemaOf(string operation)
    {
        if (ContractDifferences.HasOtherAnswer(operation))
            return null;
        var parts = ContractDifferences.WithAnswerOf(operation).Split(' ');
        var answer = _paths[parts[1]]![parts[0].ToLowerInvariant()]!["responses"]!["200"]!;
        return answer["content"]?["application/json"]?["schema"] is { } schema
            ? Build(ContractSchema.Translate(schema, Components)!.AsObject())
            : null;
    }

    private JsonSchema Build(JsonObject schema)
    {
        lock (_building)
            return JsonSchema.Build(JsonSerializer.SerializeToElement(schema), _build);
    }

    private static ContractAnswers? Read()
    {
        var path = Path.Combine(Repository.Shared, "api", "m3ter-openapi.json");
        return File.Exists(path) ? new(JsonNode.Parse(File.ReadAllText(path))!.AsObject()) : null;
    }
}
