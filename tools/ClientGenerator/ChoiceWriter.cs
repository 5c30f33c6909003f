namespace Tallystick.ClientGenerator;

/// <summary>Writes a type for a text with known values. It keeps values that a later server adds.</summary>
internal static class ChoiceWriter
{
    internal static string Write(ChoiceType choice)
    {
        var text = new SourceText("System.Text.Json.Serialization");
        text.Document("", "summary", $"A value of `{choice.Name}`. The API may add values.");
        text.Document("", "param", "The value in JSON.", " name=\"Value\"");
        text.Line($"[JsonConverter(typeof(ChoiceConverter<{choice.Name}>))]");
        text.Line($"public readonly record struct {choice.Name}(string Value) : IChoice<{choice.Name}>");
        text.Line("{");
        foreach (var value in choice.Values)
        {
            text.Document("    ", "summary", $"`{value}`.");
            text.Line($"    public static {choice.Name} {Naming.ChoiceMember(value)} {{ get; }} = new(\"{value}\");");
            text.Line();
        }
        text.Line("    /// <inheritdoc />");
        text.Line("    public override string ToString() => Value ?? \"\";");
        text.Line();
        text.Line($"    static {choice.Name} IChoice<{choice.Name}>.Of(string value) => new(value);");
        text.Line("}");
        return text.ToString();
    }
}
