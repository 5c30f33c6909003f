using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Expressions;

/// <summary>What a calculation may name, of which kind it is, and why something else may not be named.</summary>
internal sealed class NameScope
{
    private const string CustomFieldsPart = "customFields";

    private readonly Dictionary<string, ValueKind> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Code, string Message)> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, CustomFieldValue>> _customFields =
        new(StringComparer.Ordinal);

    /// <summary>Lookup tables that are known, by their codes.</summary>
    internal required Func<string, LookupSchema?> Lookups { get; init; }

    /// <summary>What may be named, in words, for messages.</summary>
    internal required string Offered { get; init; }

    /// <summary>Something that may be named.</summary>
    internal void Add(string name, ValueKind kind) => _names[name] = kind;

    /// <summary>Something that is known and may not be named here.</summary>
    internal void Refuse(string name, string code, string message)
    {
        if (!_names.ContainsKey(name))
            _refused.TryAdd(name, (code, message));
    }

    /// <summary>Custom fields of the organization for a kind of entity, such as <c>account</c>.</summary>
    internal void AddCustomFields(string entity, IReadOnlyDictionary<string, CustomFieldValue>? fields) =>
        _customFields[entity] = fields ?? new Dictionary<string, CustomFieldValue>();

    /// <summary>The kind of what is named; null when it may not be named.</summary>
    internal ValueKind? Find(string path)
    {
        if (_names.TryGetValue(path, out var kind))
            return kind;
        // An entity may hold a text where the organization has a number, so the kind shows only on evaluation.
        if (CustomField(path) is var (entity, name) && _customFields[entity].ContainsKey(name))
            return ValueKind.Open;
        var point = path.LastIndexOf('.');
        return point > 0 && Functions.IsPart(path[(point + 1)..])
            && _names.GetValueOrDefault(path[..point], ValueKind.Open) == ValueKind.DateTime
            ? ValueKind.Number
            : null;
    }

    /// <summary>Why something may not be named.</summary>
    internal (string Code, string Message) Explain(string path)
    {
        if (_refused.TryGetValue(path, out var refused))
            return refused;
        if (path.Contains($".{CustomFieldsPart}.", StringComparison.Ordinal) && CustomField(path) is var (entity, name))
            return ("unknown_name", $"the organization has no custom field '{name}' of {entity}; add it there first");
        return ("unknown_name", $"'{path}' is unknown; known are {Offered}");
    }

    // account.customFields.tier or, for short, account.tier
    private (string Entity, string Name)? CustomField(string path)
    {
        var parts = path.Split('.');
        if (!_customFields.ContainsKey(parts[0]))
            return null;
        return parts.Length switch
        {
            2 => (parts[0], parts[1]),
            3 when parts[1] == CustomFieldsPart => (parts[0], parts[2]),
            _ => null,
        };
    }
}

/// <summary>The fields of a lookup table, as its published revision has them.</summary>
/// <param name="Fields">Kinds of its fields by their names.</param>
/// <param name="KeyCount">The number of its keys.</param>
internal sealed record LookupSchema(IReadOnlyDictionary<string, ValueKind> Fields, int KeyCount);
