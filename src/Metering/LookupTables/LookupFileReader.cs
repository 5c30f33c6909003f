using System.Text;
using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Csv;

namespace Tallystick.Metering.LookupTables;

/// <summary>Reads and checks the rows of a file, line by line.</summary>
public sealed class LookupFileReader(TextReader text, LookupTableRevision revision)
{
    private const int MaxRecord = 100_000;
    private const int MaxFaults = 20;

    private static readonly MapShape Row = new(null) { IsRow = true };
    private static readonly ObjectShape Holder = new("Line", [new JsonMember("row", Row) { IsRequired = true }]);

    // Replaces bytes that are not valid UTF-8. It is a noncharacter (Unicode 23.7), so lines with it can be refused.
    private const char NoCharacter = '\uffff';

    private static readonly Encoding FileEncoding = Encoding.GetEncoding(
        "utf-8", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(NoCharacter.ToString()));

    private readonly LookupRows _rows = new(revision);
    private readonly Issues _issues = new();
    private long _line;

    /// <summary>Decodes a file for a <see cref="LookupFileReader"/>.</summary>
    public static TextReader Decode(Stream file) =>
        // Byte order marks must not select another encoding than UTF-8.
        new StreamReader(file, FileEncoding, detectEncodingFromByteOrderMarks: false);

    /// <summary>The rows of the file.</summary>
    /// <exception cref="RefusedException">Rows are not valid; the first faults are listed with their lines.</exception>
    public IEnumerable<IReadOnlyDictionary<string, CustomFieldValue>> Read(string contentType)
    {
        foreach (var row in contentType == LookupFile.Csv ? ReadCsv() : ReadJsonLines())
        {
            if (row is not null)
            {
                _rows.Check(row, Place, _issues);
                yield return row;
            }
            if (_issues.All.Count >= MaxFaults)
                break;
        }
        _issues.ThrowIfAny();
    }

    private string Place => FormattableString.Invariant($"line {_line}");

    private IEnumerable<IReadOnlyDictionary<string, CustomFieldValue>?> ReadJsonLines()
    {
        while (ReadRecord(isCsv: false) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
                yield return ParseJson(line);
        }
    }

    private Dictionary<string, CustomFieldValue>? ParseJson(string line)
    {
        try
        {
            // Parse the line on its own first, so that it cannot close the object that wraps it below.
            using var alone = JsonBody.Parse(Encoding.UTF8.GetBytes(line), "the line");
            using var document = JsonDocument.Parse($"{{\"row\":{line}}}");
            using var plain = JsonDocument.Parse(Holder.Check(document.RootElement));
            return LookupRowJson.Read(plain.RootElement.GetProperty("row"));
        }
        catch (RefusedException refused)
        {
            foreach (var issue in refused.Issues)
            {
                if (issue.Path.Length == 0)
                    _issues.Add("json", Place, "must be a JSON object");
                else
                    _issues.Add(issue.Code, $"{Place}.{issue.Path}", issue.Message);
            }
        }
        return null;
    }

    private IEnumerable<IReadOnlyDictionary<string, CustomFieldValue>?> ReadCsv()
    {
        if (ReadRecord(isCsv: true) is not { Length: > 0 } head || CsvRecord.Read(head) is not { } names)
        {
            _issues.Add("csv", "line 1", "must contain the field names");
            yield break;
        }
        var fields = names.Select(name => revision.Fields.FirstOrDefault(field => field.Name == name.Text)).ToList();
        foreach (var (name, _) in names.Zip(fields).Where(pair => pair.Second is null))
            _issues.Add("unknown_field", "line 1", $"the revision has no field '{name.Text}'");
        if (fields.Distinct().Count() < fields.Count)
            _issues.Add("duplicate", "line 1", "contains duplicate field names");
        if (!_issues.IsEmpty)
            yield break;
        while (ReadRecord(isCsv: true) is { } record)
        {
            if (record.Length > 0)
                yield return ParseCsv(record, [.. fields.Select(field => field!)]);
        }
    }

    private Dictionary<string, CustomFieldValue>? ParseCsv(string record, List<LookupTableRevisionField> fields)
    {
        if (CsvRecord.Read(record) is not { } cells || cells.Count != fields.Count)
        {
            _issues.Add("csv", Place, $"must have {fields.Count} values, quoted as in RFC 4180");
            return null;
        }
        var row = new Dictionary<string, CustomFieldValue>(StringComparer.Ordinal);
        foreach (var (field, cell) in fields.Zip(cells))
        {
            if (cell is { Text: "", IsQuoted: false })
                continue;
            if (field.Type == LookupTableRevisionFieldType.String && TextLength.Of(cell.Text) <= LookupRows.MaxText)
                row[field.Name!] = new CustomFieldValue(cell.Text, null);
            else if (field.Type == LookupTableRevisionFieldType.Number
                && ExactNumber.TryParse(cell.Text, out var number))
                row[field.Name!] = new CustomFieldValue(null, number);
            else
                _issues.Add("type", $"{Place}.{field.Name}", field.Type == LookupTableRevisionFieldType.Number
                    ? $"must be a number, and {ExactNumber.Rule}"
                    : $"must have at most {LookupRows.MaxText} characters");
        }
        return row;
    }

    /// <summary>The next line, or null at the end. A CSV record includes further lines while a quote is open.</summary>
    private string? ReadRecord(bool isCsv)
    {
        var record = new StringBuilder();
        var isQuoted = false;
        _line++;
        while (text.Read() is var next and >= 0)
        {
            var character = (char)next;
            if (character == '\n' && !isQuoted)
                return record.ToString().TrimEnd('\r');
            isQuoted ^= isCsv && character == '"';
            if (character is '\0' or NoCharacter || record.Length == MaxRecord)
            {
                _issues.Add(
                    "line", Place,
                    $"must be valid UTF-8 without U+0000 and U+FFFF, at most {MaxRecord} characters long");
                _issues.ThrowIfAny();
            }
            record.Append(character);
        }
        return record.Length == 0 ? null : record.ToString().TrimEnd('\r');
    }
}
