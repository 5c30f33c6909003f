using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.OtlpMappings;

/// <summary>Rules of OpenTelemetry mappings beyond their shape.</summary>
internal static class OtlpMappingRules
{
    /// <summary>
    /// Maximum number of mappings of an organization and signal, because each record is compared with all of them.
    /// </summary>
    internal const int MaximumPerSignal = 100;

    /// <summary>The column of the signal.</summary>
    internal const string SignalColumn = "signal";

    internal static void Check(OtlpMapping mapping, Issues issues)
    {
        if (mapping is { Preset: null, Match: null or { Count: 0 } })
            issues.Add("required", "match", "needs at least one condition, unless there is a preset");
        foreach (var (index, condition) in (mapping.Match ?? []).Index())
            CheckCondition(condition, mapping.Signal, $"match[{index}]", issues);
        CheckSource(mapping.Account, mapping.Signal, "account", issues);
        var codes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, field) in (mapping.Fields ?? []).Index())
        {
            CheckSource(field, mapping.Signal, $"fields[{index}]", issues);
            if (!codes.Add(field.Code))
            {
                issues.Add(
                    "duplicate", $"fields[{index}].code", $"'{field.Code}' is already supplied by another entry");
            }
        }
    }

    internal static async ValueTask CheckAgainstAsync(
        OtlpMapping mapping, OtlpMapping? current, IResourceReader related, Issues issues)
    {
        if (await related.FindAsync<Meter>(mapping.MeterId) is { } meter)
            CheckFields(mapping, meter, issues);
        if (current?.Signal == mapping.Signal)
            return;
        var others = await related.ListAsync<OtlpMapping>(
            Condition.Equal(SignalColumn, JsonFormat.Name(mapping.Signal)), MaximumPerSignal);
        if (others.Count >= MaximumPerSignal)
        {
            issues.AddConflict("limit", "signal", FormattableString.Invariant(
                $"already has {MaximumPerSignal} mappings, which is the maximum"));
        }
    }

    private static void CheckFields(OtlpMapping mapping, Meter meter, Issues issues)
    {
        var byCode = meter.DataFields.DistinctBy(field => field.Code)
            .ToDictionary(field => field.Code, StringComparer.Ordinal);
        var supplied = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, field) in (mapping.Fields ?? []).Index())
        {
            supplied.Add(field.Code);
            if (!byCode.TryGetValue(field.Code, out var target))
            {
                issues.Add(
                    "unknown_field", $"fields[{index}].code",
                    $"must be the code of a data field of the meter '{meter.Code}'");
            }
            else if (target.Category.IsNumeric())
            {
                CheckNumber(field.Constant, $"fields[{index}].constant", issues);
                CheckNumber(field.Default, $"fields[{index}].default", issues);
            }
        }
        if (mapping.Preset is not null)
            supplied.UnionWith(GenAiPreset.Fields(mapping.Signal).Select(field => field.Code));
        var missing = meter.DataFields.Select(field => field.Code).Where(code => !supplied.Contains(code)).ToList();
        if (missing.Count > 0)
        {
            issues.Add("required", "fields",
                $"must supply all data fields of the meter '{meter.Code}'; missing: {string.Join(", ", missing)}");
        }
    }

    private static void CheckNumber(string? text, string path, Issues issues)
    {
        if (text is not null && !ExactNumber.TryParse(text, out _))
            issues.Add("number", path, "must be a number, because the data field is numeric");
    }

    private static void CheckCondition(OtlpCondition condition, OtlpSignal signal, string path, Issues issues)
    {
        if (condition.Attribute is null == condition.Property is null)
            issues.Add("exactly_one", path, "must contain either attribute or property");
        CheckProperty(condition.Property, signal, path, issues);
    }

    private static void CheckSource(OtlpSource source, OtlpSignal signal, string path, Issues issues)
    {
        var given = new[] { source.Attributes is not null, source.Property is not null, source.Constant is not null };
        if (given.Count(isGiven => isGiven) != 1)
            issues.Add("exactly_one", path, "must contain exactly one of attributes, property and constant");
        if (source is { Constant: not null, Default: not null })
            issues.Add("contradiction", $"{path}.default", "has no effect next to a constant; omit it");
        if (source.Attributes?.Any(key => key.Length is 0 or > 255) == true)
            issues.Add("length", $"{path}.attributes", "must have keys of 1 to 255 characters");
        CheckProperty(source.Property, signal, path, issues);
    }

    private static void CheckProperty(OtlpProperty? property, OtlpSignal signal, string path, Issues issues)
    {
        var isOther = signal == OtlpSignal.Logs
            ? property is OtlpProperty.Value or OtlpProperty.Count : property is OtlpProperty.Body;
        if (isOther)
        {
            issues.Add("contradiction", $"{path}.property",
                $"{JsonFormat.Name(property!.Value)} is not a property of {JsonFormat.Name(signal)}");
        }
    }
}
