using System.Text.Json;
using System.Text.Unicode;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>Parses JSON from a request: UTF-8, with or without a byte order mark, without repeated members.</summary>
public static class JsonBody
{
    private const int MaxIssues = 100;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    /// <summary>Parses JSON text.</summary>
    /// <param name="utf8">The text. The document refers to it until it is disposed.</param>
    /// <param name="what">The name of the text in messages, such as "The request body".</param>
    /// <exception cref="RefusedException">
    /// The text is not valid JSON, or an object has repeated members, which are all listed.
    /// </exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, string what)
    {
        utf8 = utf8[^WithoutMark(utf8.Span).Length..];
        if (!Utf8.IsValid(utf8.Span))
            throw Invalid($"{what} is not valid UTF-8");
        try
        {
            var document = JsonDocument.Parse(utf8);
            try
            {
                CheckMembers(utf8.Span);
                return document;
            }
            catch
            {
                document.Dispose();
                throw;
            }
        }
        catch (JsonException exception)
        {
            throw Invalid(
                $"{what} is not valid JSON at line {exception.LineNumber + 1}, "
                + $"byte {exception.BytePositionInLine + 1}");
        }
    }

    /// <summary>The text without the byte order mark that some programs write at the start.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> utf8) =>
        utf8.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;

    private static void CheckMembers(ReadOnlySpan<byte> utf8)
    {
        var issues = new Issues();
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        RepeatedMembers.Skip(ref reader, "", (code, path, message) =>
        {
            if (issues.All.Count < MaxIssues)
                issues.Add(code, path, message);
        });
        issues.ThrowIfAny();
    }

    private static RefusedException Invalid(string message) => new(new Issue("json", "", message));
}
