using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.LookupTables;

/// <summary>Validation and identity of the rows of a revision.</summary>
public sealed class LookupRows
{
    /// <summary>Maximum number of characters of a string.</summary>
    internal const int MaxText = 1000;

    private readonly Dictionary<string, LookupTableRevisionFieldType> _types;
    private readonly LookupTableRevision _revision;

    /// <summary>The rows of the revision.</summary>
    public LookupRows(LookupTableRevision revision)
    {
        _revision = revision;
        _types = revision.Fields.ToDictionary(field => field.Name!, field => field.Type, StringComparer.Ordinal);
    }

    /// <summary>
    /// Adds the faults of a row: each key must have a value, and each value must have a field of the same type.
    /// </summary>
    public void Check(IReadOnlyDictionary<string, CustomFieldValue> row, string path, Issues issues)
    {
        foreach (var key in _revision.Keys.Where(key => !row.ContainsKey(key)))
            issues.Add("required", $"{path}.{key}", "is required because it is a key");
        foreach (var (name, value) in row)
        {
            if (!_types.TryGetValue(name, out var type))
                issues.Add("unknown_field", $"{path}.{name}", "is not a field of the revision");
            else if (type == LookupTableRevisionFieldType.Number && value.Number is null)
                issues.Add("type", $"{path}.{name}", "must be a number");
            else if (type == LookupTableRevisionFieldType.String && value.Text is null)
                issues.Add("type", $"{path}.{name}", "must be a string");
        }
    }

    /// <summary>The id of a row. Rows with equal keys have the same id; numbers are compared by value.</summary>
    public string IdOf(IReadOnlyDictionary<string, CustomFieldValue> row)
    {
        var text = new StringBuilder();
        foreach (var value in _revision.Keys.Select(key => row[key]))
        {
            var written = value.Text ?? Value.Written(value.Number!.Value);
            text.Append(CultureInfo.InvariantCulture, $"{written.Length}:{written}");
        }
        return $"{_revision.Id}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}";
    }

    /// <summary>The key of a row in paths: the values in the order of the keys, separated by commas.</summary>
    public string PathKeyOf(IReadOnlyDictionary<string, CustomFieldValue> row) => string.Join(',', _revision.Keys
        .Select(key => row[key]).Select(value => (value.Text ?? Value.Written(value.Number!.Value))
            .Replace("%", "%25", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal)));

    /// <summary>
    /// The possible keys of a path segment, the most literal first. A comma is ambiguous, because some clients encode
    /// the whole key including separators, and others only the values.
    /// </summary>
    /// <param name="raw">The path segment as sent.</param>
    public IReadOnlyList<IReadOnlyDictionary<string, CustomFieldValue>> KeysIn(string raw)
    {
        var decoded = Uri.UnescapeDataString(raw);
        string[][] readings =
        [
            [.. raw.Split(',').Select(Uri.UnescapeDataString)],
            [.. decoded.Split(',').Select(Uri.UnescapeDataString)],
            _revision.Keys.Count == 1 ? [decoded] : [],
        ];
        return
        [
            .. readings.Where(values => values.Length == _revision.Keys.Count).Select(KeyOf)
                .OfType<IReadOnlyDictionary<string, CustomFieldValue>>().DistinctBy(IdOf),
        ];
    }

    private Dictionary<string, CustomFieldValue>? KeyOf(string[] values)
    {
        var key = new Dictionary<string, CustomFieldValue>(StringComparer.Ordinal);
        foreach (var (name, text) in _revision.Keys.Zip(values))
        {
            if (_types[name] == LookupTableRevisionFieldType.String
                && TextLength.Of(text) <= MaxText && !text.Contains('\0'))
                key[name] = new CustomFieldValue(text, null);
            else if (_types[name] == LookupTableRevisionFieldType.Number && ExactNumber.TryParse(text, out var number))
                key[name] = new CustomFieldValue(null, number);
            else
                return null;
        }
        return key;
    }
}
