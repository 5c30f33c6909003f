using Tallystick.Metering.Meters;
using Tallystick.Metering.OtlpMappings;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>A mapping together with the meter that it is for.</summary>
internal sealed class OtlpRule
{
    private readonly OtlpMapping _mapping;

    public OtlpRule(OtlpMapping mapping, Meter meter)
    {
        _mapping = mapping;
        Meter = meter.Code;
        Fields = [.. FieldsOf(mapping, meter)];
    }

    public string Name => _mapping.Name;

    public OtlpSignal Signal => _mapping.Signal;

    /// <summary>Code of the meter.</summary>
    public string Meter { get; }

    public OtlpSource Account => _mapping.Account;

    /// <summary>The attribute that identifies a record; null for none.</summary>
    public string? Uid => _mapping.Uid;

    /// <summary>The data fields of the meter and the sources of their values, by category.</summary>
    public IReadOnlyList<(DataFieldCategory Category, OtlpField Source)> Fields { get; }

    /// <summary>Whether the rule applies to a record.</summary>
    public bool Matches(OtlpRecord record) =>
        (_mapping.Preset is null || MatchesPreset(record))
        && (_mapping.Match ?? []).All(condition => Matches(condition, record));

    /// <summary>The value of a source; null if it has none.</summary>
    public static OtlpValue? ValueOf(OtlpSource source, OtlpRecord record)
    {
        if (source.Constant is { } constant)
            return OtlpValue.OfText(constant);
        var found = source.Property is { } property ? record.Find(property) : null;
        foreach (var key in source.Attributes ?? [])
            found ??= record.Find(key);
        return found ?? (source.Default is { } otherwise ? OtlpValue.OfText(otherwise) : null);
    }

    private bool MatchesPreset(OtlpRecord record) => _mapping.Signal == OtlpSignal.Logs
        ? GenAiPreset.LogAttributes.Any(key => record.Attributes.Find(key) is not null)
        : record.Name == GenAiPreset.Metric;

    private static bool Matches(OtlpCondition condition, OtlpRecord record)
    {
        var value = condition.Property is { } property
            ? record.Find(property) : condition.Attribute is { } key ? record.Find(key) : null;
        return value is not null && (condition.Value is null || condition.Value == value.Text);
    }

    private static IEnumerable<(DataFieldCategory, OtlpField)> FieldsOf(OtlpMapping mapping, Meter meter)
    {
        var sources = (mapping.Fields ?? [])
            .Concat(mapping.Preset is null ? [] : GenAiPreset.Fields(mapping.Signal))
            .DistinctBy(field => field.Code)
            .ToDictionary(field => field.Code, StringComparer.Ordinal);
        return meter.DataFields.Where(field => sources.ContainsKey(field.Code))
            .Select(field => (field.Category, sources[field.Code]))
            .OrderBy(field => field.Category);
    }
}
