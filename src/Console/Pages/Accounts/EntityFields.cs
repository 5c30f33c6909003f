using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tallystick.Console.Forms;

namespace Tallystick.Console.Pages.Accounts;

/// <summary>The custom fields of an entity as rows of its form. A number is sent as one.</summary>
internal static class EntityFields
{
    private const string Member = "customFields";

    internal static FormField Field { get; } = new("customFieldRows", "Custom fields", InputKind.Rows)
    {
        RowName = "custom field",
        Hint = "Values of your own, which calculations can use.",
        Fields =
        [
            new("name", "Name") { IsRequired = true, MaxLength = 80 },
            new("kind", "Type", InputKind.Choice)
            {
                IsRequired = true,
                Default = "TEXT",
                Options = [new("TEXT", "Text"), new("NUMBER", "Number")],
            },
            new("value", "Value") { MaxLength = 256 },
        ],
    };

    internal static JsonObject ToRows(JsonObject? entity)
    {
        var rows = new JsonArray();
        foreach (var (name, value) in entity?[Member] as JsonObject ?? [])
        {
            var isNumber = value?.GetValueKind() == JsonValueKind.Number;
            rows.Add(new JsonObject
            {
                ["name"] = name,
                ["kind"] = isNumber ? "NUMBER" : "TEXT",
                ["value"] = isNumber ? value!.ToJsonString() : value?.ToString(),
            });
        }
        return new JsonObject { [Field.Path] = rows };
    }

    /// <summary>Puts the rows of a form into the entity. What should be a number and is none stays a text.</summary>
    internal static void Read(IFormCollection form, JsonObject entity)
    {
        var read = new JsonObject();
        FormJson.Read(form, [Field], read);
        var members = new JsonObject();
        foreach (var row in FormJson.RowsOf(read, Field))
        {
            if (row["name"]?.ToString() is not { Length: > 0 } name)
                continue;
            var text = row["value"]?.ToString() ?? "";
            const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
            members[name] = row["kind"]?.ToString() == "NUMBER"
                && decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out var number) ? number : text;
        }
        entity[Member] = members;
    }
}
