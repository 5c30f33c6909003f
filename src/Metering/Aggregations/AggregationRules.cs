using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Aggregations;

/// <summary>Rules of aggregations beyond their shape.</summary>
internal static class AggregationRules
{
    internal static void Check(Aggregation aggregation, Issues issues)
    {
        if (aggregation.CustomSql is not null && aggregation.Method != AggregationMethod.CustomSql)
            issues.Add("not_allowed", "customSql", "is allowed only for CUSTOM_SQL aggregations");
        if (aggregation.Method == AggregationMethod.CustomSql)
            CustomSqlRules.Check(aggregation.CustomSql, issues);
        CheckSegments(aggregation, issues);
    }

    internal static async ValueTask CheckAgainstAsync(
        Aggregation aggregation, Aggregation? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.MeterId != aggregation.MeterId)
            issues.Add("immutable", "meterId", "cannot be changed; create a new aggregation");
        if (current is not null && current.Code != aggregation.Code)
            await CheckNamedAsync(current, related, issues, "code", "cannot be changed because");
        if (await related.FindAsync<Meter>(aggregation.MeterId) is not { } meter)
            return;
        foreach (var (member, code, fault) in UnusableFields(aggregation, meter))
            issues.Add("unusable_field", member, $"field '{code}' {fault}");
    }

    internal static ValueTask CheckDeleteAsync(Aggregation aggregation, IResourceReader related, Issues issues) =>
        CheckNamedAsync(aggregation, related, issues, "", "The aggregation cannot be deleted because");

    // Compound aggregations refer to aggregations by code in their calculations.
    private static async ValueTask CheckNamedAsync(
        Aggregation aggregation, IResourceReader related, Issues issues, string path, string fault)
    {
        if (await CompoundAggregationRules.NamingAsync(aggregation.Code, related) is [var first, ..])
            issues.AddConflict("in_use", path, $"{fault} the compound aggregation '{first.Id}' uses it");
    }

    /// <summary>A field in use cannot be removed or change its kind (400), and the product cannot be removed.</summary>
    internal static IEnumerable<Issue> RefuseChange(Aggregation aggregation, TargetChange change)
    {
        var meter = (Meter)change.Proposed;
        var unusable = UnusableFields(aggregation, meter).ToList();
        foreach (var (_, code, fault) in unusable)
            yield return new Issue(
                "field_in_use", "dataFields", $"field '{code}', used by the aggregation '{aggregation.Name}', {fault}");
        foreach (var code in FieldsLostToSql(aggregation, (Meter)change.Current, meter)
            .Where(code => !unusable.Exists(field => field.Code == code)))
            yield return new Issue("field_in_use", "dataFields",
                $"field '{code}', used by the query of the aggregation '{aggregation.Name}', must keep its kind");
        if (((Meter)change.Current).ProductId != meter.ProductId)
            yield return new Issue("immutable",
                "productId", $"cannot be changed while the meter has aggregations, such as '{aggregation.Name}'");
    }

    /// <summary>
    /// The fields of the aggregation that the meter does not have in the right kind, each with the member that refers
    /// to it and the fault.
    /// </summary>
    internal static IEnumerable<(string Member, string Code, string Fault)> UnusableFields(
        Aggregation aggregation, Meter meter)
    {
        var fields = meter.DataFields.Concat(meter.DerivedFields)
            .GroupBy(field => field.Code, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Category, StringComparer.Ordinal);
        if (!fields.TryGetValue(aggregation.TargetField, out var target))
            yield return ("targetField", aggregation.TargetField, $"must be a field of the meter '{meter.Code}'");
        else if (!Fits(aggregation.Method, target))
            yield return ("targetField", aggregation.TargetField,
                $"must be {TargetRule(aggregation.Method)}, but is {JsonFormat.Name(target)}");
        foreach (var code in aggregation.SegmentedFields ?? [])
        {
            if (!fields.TryGetValue(code, out var category))
                yield return ("segmentedFields", code, $"must be a field of the meter '{meter.Code}'");
            else if (category.IsNumeric() || category == DataFieldCategory.Metadata)
                yield return ("segmentedFields", code, "must have the category WHO, WHAT, WHERE or OTHER to be used "
                    + "for segments");
        }
    }

    // Fields in the query that the proposed meter no longer has as number or text, whichever they were.
    private static IEnumerable<string> FieldsLostToSql(Aggregation aggregation, Meter current, Meter proposed)
    {
        if (aggregation.CustomSql is null || CustomSqlTokens.Read(aggregation.CustomSql, out _) is not { } tokens)
            return [];
        var names = tokens.Where((token, index) => token.Kind == SqlTokenKind.Name
                || (token.Kind == SqlTokenKind.Word && !tokens.ElementAtOrDefault(index + 1).IsSymbol("(")))
            .Select(token => token.Text).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return FieldsOf(current).Except(FieldsOf(proposed)).Select(field => field.Code).Where(names.Contains);

        static IEnumerable<(string Code, bool IsNumeric)> FieldsOf(Meter meter) =>
            meter.DataFields.Concat(meter.DerivedFields).Select(field => (field.Code, field.Category.IsNumeric()));
    }

    private static bool Fits(AggregationMethod method, DataFieldCategory target) => method switch
    {
        AggregationMethod.Unique => !target.IsNumeric(),
        AggregationMethod.Count or AggregationMethod.CustomSql => true,
        AggregationMethod.Sum or AggregationMethod.Min or AggregationMethod.Max
            or AggregationMethod.Latest or AggregationMethod.Mean => target.IsNumeric(),
    };

    private static string TargetRule(AggregationMethod method) =>
        method == AggregationMethod.Unique ? "a text field" : "numeric: MEASURE, INCOME or COST";

    private static void CheckSegments(Aggregation aggregation, Issues issues)
    {
        var fields = aggregation.SegmentedFields ?? [];
        var segments = aggregation.Segments ?? [];
        if (fields.Count == 0 != (segments.Count == 0))
        {
            issues.Add("required", fields.Count == 0 ? "segmentedFields" : "segments", "is required because the other "
                + "is given");
            return;
        }
        if (fields.Distinct(StringComparer.Ordinal).Count() < fields.Count)
            issues.Add("duplicate", "segmentedFields", "must not contain duplicates");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, segment) in segments.Index())
        {
            if (segment.Count != fields.Count || !fields.All(segment.ContainsKey))
                issues.Add("segment",
                    $"segments[{index}]", $"must have a value for exactly these fields: {string.Join(", ", fields)}");
            else if (!seen.Add(string.Join('\0', fields.Select(field => segment[field]))))
                issues.Add("duplicate", $"segments[{index}]", "is the same as another segment");
        }
    }
}
