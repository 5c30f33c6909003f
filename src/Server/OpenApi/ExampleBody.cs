using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Foundation.Json;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.OpenApi;

/// <summary>
/// Generates example bodies: the members that a shape requires, with values that fit their names.
/// </summary>
internal static class ExampleBody
{
    /// <summary>A UUID that no entity has.</summary>
    private const string Id = "7f8a1c52-3d0e-4b6a-9c1d-2e5f60718293";

    // Optional members to include, because they are nearly always useful or one of several alternatives is required.
    private static readonly string[] Telling =
    [
        "name", "unit", "amount", "planId", "aggregationId", "timePeriod", "match", "fields", "attribute", "attributes",
    ];

    // Preferred values of enums: the most common ones that require no other members.
    private static readonly string[] Usual = ["MEASURE", "AD_HOC", "MONTHLY", "MONTH_TO_DATE"];

    /// <summary>A body for an operation; null if it has none.</summary>
    internal static JsonNode? Of(ApiOperation operation)
    {
        if (operation.Body is not { } body)
            return null;
        var example = Object(body.Shape);
        // Only updates require the version.
        if (operation.Method == "PUT" && body.Shape.Members.Any(IsVersion))
            example["version"] = 1;
        return body.IsList ? new JsonArray(example) : example;
    }

    /// <summary>An example value of a member or parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="owner">Name of the object that has the member.</param>
    internal static JsonNode? Of(string name, JsonShape shape, string owner = "") => shape switch
    {
        TextShape text => Text(name, text, owner),
        DateShape => Day(name),
        InstantShape => $"{Day(name)}T00:00:00Z",
        BooleanShape => true,
        NumberShape number => Number(name, number),
        ListShape list => List(name, list, owner),
        MapShape map => new JsonObject { ["example"] = map.Value is null ? "x" : Of(name, map.Value, owner) },
        ObjectShape inner => Object(inner),
        _ => "x",
    };

    private static JsonArray List(string name, ListShape shape, string owner)
    {
        var list = new JsonArray();
        do
        {
            var item = Of(name, shape.Item, owner);
            if (list.Count > 0 && item is JsonObject other && other["name"] is { } taken)
                other["name"] = $"{taken}_{list.Count + 1}";
            list.Add(item);
        }
        while (list.Count < shape.Minimum);
        return list;
    }

    private static JsonObject Object(ObjectShape shape)
    {
        var example = new JsonObject();
        foreach (var member in shape.Members)
        {
            if (member.IsServerSet || IsVersion(member))
                continue;
            if (member.IsRequired || member.IsRequiredInContract || Telling.Contains(member.Name))
                example[member.Name] = Of(member.Name, member.Shape, shape.Name);
        }
        return example;
    }

    private static bool IsVersion(JsonMember member) => member is { Name: "version", IsServerSet: false };

    private static string Text(string name, TextShape shape, string owner)
    {
        if ((shape.Choices ?? shape.ChoicesInContract) is { } choices)
            return choices.FirstOrDefault(Usual.Contains) ?? choices[0];
        var snake = JsonNamingPolicy.SnakeCaseLower.ConvertName(owner);
        var text = name switch
        {
            _ when shape.Form == TextForm.Email || name == "email" => "billing@example.com",
            _ when shape.Form == TextForm.Id || IsNameOfId(name) => Id,
            "nextToken" => "",
            "keys" => "country",
            "name" when owner == nameof(LookupTableRevisionField) => "country",
            "name" => $"Example {snake.Replace('_', ' ')}",
            "code" => $"example_{snake}",
            "meter" or "account" => $"example_{name}",
            "specversion" => "1.0",
            "targetField" => "example_data_field",
            "m3terEntity" => "Account",
            "resource" => "config:*",
            "currency" or "fromCurrency" or "toCurrency" => "USD",
            "timezone" => "UTC",
            "unit" or "calculation" => "1",
            _ when name.EndsWith("url", StringComparison.OrdinalIgnoreCase) => "https://example.com",
            _ => "example",
        };
        text = text.PadRight(shape.Minimum ?? 0, 'x');
        return text.Length > shape.Maximum ? text[..shape.Maximum.Value] : text;
    }

    private static bool IsNameOfId(string name) =>
        name is "id" or "ids"
        || name.EndsWith("Id", StringComparison.Ordinal)
        || name.EndsWith("Ids", StringComparison.Ordinal);

    // An end date must be after the start date.
    private static string Day(string name) =>
        name.Contains("end", StringComparison.OrdinalIgnoreCase) ? "2027-01-01" : "2026-01-01";

    private static int Number(string name, NumberShape shape)
    {
        var plain = name switch
        {
            // The first pricing band must start at 0.
            "lowerLimit" => 0,
            "pageSize" => 100,
            _ => 1,
        };
        var least = shape.AtLeast ?? (shape.Above is { } above ? above + 1 : plain);
        return Math.Min(Math.Max(plain, least), shape.AtMost ?? int.MaxValue);
    }
}
