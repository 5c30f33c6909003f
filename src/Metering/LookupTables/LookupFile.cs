using System.Text;
using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.LookupTables;

/// <summary>Writes rows as files: CSV with a header line, or one JSON object per line.</summary>
public static class LookupFile
{
    /// <summary>Content type of files with one JSON object per line.</summary>
    public const string JsonLines = "application/jsonl";

    /// <summary>Content type of CSV (RFC 4180).</summary>
    public const string Csv = "text/csv";

    private static readonly JsonWriterOptions Readable =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The name of a file.</summary>
    public static string NameOf(string revisionId, string contentType) =>
        revisionId + (contentType == Csv ? ".csv" : ".jsonl");

    /// <summary>The header line of a CSV file; empty for JSON lines.</summary>
    public static string Head(LookupTableRevision revision, string contentType) => contentType == Csv
        ? string.Join(',', revision.Fields.Select(field => field.Name)) + "\r\n" : "";

    /// <summary>A row as a line.</summary>
    public static string Line(
        LookupTableRevision revision, IReadOnlyDictionary<string, CustomFieldValue> row, string contentType)
    {
        if (contentType == Csv)
            return string.Join(',', revision.Fields.Select(field => Cell(row, field.Name!))) + "\r\n";
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            foreach (var (name, value) in row)
            {
                json.WritePropertyName(name);
                if (value.Number is { } number)
                    json.WriteNumberValue(number);
                else
                    json.WriteStringValue(value.Text);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    // A missing value is an empty cell; an empty string is quoted to tell it apart.
    private static string Cell(IReadOnlyDictionary<string, CustomFieldValue> row, string field)
    {
        if (!row.TryGetValue(field, out var value))
            return "";
        if (value.Text is not { } text)
            return Value.Written(value.Number!.Value);
        return text.Length > 0 && text.AsSpan().IndexOfAny(",\"\r\n") < 0 && text.Trim() == text
            ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
