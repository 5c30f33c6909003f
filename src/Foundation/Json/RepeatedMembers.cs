using System.Globalization;
using System.Text;
using System.Text.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>
/// Finds repeated members of objects. JSON does not define which of them is used, so that one would be ignored
/// silently.
/// </summary>
public static class RepeatedMembers
{
    /// <summary>Code of the issue.</summary>
    public const string Code = "duplicate";

    /// <summary>Message of the issue.</summary>
    public const string Message = "appears more than once";

    private const int MaxNameInPath = 80;

    /// <summary>
    /// Skips the current value, like <see cref="Utf8JsonReader.Skip"/> does, and reports repeated members.
    /// </summary>
    /// <param name="reader">Positioned on the first token of the value; afterwards, on its last token.</param>
    /// <param name="path">Path of the value.</param>
    /// <param name="report">Receives code, path and message of an issue.</param>
    public static void Skip(ref Utf8JsonReader reader, string path, Action<string, string, string> report)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        // A loop instead of recursion: the reader limits the depth, but the stack might still overflow.
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

    /// <summary>The current name; if it is not valid Unicode, as it was sent.</summary>
    public static string NameAt(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException) // the name has an escaped unpaired surrogate
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    /// <summary>A name for use in a path, shortened if it is long.</summary>
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
        /// <summary>The names so far; null in an array.</summary>
        public HashSet<string>? Names { get; } = isObject ? new(StringComparer.Ordinal) : null;

        /// <summary>The name of the current member; null in an array.</summary>
        public string? Name { get; set; }

        /// <summary>Number of values read so far, including the current one.</summary>
        public int Count { get; set; }
    }
}
