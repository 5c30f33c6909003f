using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.CustomFields;

/// <summary>Refuses to remove custom fields that calculations use.</summary>
internal static class CustomFieldRules
{
    internal static async ValueTask CheckAgainstAsync(
        CustomFieldDefaults proposed, CustomFieldDefaults? current, IResourceReader related, Issues issues)
    {
        var removed = CustomFieldNames.OfCompoundAggregations
            .SelectMany(
                entity => Names(current, entity).Except(Names(proposed, entity)), (entity, name) => (entity, name))
            .ToList();
        if (removed.Count == 0)
            return;
        var users = await UsersAsync(related);
        var aggregations = (await related.ListAsync<Aggregation>(Condition.And()))
            .Select(aggregation => $"aggregation.{aggregation.Code}").ToHashSet(StringComparer.Ordinal);
        foreach (var (entity, name) in removed)
        {
            // In the short form, the code of an aggregation takes precedence.
            var shortForm = $"{entity}.{name}";
            var user = users.FirstOrDefault(one => one.Names.Contains($"{entity}.customFields.{name}")
                || (one.Names.Contains(shortForm) && !aggregations.Contains(shortForm)));
            if (user != default)
                issues.AddConflict("in_use", $"{entity}.{name}", $"cannot be removed because the {user.Words} uses it");
        }
    }

    private static IEnumerable<string> Names(CustomFieldDefaults? defaults, string entity) =>
        defaults is null ? [] : CustomFieldNames.Of(defaults, entity)?.Keys ?? [];

    private static async ValueTask<List<(string Words, IReadOnlyList<string> Names)>> UsersAsync(
        IResourceReader related)
    {
        var meters = await related.ListAsync<Meter>(Condition.And());
        var compounds = await related.ListAsync<CompoundAggregation>(Condition.And());
        return
        [
            .. meters.SelectMany(meter => meter.DerivedFields.Select(field => (
                $"derived field '{field.Code}' of the meter '{meter.Code}'",
                Calculations.Reread(field.Calculation).Names()))),
            .. compounds.Select(compound => (
                $"compound aggregation '{compound.Id}'", Calculations.Reread(compound.Calculation).Names())),
        ];
    }
}
