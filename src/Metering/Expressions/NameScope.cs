using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Expressions;

/// <summary>
/// The names in scope of a calculation with their types, and explanations for names that are not available.
/// </summary>
internal sealed class NameScope
{
    private const string CustomFieldsPart = "customFields";

    private readonly Dictionary<string, ValueKind> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Code, string Message)> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, CustomFieldValue>> _customFields =
        new(StringComparer.Ordinal);

    /// <summary>Finds the schema of a lookup table by code; null if unknown.</summary>
    internal required Func<string, LookupSchema?> Lookups { get; init; }

    /// <summary>The available names in words, for messages.</summary>
    internal required string Offered { get; init; }

    /// <summary>Adds an available name.</summary>
    internal void Add(string name, ValueKind kind) => _names[name] = kind;

    /// <summary>Registers a name that exists but is not available, with the explanation.</summary>
    internal void Refuse(string name, string code, string message)
    {
        if (!_names.ContainsKey(name))
            _refused.TryAdd(name, (code, message));
    }

    /// <summary>Adds the organization's custom fields of a kind of entity, such as <c>account</c>.</summary>
    internal void AddCustomFields(string entity, IReadOnlyDictionary<string, CustomFieldValue>? fields) =>
        _customFields[entity] = fields ?? new Dictionary<string, CustomFieldValue>();

    /// <summary>The type of a name; null if it is not available.</summary>
    internal ValueKind? Find(string path) =>
        Resolve(path) is { } name ? name.Part is null ? name.Kind : ValueKind.Number : null;

    /// <summary>Resolves a name; null if it is not available.</summary>
    internal ResolvedName? Resolve(string path)
    {
        if (_names.TryGetValue(path, out var kind))
            return new ResolvedName(path, kind, null);
        // An entity can have a text although the default of the organization is a number, so the type is open.
        if (CustomField(path) is var (entity, name) && _customFields[entity].ContainsKey(name))
            return new ResolvedName(OfCustomField(entity, name), ValueKind.Open, null);
        var point = path.LastIndexOf('.');
        return point > 0 && DateTimeFunctions.IsPart(path[(point + 1)..])
            && _names.GetValueOrDefault(path[..point], ValueKind.Open) == ValueKind.DateTime
            ? new ResolvedName(path[..point], ValueKind.DateTime, path[(point + 1)..])
            : null;
    }

    /// <summary>Whether a name is a field of a measurement, or <c>account</c> or <c>meter</c>.</summary>
    internal bool IsField(string code) =>
        !code.Contains('.', StringComparison.Ordinal)
        && _names.GetValueOrDefault(code, ValueKind.DateTime) != ValueKind.DateTime;

    /// <summary>The full name of a custom field.</summary>
    internal static string OfCustomField(string entity, string name) => $"{entity}.{CustomFieldsPart}.{name}";

    /// <summary>Why a name is not available.</summary>
    internal (string Code, string Message) Explain(string path)
    {
        if (_refused.TryGetValue(path, out var refused))
            return refused;
        if (path.Contains($".{CustomFieldsPart}.", StringComparison.Ordinal) && CustomField(path) is var (entity, name))
            return ("unknown_name", $"the organization has no custom field '{name}' of {entity}; define it first");
        return ("unknown_name", $"unknown name '{path}'; available: {Offered}");
    }

    // account.customFields.tier, or the short form account.tier
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

/// <summary>A resolved name.</summary>
/// <param name="Name">The full name, even if the short form is used.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Part">The part of a date-time; null for the whole value.</param>
internal readonly record struct ResolvedName(string Name, ValueKind Kind, string? Part);

/// <summary>The fields of the published revision of a lookup table.</summary>
/// <param name="Fields">Types of its fields, by name.</param>
/// <param name="KeyCount">The number of its keys.</param>
internal sealed record LookupSchema(IReadOnlyDictionary<string, ValueKind> Fields, int KeyCount);
