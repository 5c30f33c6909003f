using System.Text.Json.Serialization.Metadata;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Definitions;

/// <summary>An entry of a picklist: your own value that other entities can refer to.</summary>
public abstract record PicklistEntry : Resource
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, such as <c>USD</c>, unique in its picklist.</summary>
    [Characters(0, 80), Form(TextForm.Identifier)]
    public string? Code { get; init; }

    /// <summary>True if the entry is no longer offered for new entities.</summary>
    public bool Archived { get; init; }
}

/// <summary>Common definition of all picklists.</summary>
public static class Picklist
{
    /// <summary>The definition of a picklist.</summary>
    /// <param name="kind">Name of the kind in the API.</param>
    /// <param name="name">Its name in paths, such as <c>currency</c>.</param>
    /// <param name="words">Its entries in words, such as <c>currencies</c>.</param>
    /// <param name="json">How an entry is read and written.</param>
    /// <param name="checkAgainst">Rules that need stored data.</param>
    public static ResourceDefinition<T> Definition<T>(
        string kind,
        string name,
        string words,
        Func<JsonTypeInfo<T>> json,
        Func<T, T?, IResourceReader, Issues, ValueTask>? checkAgainst = null)
        where T : PicklistEntry => new(kind, $"picklists/{name}", json)
        {
            UniqueBy = [new("code", entry => entry.Code)],
            CheckAgainst = checkAgainst,
            IndexedBy = [new("archived", entry => entry.Archived ? "true" : "false") { HasFewValues = true }],
            Filters =
            [
                ListFilter.Many("codes", "code", $"Only {words} with these codes."),
                new ListFilter.Part(
                    "archived", $"Whether to include archived {words}. Default: true.",
                    new BooleanShape()),
                new ListFilter.Custom((parameters, _) => ValueTask.FromResult(
                    parameters.Flag("archived") is false ? Condition.Equal("archived", "false") : null)),
            ],
        };
}
