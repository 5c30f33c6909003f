using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Csv;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Uploads;

/// <summary>
/// The columns of a CSV file: <c>uid</c>, <c>account</c>, <c>ts</c>, <c>ets</c>, <c>meter</c>, and fields as
/// <c>category.code</c>. Turns records into measurements in the JSON form of a submission.
/// </summary>
internal sealed class CsvColumns
{
    private const string Meter = "meter";
    private const string Account = "account";
    private const string NumberRule = "must be a number in JSON syntax, such as -1234.5 or 0.5";

    private static readonly string[] Members = ["uid", Meter, Account, "ts", "ets"];
    private static readonly string[] Required = [Account, "ts"];

    private readonly string _meter;
    private readonly byte[] _meterUtf8;
    private readonly int _count;
    private readonly List<(int Cell, string Name)> _members = [];
    private readonly List<(DataFieldCategory Category, List<(int Cell, string Code)> Fields)> _maps = [];
    private readonly List<CsvRange> _cells = [];
    private readonly ByteBuffer _unescaped = new(256);
    private readonly ArrayBufferWriter<byte> _json = new();
    private readonly Utf8JsonWriter _writer;

    /// <param name="names">The columns, as resolved by <see cref="Resolve"/>.</param>
    /// <param name="meter">Code of the meter.</param>
    public CsvColumns(IReadOnlyList<string> names, string meter)
    {
        (_meter, _meterUtf8, _count) = (meter, Encoding.UTF8.GetBytes(meter), names.Count);
        _writer = new Utf8JsonWriter(_json);
        foreach (var (cell, name) in names.Index())
        {
            if (name.IndexOf('.', StringComparison.Ordinal) is var dot && dot < 0)
            {
                _members.Add((cell, name));
                continue;
            }
            var category = Enum.GetValues<DataFieldCategory>()
                .First(one => MeasurementMembers.NameOf(one) == name[..dot]);
            var map = _maps.Find(one => one.Category == category).Fields;
            if (map is null)
                _maps.Add((category, map = []));
            map.Add((cell, name[(dot + 1)..]));
        }
    }

    /// <summary>Checks a header and adds the categories of fields that are named by their code alone.</summary>
    /// <param name="header">The names as sent.</param>
    /// <param name="meter">The meter.</param>
    /// <exception cref="UploadFault">A column is unknown, repeated or missing; all faults are listed.</exception>
    public static IReadOnlyList<string> Resolve(IReadOnlyList<string> header, Meter meter)
    {
        var fields = meter.DataFields
            .Select(field => (Name: $"{MeasurementMembers.NameOf(field.Category)}.{field.Code}", field.Code)).ToList();
        if (header.Count > fields.Count + Members.Length)
            throw new UploadFault(FormattableString.Invariant(
                $"The first line has {header.Count} columns; a file of the meter '{meter.Code}' has at most ")
                + FormattableString.Invariant($"{fields.Count + Members.Length}"));
        var faults = new List<string>();
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in header)
        {
            var field = fields.Find(one => one.Name == name || (one.Code == name && !Members.Contains(name)));
            if (field.Name is null && !Members.Contains(name))
                faults.Add($"the meter '{meter.Code}' has no data field '{Shortened(name)}'");
            else if (!known.Add(field.Name ?? name))
                faults.Add($"the column '{name}' is repeated");
            names.Add(field.Name ?? name);
        }
        faults.AddRange(Required.Concat(fields.Select(field => field.Name)).Except(names)
            .Select(name => $"the column '{name}' is missing"));
        if (faults.Count > 0)
            throw new UploadFault(
                $"The first line does not name the columns: {string.Join("; ", faults.Distinct().Take(20))}");
        return names;
    }

    /// <summary>Turns a record into a measurement.</summary>
    /// <param name="record">The record.</param>
    /// <param name="json">The measurement; valid until the next call.</param>
    /// <returns>What is wrong with the record; null if nothing is.</returns>
    public string? TryWrite(ReadOnlySpan<byte> record, out ReadOnlySpan<byte> json)
    {
        json = [];
        if (!Utf8.IsValid(record))
            return "The row is not valid UTF-8";
        if (!CsvRecord.TrySplit(record, _cells) || _cells.Count != _count)
            return FormattableString.Invariant($"The row must have {_count} values, quoted as in RFC 4180");
        _json.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString(Meter, _meter);
        if (WriteMembers(record) is { } wrong)
            return wrong;
        foreach (var (category, fields) in _maps)
        {
            _writer.WriteStartObject(MeasurementMembers.NameOf(category));
            foreach (var (cell, code) in fields)
            {
                if (!TryWriteField(category, code, _cells[cell], TextOf(record, _cells[cell])))
                    return $"{MeasurementMembers.NameOf(category)}.{code}: {NumberRule}, and {ExactNumber.Rule}";
            }
            _writer.WriteEndObject();
        }
        _writer.WriteEndObject();
        _writer.Flush();
        json = _json.WrittenSpan;
        return null;
    }

    /// <summary>The account code in an invalid record; null if it cannot be told.</summary>
    public string? AccountOf(ReadOnlySpan<byte> record)
    {
        if (!CsvRecord.TrySplit(record, _cells) || _cells.Count != _count)
            return null;
        var cell = _members.Find(member => member.Name == Account).Cell;
        return RefusedRow.KeptAccount(Encoding.UTF8.GetString(TextOf(record, _cells[cell])));
    }

    private string? WriteMembers(ReadOnlySpan<byte> record)
    {
        foreach (var (cell, name) in _members)
        {
            var text = TextOf(record, _cells[cell]);
            if (name == Meter)
            {
                if (!text.SequenceEqual(_meterUtf8))
                    return $"meter: must be '{_meter}', the meter of the file";
            }
            else if (text.Length > 0)
                _writer.WriteString(name, text);
        }
        return null;
    }

    // An empty cell is no value; an empty cell in quotation marks is an empty text.
    private bool TryWriteField(DataFieldCategory category, string code, CsvRange cell, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty && !cell.IsQuoted)
            return true;
        if (!category.IsNumeric())
            _writer.WriteString(code, text);
        else if (IsNumber(text) && ExactNumber.TryParse(text, out _))
        {
            _writer.WritePropertyName(code);
            _writer.WriteRawValue(text, skipInputValidation: true);
        }
        else
            return false;
        return true;
    }

    // Valid until the next call.
    private ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> record, CsvRange cell)
    {
        var text = record[cell.Range];
        if (!cell.IsEscaped)
            return text;
        _unescaped.Clear();
        while (text.IndexOf((byte)'"') is var length and >= 0)
        {
            _unescaped.Write(text[..(length + 1)]);
            text = text[(length + 2)..];
        }
        _unescaped.Write(text);
        return _unescaped.Written;
    }

    // Whether a text is a JSON number.
    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("-"u8))
            text = text[1..];
        var whole = Digits(ref text);
        if (whole.IsEmpty || (whole.Length > 1 && whole[0] == '0'))
            return false;
        if (text.StartsWith("."u8))
        {
            text = text[1..];
            if (Digits(ref text).IsEmpty)
                return false;
        }
        if (text.IsEmpty)
            return true;
        if (text[0] is not ((byte)'e' or (byte)'E'))
            return false;
        text = text[1..];
        if (text.StartsWith("+"u8) || text.StartsWith("-"u8))
            text = text[1..];
        return !Digits(ref text).IsEmpty && text.IsEmpty;
    }

    // Takes the digits at the start.
    private static ReadOnlySpan<byte> Digits(ref ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits;
    }

    private static string Shortened(string name) => TextLength.Cut(name, 80);
}
