using Tallystick.Billing.Bills;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Usage;

namespace Tallystick.Billing.Statements;

/// <summary>By what the usage behind a line is broken down, which of it counts, and what is computed of it.</summary>
internal sealed class StatementColumns
{
    private readonly string[] _segmentFields;
    private readonly IReadOnlyList<IReadOnlyList<SegmentPattern>> _ranks;
    private readonly int _segmentIndex = -1;

    internal StatementColumns(StatementDefinition definition, BillLineItem line, Meter meter, Aggregation? aggregation)
    {
        Measures = [.. MeasuresOf(definition, meter, aggregation)];
        var filters = new List<DataExplorerDimensionFilter>();
        var dimensions = new List<string>();
        foreach (var dimension in (definition.Dimensions ?? []).Where(one => IsOf(one.MeterId, meter)))
        {
            if (!IsDimension(meter, dimension.Name))
                continue;
            dimensions.Add(dimension.Name);
            if (!dimension.Filter.Contains(SegmentMatching.AnyValue))
                filters.Add(Filter(meter, dimension.Name, dimension.Filter));
        }
        var segment = line.Segment ?? new Dictionary<string, string>();
        var isExact = segment.Values.All(value => value is not ("" or SegmentMatching.AnyValue));
        (_segmentFields, _ranks) = ([], []);
        if (isExact)
        {
            filters.AddRange(segment.Select(part => Filter(meter, part.Key, [part.Value])));
        }
        else
        {
            // Which usage falls to a segment with * depends on the other segments, so it is divided by their fields.
            _segmentFields = [.. aggregation?.SegmentedFields ?? [.. segment.Keys]];
            var segments = aggregation?.Segments ?? [segment];
            _segmentIndex = segments.Index().Where(one => IsSame(one.Item, segment))
                .Select(one => one.Index).FirstOrDefault(-1);
            _ranks = SegmentMatching.Ranks(_segmentFields, segments);
            dimensions.AddRange(_segmentFields.Where(field => IsDimension(meter, field)));
        }
        Dimensions = [.. dimensions.Distinct()];
        Filters = filters;
    }

    /// <summary>What is computed.</summary>
    internal IReadOnlyList<ExplorerAggregation> Measures { get; }

    /// <summary>Codes of the fields by which usage is broken down.</summary>
    internal IReadOnlyList<string> Dimensions { get; }

    /// <summary>Which usage counts.</summary>
    internal IReadOnlyList<DataExplorerDimensionFilter> Filters { get; }

    /// <summary>Whether usage with values of the dimensions belongs to the segment of the line.</summary>
    internal bool Covers(IReadOnlyList<KeyValuePair<string, string?>> values)
    {
        if (_segmentFields.Length == 0)
            return true;
        string[] own =
            [.. _segmentFields.Select(field => values.FirstOrDefault(value => value.Key == field).Value ?? "")];
        foreach (var rank in _ranks)
        {
            var matching = rank.SelectMany(pattern => pattern.Segments.Where(
                segment => pattern.ExactFields.All(field => segment.Values[field] == own[field]))).ToList();
            if (matching.Count > 0)
                return matching.Min(segment => segment.Index) == _segmentIndex;
        }
        return false;
    }

    private static IEnumerable<ExplorerAggregation> MeasuresOf(
        StatementDefinition definition, Meter meter, Aggregation? aggregation)
    {
        if (definition.Measures is not { Count: > 0 } measures)
            return Default(meter, aggregation);
        return measures.Where(measure => IsOf(measure.MeterId, meter))
            .SelectMany(measure => Fields(meter, measure.Name).SelectMany(field =>
                Methods(measure).Where(method => IsAllowed(field, method))
                    .Select(method => new ExplorerAggregation(meter, field.Code, method))))
            .DistinctBy(one => (one.Field, one.Method));
    }

    private static IEnumerable<ExplorerAggregation> Default(Meter meter, Aggregation? aggregation)
    {
        if (aggregation is null || FieldOf(meter, aggregation.TargetField) is not { } field)
            return [];
        var method = field.Category.IsNumeric() ? AggregationMethod.Sum
            : aggregation.Method == AggregationMethod.Unique ? AggregationMethod.Unique : AggregationMethod.Count;
        return [new ExplorerAggregation(meter, field.Code, method)];
    }

    private static IEnumerable<DataField> Fields(Meter meter, string? name) => string.IsNullOrEmpty(name)
        ? meter.DataFields.Concat(meter.DerivedFields).Where(field => field.Category.IsNumeric())
        : FieldOf(meter, name) is { } field ? [field] : [];

    private static IReadOnlyList<AggregationMethod> Methods(Measure measure) =>
        measure.Aggregations is { Count: > 0 } methods ? methods : [AggregationMethod.Sum];

    // As in usage queries: text is only counted, and only text has a number of different values.
    private static bool IsAllowed(DataField field, AggregationMethod method) => method == AggregationMethod.Count
        || (method != AggregationMethod.CustomSql
            && field.Category.IsNumeric() != (method == AggregationMethod.Unique));

    private static bool IsOf(string? meterId, Meter meter) => string.IsNullOrEmpty(meterId) || meterId == meter.Id;

    private static bool IsDimension(Meter meter, string code) =>
        FieldOf(meter, code)?.Category is { } category
            && !category.IsNumeric() && category != DataFieldCategory.Metadata;

    private static DataField? FieldOf(Meter meter, string code) =>
        meter.DataFields.Concat(meter.DerivedFields).FirstOrDefault(field => field.Code == code);

    private static bool IsSame(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(part => other.TryGetValue(part.Key, out var value) && value == part.Value);

    private static DataExplorerDimensionFilter Filter(Meter meter, string field, IReadOnlyList<string> values) =>
        new() { MeterId = meter.Id, FieldCode = field, Values = values };
}
