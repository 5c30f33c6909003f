using System.Text.Json;

namespace Tallystick.ClientGenerator;

/// <summary>Writes a record for an object of the API.</summary>
internal static class RecordWriter
{
    internal static string Write(RecordType record)
    {
        var text = new SourceText([.. Usings(record)]);
        text.Document("", "summary", record.Description ?? $"An object of the API: `{record.Name}`.");
        text.Line($"public sealed record {record.Name} : ApiObject");
        text.Line("{");
        var isFirst = true;
        foreach (var member in record.Members)
        {
            if (!isFirst)
                text.Line();
            isFirst = false;
            Write(text, member);
        }
        if (record.Members.Any(member => Naming.IsSecret(member.JsonName)))
            WriteText(text, record);
        text.Line("}");
        return text.ToString();
    }

    private static IEnumerable<string> Usings(RecordType record)
    {
        if (record.Members.Any(member => member.Type.Name.Contains("JsonElement", StringComparison.Ordinal)))
            yield return "System.Text.Json";
        if (record.Members.Any(NeedsName))
            yield return "System.Text.Json.Serialization";
    }

    private static void Write(SourceText text, RecordMember member)
    {
        text.Document("    ", "summary", member.Description ?? $"`{member.JsonName}`.");
        if (NeedsName(member))
            text.Line($"    [JsonPropertyName(\"{member.JsonName}\")]");
        var required = member.Presence == Presence.RequiredOfCaller ? "required " : "";
        var mark = member.Presence == Presence.Optional ? "?" : "";
        var initial = member.Presence == Presence.SetByServer && !member.Type.IsValue ? " = null!;" : "";
        text.Line($"    public {required}{member.Type.Name}{mark} {member.Name} {{ get; init; }}{initial}");
    }

    // The text of a record contains all its members, and texts get into logs.
    private static void WriteText(SourceText text, RecordType record)
    {
        text.Line();
        text.Line("    /// <summary>The name of the type, without its secrets.</summary>");
        text.Line($"    public override string ToString() => nameof({record.Name});");
    }

    private static bool NeedsName(RecordMember member) =>
        JsonNamingPolicy.CamelCase.ConvertName(member.Name) != member.JsonName;
}
