using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.CompoundAggregations;

/// <summary>
/// Computes the quantity of a compound aggregation (metering reference 10) from the quantities of the aggregations that
/// it refers to. The caller first aggregates <see cref="Aggregations"/>, each for the segment from
/// <see cref="SegmentIn"/>.
/// </summary>
/// <remarks>
/// Captures the organization's custom fields and the published lookup data when it is loaded. Evaluation has no side
/// effects.
/// </remarks>
public sealed class CompoundCalculation
{
    private readonly Calculation _calculation;
    private readonly Slots _slots = new();
    private readonly CustomFieldDefaults _defaults;
    private readonly LookupSnapshot?[] _tables;

    // Maps slots to indices of aggregations; -1 for other names.
    private readonly int[] _aggregations;

    /// <summary>Compiles a compound aggregation.</summary>
    /// <param name="compound">The compound aggregation.</param>
    /// <param name="aggregations">
    /// The simple aggregations of the organization, at least those that it refers to.
    /// </param>
    /// <param name="defaults">Custom fields of the organization.</param>
    public CompoundCalculation(
        CompoundAggregation compound, IEnumerable<Aggregation> aggregations, CustomFieldDefaults defaults)
    {
        (Compound, _defaults) = (compound, defaults);
        var byCode = aggregations.Where(aggregation => aggregation.Code is not null)
            .ToDictionary(aggregation => aggregation.Code!, StringComparer.Ordinal);
        Aggregations =
        [
            .. CompoundAggregationRules.CodesOf(compound).Where(byCode.ContainsKey).Select(code => byCode[code]),
        ];
        Segments = CompoundSegments.Common(Aggregations);
        var scope = CompoundAggregationRules.ScopeOf(
            Aggregations.Select(aggregation => aggregation.Code!), defaults, _ => null);
        _calculation = Calculation.Compile(compound.Calculation, scope, _slots, ValueKind.Number);
        _tables = new LookupSnapshot?[_slots.Tables.Count];
        var names = Aggregations.Select(aggregation => CompoundAggregationRules.Prefix + aggregation.Code).ToList();
        _aggregations = [.. _slots.Names.Select(name => names.IndexOf(name))];
    }

    /// <summary>The compound aggregation.</summary>
    public CompoundAggregation Compound { get; }

    /// <summary>The simple aggregations that it refers to, in the order of their first appearance.</summary>
    public IReadOnlyList<Aggregation> Aggregations { get; }

    /// <summary>The segments that can be priced; null if it has none.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments { get; }

    /// <summary>The resources that the quantity depends on. If one of them changes, the quantity may change.</summary>
    public IReadOnlyList<Resource> Sources =>
        [Compound, _defaults, .. _tables.OfType<LookupSnapshot>().Select(one => one.Revision)];

    /// <summary>Loads the calculations of compound aggregations with all data needed to evaluate them.</summary>
    public static async ValueTask<IReadOnlyList<CompoundCalculation>> LoadAsync(
        IReadOnlyList<CompoundAggregation> compounds, ResourceReader related, PublishedLookups lookups)
    {
        if (compounds.Count == 0)
            return [];
        var codes = compounds.SelectMany(CompoundAggregationRules.CodesOf).Distinct(StringComparer.Ordinal);
        var aggregations = await related.ListAsync<Aggregation>(new Condition.In("code", [.. codes]));
        var defaults = await CustomFieldNames.FindAsync(related);
        var loaded = new List<CompoundCalculation>();
        foreach (var compound in compounds)
        {
            var calculation = new CompoundCalculation(compound, aggregations, defaults);
            foreach (var (index, code) in calculation._slots.Tables.Index())
                calculation._tables[index] = await lookups.FindAsync(code, related);
            loaded.Add(calculation);
        }
        return loaded;
    }

    /// <summary>
    /// The index of a segment in an aggregation that the calculation refers to; null if all of its usage counts: for an
    /// aggregation without segments, and if the aggregations have no segment in common.
    /// </summary>
    public static int? SegmentIn(Aggregation aggregation, IReadOnlyDictionary<string, string>? segment)
    {
        if (segment is null || aggregation.Segments is not { Count: > 0 } segments)
            return null;
        for (var index = 0; index < segments.Count; index++)
        {
            if (CompoundSegments.AreSame(segments[index], segment))
                return index;
        }
        return null;
    }

    /// <summary>The quantity; null if there is none.</summary>
    /// <param name="quantities">
    /// The quantities of <see cref="Aggregations"/>, in the same order, with default values applied, but before
    /// division by <c>quantityPerUnit</c>.
    /// </param>
    /// <param name="period">The billing period.</param>
    /// <param name="zone">Time zone of the organization.</param>
    /// <param name="customFields">Custom fields of an entity by its kind, such as <c>account</c>.</param>
    /// <exception cref="CalculationException">
    /// The calculation failed. The message names the compound aggregation and the reason.
    /// </exception>
    public decimal? Evaluate(
        IReadOnlyList<decimal?> quantities, Window period, DateTimeZone zone,
        Func<string, IReadOnlyDictionary<string, CustomFieldValue>?> customFields)
    {
        if (!Compound.EvaluateNullAggregations && quantities.Any(quantity => quantity is null))
            return null;
        var evaluation = new Evaluation(_slots, zone);
        _tables.CopyTo(evaluation.Tables, 0);
        foreach (var (slot, name) in _slots.Names.Index())
        {
            evaluation.Values[slot] = _aggregations[slot] is var index and >= 0
                ? Value.Of(quantities[index]) : ValueOf(name, period, zone, customFields);
        }
        if (_calculation.TryNumber(evaluation, out var quantity))
            return quantity;
        throw new CalculationException(
            $"the compound aggregation '{Compound.Code ?? Compound.Name}' cannot be computed: "
            + evaluation.Fault!.Message);
    }

    private Value ValueOf(
        string name, Window period, DateTimeZone zone,
        Func<string, IReadOnlyDictionary<string, CustomFieldValue>?> customFields)
    {
        switch (name)
        {
            case CompoundAggregationRules.PeriodStart:
                return Value.Of(period.Start);
            case CompoundAggregationRules.PeriodEnd:
                return Value.Of(period.End);
            case CompoundAggregationRules.PeriodDays:
                return Value.Of((decimal)NodaTime.Period.DaysBetween(
                    LocalDay.Of(period.Start, zone), LocalDay.Of(period.End, zone)));
        }
        var parts = name.Split('.', 3);
        if (parts.Length < 3)
            return default;
        var own = parts[0] switch
        {
            "compoundAggregation" => Compound.CustomFields,
            // Ambiguous, because several meters and aggregations can be involved: only the organization's defaults
            // apply.
            "meter" or "aggregation" => null,
            var entity => customFields(entity),
        };
        return CustomFieldNames.Resolve(own, CustomFieldNames.Of(_defaults, parts[0]), parts[2]);
    }
}
