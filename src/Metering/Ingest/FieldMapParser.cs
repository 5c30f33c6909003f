using System.Runtime.InteropServices;
using System.Text.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Reads the eight maps of a measurement. An entry given again replaces the former, faults included; one whose last
/// value is null counts as not sent.
/// </summary>
internal sealed class FieldMapParser
{
    private const int MaximumMetadata = 256;

    private readonly Dictionary<(DataFieldCategory, string), Entry> _entries = [];
    private readonly List<DataFieldCategory> _given = [];

    /// <summary>The category whose map has this name, or null.</summary>
    public static DataFieldCategory? CategoryOf(string name) => name switch
    {
        "who" => DataFieldCategory.Who,
        "what" => DataFieldCategory.What,
        "where" => DataFieldCategory.Where,
        "other" => DataFieldCategory.Other,
        "metadata" => DataFieldCategory.Metadata,
        "measure" => DataFieldCategory.Measure,
        "cost" => DataFieldCategory.Cost,
        "income" => DataFieldCategory.Income,
        _ => null,
    };

    public void Clear()
    {
        _entries.Clear();
        _given.Clear();
    }

    /// <summary>Reads the map at hand; the reader stands on its last token afterwards.</summary>
    public void Read(ref Utf8JsonReader reader, DataFieldCategory category, string path, SubmissionIssues issues)
    {
        ReplaceFormer(category);
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var content = category.IsNumeric() ? "numbers" : "texts";
            issues.Add(SubmissionIssues.WrongType, path, $"must be an object of {content}");
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReadable = JsonText.TryRead(ref reader, out var code);
            reader.Read();
            if (isReadable)
            {
                ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, (category, code!), out _);
                entry = category.IsNumeric()
                    ? ReadNumber(ref reader, category, code!, path)
                    : ReadText(ref reader, category, code!, path);
            }
            else
                issues.Add(SubmissionIssues.BadText, path, $"has a name that {SubmissionIssues.MustBeUnicode}");
            reader.Skip();
        }
    }

    /// <summary>Tells the faults of the entries that count.</summary>
    public void AddFaults(SubmissionIssues issues)
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.Fault is { } fault)
                issues.Add(fault);
        }
    }

    /// <summary>The values that count, in the order sent.</summary>
    public IReadOnlyList<FieldValue> Values() =>
        [.. _entries.Values.Where(entry => entry.Value is not null).Select(entry => entry.Value!.Value)];

    private void ReplaceFormer(DataFieldCategory category)
    {
        if (_given.Contains(category))
        {
            foreach (var key in _entries.Keys.Where(key => key.Item1 == category).ToArray())
                _entries.Remove(key);
        }
        else
            _given.Add(category);
    }

    private static Entry ReadNumber(ref Utf8JsonReader reader, DataFieldCategory category, string code, string path)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        if (reader.TokenType != JsonTokenType.Number)
            return Fault(SubmissionIssues.WrongType, path, code, SubmissionIssues.MustBeNumber);
        return ExactNumber.TryParse(reader.ValueSpan, out var number)
            ? new Entry(new FieldValue(category, code, null, number), null)
            : Fault(SubmissionIssues.OutOfRange, path, code, ExactNumber.Rule);
    }

    private static Entry ReadText(ref Utf8JsonReader reader, DataFieldCategory category, string code, string path)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        if (reader.TokenType != JsonTokenType.String)
            return Fault(SubmissionIssues.WrongType, path, code, SubmissionIssues.MustBeText);
        if (!JsonText.TryRead(ref reader, out var text))
            return Fault(SubmissionIssues.BadText, path, code, SubmissionIssues.MustBeUnicode);
        return category == DataFieldCategory.Metadata && text.Length > MaximumMetadata
            ? Fault(SubmissionIssues.OutOfRange, path, code, $"must have at most {MaximumMetadata} characters")
            : new Entry(new FieldValue(category, code, text, 0), null);
    }

    private static Entry Fault(string issue, string path, string code, string message) =>
        new(null, new Issue(issue, $"{path}.{JsonText.PathPart(code)}", message));

    /// <summary>The last value given for a code: a value, a fault, or neither for null.</summary>
    private readonly record struct Entry(FieldValue? Value, Issue? Fault);
}
