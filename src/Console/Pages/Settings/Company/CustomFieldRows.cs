using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tallystick.Client;
using Tallystick.Console.Forms;

namespace Tallystick.Console.Pages.Settings.Company;

/// <summary>Custom fields as rows of a form. The API has them as members of an object for each kind.</summary>
internal static class CustomFieldRows
{
    private const string Number = "NUMBER";

    internal static IReadOnlyList<FormField> Kinds { get; } =
    [
        Of("organization", "Organization"), Of("account", "Accounts"), Of("product", "Products"), Of("meter", "Meters"),
        Of("aggregation", "Aggregations"), Of("compoundAggregation", "Compound aggregations"),
        Of("planTemplate", "Plan templates"), Of("plan", "Plans"), Of("accountPlan", "Account plans"),
        Of("contract", "Contracts"),
    ];

    /// <summary>The rows of a kind.</summary>
    internal static JsonObject ToRows(JsonObject? entity, string kind)
    {
        var rows = new JsonArray();
        foreach (var (name, value) in entity?[kind] as JsonObject ?? [])
        {
            var isNumber = value?.GetValueKind() == JsonValueKind.Number;
            rows.Add(new JsonObject
            {
                ["name"] = name,
                ["type"] = isNumber ? Number : "TEXT",
                ["value"] = isNumber ? value!.ToJsonString() : value?.ToString(),
            });
        }
        return new JsonObject { [kind] = rows };
    }

    /// <summary>The custom fields of a kind as a text.</summary>
    internal static string Text(CustomFields fields, FormField kind) => string.Join("; ", FormJson.RowsOf(
        ToRows((JsonObject)JsonNode.Parse(TallystickJson.Serialize(fields))!, kind.Path), kind)
        .Select(row => $"{row["name"]}: {row["value"]}"));

    /// <summary>Puts the rows of a form into the JSON of the custom fields.</summary>
    /// <returns>False if a number is none.</returns>
    internal static bool Read(IFormCollection form, JsonObject entity)
    {
        var isReadable = true;
        foreach (var kind in Kinds)
        {
            var read = new JsonObject();
            FormJson.Read(form, [kind], read);
            var members = new JsonObject();
            foreach (var row in FormJson.RowsOf(read, kind))
            {
                var text = row["value"]?.ToString() ?? "";
                if (row["name"]?.ToString() is not { Length: > 0 } name)
                    continue;
                if (row["type"]?.ToString() != Number)
                    members[name] = text;
                else if (decimal.TryParse(
                    text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                    out var number))
                    members[name] = number;
                else
                    (members[name], isReadable) = (text, false);
            }
            entity[kind.Path] = members;
        }
        return isReadable;
    }

    private static FormField Of(string path, string label) => new(path, label, InputKind.Rows)
    {
        RowName = "field",
        Fields =
        [
            new("name", "Name") { IsRequired = true, MaxLength = 80 },
            new("type", "Type", InputKind.Choice)
            {
                IsRequired = true,
                Default = "TEXT",
                Options = [new("TEXT", "Text"), new(Number, "Number")],
            },
            new("value", "Default value") { MaxLength = 256 },
        ],
    };
}
