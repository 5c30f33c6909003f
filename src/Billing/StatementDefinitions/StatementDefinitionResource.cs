using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.StatementDefinitions;

/// <summary>The definition of statement definitions.</summary>
public static class StatementDefinitionResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<StatementDefinition> Definition { get; } =
        new("StatementDefinition", "statementdefinitions", () => BillingJson.Format.StatementDefinition)
        {
            HasIdsFilter = false,
            Refers =
            [
                Reference<StatementDefinition>.Many("meterIds", "Meter", Meters) with
                {
                    RefuseChange = RefuseMeterChange,
                },
            ],
            Check = Check,
            CheckAgainst = CheckAgainstAsync,
        };

    private static IEnumerable<(string Path, string Value)> Meters(StatementDefinition definition) =>
        Fields(definition).Where(field => !string.IsNullOrEmpty(field.MeterId))
            .Select(field => ($"{field.Path}.meterId", field.MeterId!));

    private static IEnumerable<(string Path, string? MeterId, string? Name)> Fields(StatementDefinition definition) =>
        (definition.Dimensions ?? []).Select(
            (dimension, index) => ($"dimensions[{index}]", dimension.MeterId, (string?)dimension.Name))
        .Concat((definition.Measures ?? []).Select(
            (measure, index) => ($"measures[{index}]", measure.MeterId, measure.Name)));

    private static void Check(StatementDefinition definition, Issues issues)
    {
        foreach (var (index, measure) in (definition.Measures ?? []).Index())
        {
            var methods = measure.Aggregations ?? [];
            if (methods.Contains(AggregationMethod.CustomSql))
                issues.Add("unknown_value", $"measures[{index}].aggregations",
                    "must be one or more of SUM, MIN, MAX, COUNT, LATEST, MEAN, UNIQUE");
            if (methods.Distinct().Count() < methods.Count)
                issues.Add("duplicate", $"measures[{index}].aggregations", "must not contain duplicates");
        }
    }

    private static async ValueTask CheckAgainstAsync(
        StatementDefinition definition, StatementDefinition? current, IResourceReader related, Issues issues)
    {
        foreach (var (path, meterId, name) in Fields(definition))
        {
            if (await related.FindAsync<Meter>(meterId) is { } meter && !HasField(meter, name))
                issues.Add("unknown_field", $"{path}.name", $"must be the code of a field of the meter '{meter.Code}'");
        }
    }

    private static IEnumerable<Issue> RefuseMeterChange(StatementDefinition definition, TargetChange change)
    {
        var meter = (Meter)change.Proposed;
        if (Fields(definition).Any(field => field.MeterId == meter.Id && !HasField(meter, field.Name)))
            yield return new Issue("field_in_use", "dataFields",
                $"must keep the fields that statement definitions use, such as '{definition.Id}'");
    }

    private static bool HasField(Meter meter, string? code) =>
        string.IsNullOrEmpty(code)
        || meter.DataFields.Any(field => field.Code == code)
        || meter.DerivedFields.Any(field => field.Code == code);
}
