using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>A list whose items all have one shape.</summary>
/// <param name="Item">Shape of the items.</param>
/// <param name="Minimum">Fewest items, or null.</param>
/// <param name="Maximum">Most items, or null.</param>
public sealed record ListShape(JsonShape Item, int? Minimum = null, int? Maximum = null) : JsonShape
{
    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            issues.Add("type", path, "must be a list");
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

/// <summary>An object with names of the caller's choosing and values of one shape.</summary>
/// <param name="Value">Shape of the values; null for custom fields, which are text or number.</param>
/// <param name="Maximum">Most entries, or null.</param>
public sealed record MapShape(JsonShape? Value, int? Maximum = null) : JsonShape
{
    private const int MaxName = 80;
    private const int MaxText = 1000;
    private const int MaxFieldName = 256;
    private static readonly NumberShape AnyNumber = new();
    private static readonly TextShape CustomText = new(Maximum: MaxText);

    /// <summary>True for a row of a table: its names are of fields, and what is null is left out.</summary>
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
                issues.Add("length", path, $"must have names of 1 to {Max} characters");
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

/// <summary>An object with known members; others are ignored.</summary>
/// <param name="Name">Name under which the API document lists it.</param>
/// <param name="Members">The members.</param>
public sealed record ObjectShape(string Name, IReadOnlyList<JsonMember> Members) : JsonShape
{
    private readonly Dictionary<string, JsonMember> _byName =
        Members.ToDictionary(member => member.Name, StringComparer.Ordinal);

    /// <summary>True within an answer for a whole entity, which is as it is when it is asked for by itself.</summary>
    public bool IsEntity { get; init; }

    /// <summary>The .NET type that the shape was drawn from.</summary>
    public Type? Type { get; init; }

    /// <summary>Checks the body of a request and returns its plain form.</summary>
    /// <param name="body">The body.</param>
    /// <param name="zone">
    /// The organization's time zone, in which dates and date-times without an offset are; null where the shape has no
    /// date-times.
    /// </param>
    /// <exception cref="RefusedException">The body has faults; all that were found are listed.</exception>
    public byte[] Check(JsonElement body, DateTimeZone? zone = null)
    {
        var issues = new Issues();
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        // Written values are checked one by one, and what has a fault is thrown away as a whole.
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
    /// <summary>Requests must give it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The API document calls it required although a missing one is given its default.</summary>
    public bool IsRequiredInContract { get; init; }

    /// <summary>Answers state its limits as well.</summary>
    public bool IsLimitedInAnswers { get; init; }

    /// <summary>Every answer has it, be it null.</summary>
    public bool IsAlwaysAnswered { get; init; }

    /// <summary>The server sets it; requests that give it are not listened to.</summary>
    public bool IsServerSet { get; init; }

    /// <summary>The API document describes it as plain text in requests.</summary>
    public bool IsPlainTextInRequest { get; init; }

    /// <summary>The API document describes it as plain text in responses.</summary>
    public bool IsPlainTextInResponse { get; init; }

    /// <summary>The property it is drawn from, whose documentation describes it.</summary>
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
            // The name has an escape of half a surrogate pair.
        }
        name = "";
        issues.Add("text", path, "must have names of valid Unicode text without U+0000");
        return false;
    }
}
