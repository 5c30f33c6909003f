using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.OtlpMappings;

/// <summary>The definition of OpenTelemetry mappings.</summary>
public static class OtlpMappingResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<OtlpMapping> Definition { get; } =
        new("OtlpMapping", "otlpmappings", () => MeteringJson.Format.OtlpMapping)
        {
            IndexedBy =
            [
                new(OtlpMappingRules.SignalColumn, mapping => JsonFormat.Name(mapping.Signal)) { HasFewValues = true },
            ],
            Refers =
            [
                new("meterId", "Meter", mapping => mapping.MeterId) { RefuseChange = RefuseMeterChange },
            ],
            Check = OtlpMappingRules.Check,
            CheckAgainst = OtlpMappingRules.CheckAgainstAsync,
        };

    private static IEnumerable<Issue> RefuseMeterChange(OtlpMapping mapping, TargetChange change)
    {
        var fields = ((Meter)change.Proposed).DataFields.Select(field => field.Code).ToHashSet(StringComparer.Ordinal);
        if (mapping.Fields?.Any(field => !fields.Contains(field.Code)) == true)
            yield return new Issue("field_in_use", "dataFields",
                $"must keep the fields that OpenTelemetry mappings use, such as '{mapping.Id}'");
    }
}
