using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.CompoundAggregations;

/// <summary>The calculations of compound aggregations and the names in scope.</summary>
internal static class CompoundAggregationRules
{
    /// <summary>Precedes the code of an aggregation.</summary>
    internal const string Prefix = "aggregation.";

    /// <summary>When the billing period begins.</summary>
    internal const string PeriodStart = "billingPeriod.start";

    /// <summary>When the billing period ends.</summary>
    internal const string PeriodEnd = "billingPeriod.end";

    /// <summary>The number of days in the billing period, in the organization's time zone.</summary>
    internal const string PeriodDays = "billingPeriod.days";

    private const string Calculation = "calculation";

    internal static async ValueTask CheckAgainstAsync(
        CompoundAggregation compound, CompoundAggregation? current, IResourceReader related, Issues issues)
    {
        if (Calculations.Read(compound.Calculation, Calculation, issues) is not { } expression)
            return;
        var codes = CodesIn(expression);
        var aggregations = await related.ListAsync<Aggregation>(new Condition.In("code", codes));
        var scope = ScopeOf(
            aggregations.Select(aggregation => aggregation.Code!), await CustomFieldNames.FindAsync(related),
            await LookupSchemas.LoadAsync([expression], related));
        // Compound aggregations cannot refer to each other, which prevents cycles.
        foreach (var other in await related.ListAsync<CompoundAggregation>(new Condition.In("code", codes)))
            scope.Refuse(Prefix + other.Code, "not_allowed",
                $"'{other.Code}' is a compound aggregation; a calculation can use simple aggregations only");
        foreach (var code in codes)
            scope.Refuse(Prefix + code, "unknown_name", $"aggregation '{code}' does not exist");
        Calculations.Check(expression, scope, ValueKind.Number, Calculation, issues);
    }

    /// <summary>The names in scope of a calculation.</summary>
    internal static NameScope ScopeOf(
        IEnumerable<string> codes, CustomFieldDefaults customFields, Func<string, LookupSchema?> lookups)
    {
        var scope = new NameScope
        {
            Lookups = lookups,
            Offered = $"aggregation.<code>, {PeriodStart}, {PeriodEnd}, {PeriodDays}, and custom fields of "
                + string.Join(", ", CustomFieldNames.OfCompoundAggregations),
        };
        scope.Add(PeriodStart, ValueKind.DateTime);
        scope.Add(PeriodEnd, ValueKind.DateTime);
        scope.Add(PeriodDays, ValueKind.Number);
        foreach (var code in codes)
            scope.Add(Prefix + code, ValueKind.Number);
        CustomFieldNames.AddTo(scope, customFields, CustomFieldNames.OfCompoundAggregations);
        return scope;
    }

    /// <summary>The compound aggregations that refer to the aggregation.</summary>
    internal static async ValueTask<IReadOnlyList<CompoundAggregation>> NamingAsync(
        string? code, IResourceReader related)
    {
        if (code is null)
            return [];
        var all = await related.ListAsync<CompoundAggregation>(Condition.And());
        return [.. all.Where(compound => CodesOf(compound).Contains(code))];
    }

    /// <summary>The codes of the aggregations that a stored compound aggregation refers to.</summary>
    internal static IReadOnlyList<string> CodesOf(CompoundAggregation compound) =>
        CodesIn(Calculations.Reread(compound.Calculation));

    // Includes names of custom fields of aggregations, for which no aggregation is found.
    private static List<string> CodesIn(Expression expression) =>
    [
        .. expression.Names().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..])
            .Where(code => !code.Contains('.')),
    ];
}
