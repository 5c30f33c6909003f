using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>An array whose items have the same shape.</summary>
/// <param name="Item">Shape of the items.</param>
/// <param name="Minimum">Minimum number of items, or null.</param>
/// <param name="Maximum">Maximum number of items, or null.</param>
public sealed record ListShape(JsonShape Item, int? Minimum = null, int? Maximum = null) : JsonShape
{
    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            issues.Add("type", path, "must be an array");
            return;
        }
        var count = value.GetArrayLength();
        if (count < Minimum || count > Maximum)
        {
            issues.Add("count", path, $"must have {Counts(Minimum, Maximum)} entries");
            return;
        }
        copy.WriteStartArray();
        var index = 0;
        foreach (var item in value.EnumerateArray())
            Item.Check(item, $"{path}[{index++}]", issues, copy, zone);
        copy.WriteEndArray();
    }

    internal static string Counts(int? minimum, int? maximum) => (minimum, maximum) switch
    {
        ({ } from, { } to) => $"{from} to {to}",
        ({ } from, null) => $"at least {from}",
        _ => $"at most {maximum}",
    };
}

/// <summary>An object with arbitrary names and values of the same shape.</summary>
/// <param name="Value">Shape of the values; null for custom fields, which are strings or numbers.</param>
/// <param name="Maximum">Maximum number of entries, or null.</param>
public sealed record MapShape(JsonShape? Value, int? Maximum = null) : JsonShape
{
    private const int MaxName = 80;
    private const int MaxText = 1000;
    private const int MaxFieldName = 256;
    private static readonly NumberShape AnyNumber = new();
    private static readonly TextShape CustomText = new(Maximum: MaxText);

    /// <summary>True for a row of a table: its names are field names, and nulls are omitted.</summary>
    public bool IsRow { get; init; }

    private int Max => IsRow ? MaxFieldName : MaxName;

    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            issues.Add("type", path, "must be an object");
            return;
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        copy.WriteStartObject();
        foreach (var entry in value.EnumerateObject())
        {
            if (!JsonMembers.TryName(entry, path, issues, out var name))
                continue;
            names.Add(name);
            if (name.Length == 0 || TextLength.Of(name) > Max)
                issues.Add("length", path, $"must have member names of 1 to {Max} characters");
            else if (IsRow && entry.Value.ValueKind == JsonValueKind.Null)
                continue;
            else
            {
                copy.WritePropertyName(name);
                var shape = Value ?? (entry.Value.ValueKind == JsonValueKind.Number ? AnyNumber : CustomText);
                shape.Check(entry.Value, $"{path}.{name}", issues, copy, zone);
            }
        }
        copy.WriteEndObject();
        if (names.Count > Maximum)
            issues.Add("count", path, $"must have at most {Maximum} entries");
    }
}

/// <summary>An object with known members; other members are ignored.</summary>
/// <param name="Name">Name under which the API document lists it.</param>
/// <param name="Members">The members.</param>
public sealed record ObjectShape(string Name, IReadOnlyList<JsonMember> Members) : JsonShape
{
    private readonly Dictionary<string, JsonMember> _byName =
        Members.ToDictionary(member => member.Name, StringComparer.Ordinal);

    /// <summary>True for a whole entity within a response, which has the same form as if requested alone.</summary>
    public bool IsEntity { get; init; }

    /// <summary>The .NET type that the shape was derived from.</summary>
    public Type? Type { get; init; }

    /// <summary>Checks the body of a request and returns its plain form.</summary>
    /// <param name="body">The body.</param>
    /// <param name="zone">
    /// The organization's time zone, for dates and date-times without an offset; null if the shape has no date-times.
    /// </param>
    /// <exception cref="RefusedException">The body has faults, which are all listed.</exception>
    public byte[] Check(JsonElement body, DateTimeZone? zone = null)
    {
        var issues = new Issues();
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        // Values are checked and written one by one; if there is a fault, the whole copy is discarded.
        using (var copy = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            Check(body, "", issues, copy, zone);
        issues.ThrowIfAny();
        return buffer.WrittenSpan.ToArray();
    }

    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            issues.Add("type", path, path.Length == 0 ? "The request body must be a JSON object" : "must be an object");
            return;
        }
        var given = new HashSet<string>(StringComparer.Ordinal);
        copy.WriteStartObject();
        foreach (var entry in value.EnumerateObject())
        {
            if (!JsonMembers.TryName(entry, path, issues, out var name)
                || !_byName.TryGetValue(name, out var member)
                || member.IsServerSet
                || entry.Value.ValueKind == JsonValueKind.Null)
                continue;
            given.Add(name);
            copy.WritePropertyName(name);
            member.Shape.Check(entry.Value, JsonMembers.Join(path, name), issues, copy, zone);
        }
        copy.WriteEndObject();
        foreach (var member in Members)
        {
            if (member.IsRequired && !given.Contains(member.Name))
                issues.Add("required", JsonMembers.Join(path, member.Name), "is required");
        }
    }
}

/// <summary>One member of an object.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Shape">The shape of its value.</param>
public sealed record JsonMember(string Name, JsonShape Shape)
{
    /// <summary>Requests must contain it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The API document marks it as required although it has a default.</summary>
    public bool IsRequiredInContract { get; init; }

    /// <summary>The API document also states its limits for responses.</summary>
    public bool IsLimitedInAnswers { get; init; }

    /// <summary>Every response contains it, even if null.</summary>
    public bool IsAlwaysAnswered { get; init; }

    /// <summary>The server sets it; its value in requests is ignored.</summary>
    public bool IsServerSet { get; init; }

    /// <summary>The API document describes it as plain text in requests.</summary>
    public bool IsPlainTextInRequest { get; init; }

    /// <summary>The API document describes it as plain text in responses.</summary>
    public bool IsPlainTextInResponse { get; init; }

    /// <summary>The property it was derived from, whose documentation describes it.</summary>
    public System.Reflection.PropertyInfo? Property { get; init; }
}

internal static class JsonMembers
{
    internal static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    internal static bool TryName(JsonProperty property, string path, Issues issues, out string name)
    {
        try
        {
            name = property.Name;
            if (!name.Contains('\0'))
                return true;
        }
        catch (InvalidOperationException)
        {
            // The name contains an escaped unpaired surrogate.
        }
        name = "";
        issues.Add("text", path, "must have member names that are valid Unicode without the character U+0000");
        return false;
    }
}
