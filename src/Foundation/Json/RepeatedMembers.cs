using System.Globalization;
using System.Text;
using System.Text.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>
/// Finds members that an object has twice. JSON leaves open which of the two counts, so that one of them would be
/// dropped silently.
/// </summary>
public static class RepeatedMembers
{
    /// <summary>Code of the issue.</summary>
    public const string Code = "duplicate";

    /// <summary>Message of the issue.</summary>
    public const string Message = "is given twice";

    private const int MaxNameInPath = 80;

    /// <summary>
    /// Skips the value at hand, as <see cref="Utf8JsonReader.Skip"/> does, and reports repeated members.
    /// </summary>
    /// <param name="reader">Stands on the first token of the value, afterwards on its last.</param>
    /// <param name="path">Path of the value.</param>
    /// <param name="report">Takes code, path and message of an issue.</param>
    public static void Skip(ref Utf8JsonReader reader, string path, Action<string, string, string> report)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        // A loop rather than recursion: the reader limits the depth, but not what a stack holds.
        var open = new Stack<Container>();
        open.Push(new Container(reader.TokenType == JsonTokenType.StartObject));
        while (open.Count > 0 && reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var name = NameAt(ref reader);
                    open.Peek().Name = name;
                    if (!open.Peek().Names!.Add(name))
                        report(Code, PathOf(path, open), Message);
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Peek().Count++;
                    open.Push(new Container(reader.TokenType == JsonTokenType.StartObject));
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    continue;
                default:
                    open.Peek().Count++;
                    continue;
            }
        }
    }

    /// <summary>The name at hand; one that is not Unicode text stands as it was sent.</summary>
    public static string NameAt(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException) // half a surrogate pair, escaped
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    /// <summary>A name for use in a path, shortened when it is long.</summary>
    public static string InPath(string name) => TextLength.Shorten(name, MaxNameInPath);

    private static string PathOf(string path, Stack<Container> open)
    {
        var text = new StringBuilder(path);
        foreach (var container in open.Reverse())
        {
            if (container.Name is null)
                text.Append(CultureInfo.InvariantCulture, $"[{container.Count - 1}]");
            else
                text.Append(text.Length == 0 ? "" : ".").Append(InPath(container.Name));
        }
        return text.ToString();
    }

    private sealed class Container(bool isObject)
    {
        /// <summary>The names that were given; null in an array.</summary>
        public HashSet<string>? Names { get; } = isObject ? new(StringComparer.Ordinal) : null;

        /// <summary>The name of the member at hand; null in an array.</summary>
        public string? Name { get; set; }

        /// <summary>Values that have begun.</summary>
        public int Count { get; set; }
    }
}
