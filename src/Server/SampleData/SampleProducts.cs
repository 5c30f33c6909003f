using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Resources.Changes;

namespace Tallystick.Server.SampleData;

/// <summary>What the sample company sells, and how its use is measured.</summary>
/// <param name="ids">The ids of what it adds.</param>
internal sealed class SampleProducts(SampleIds ids)
{
    /// <summary>Code of the lookup table with the credits that a call costs.</summary>
    internal const string Weights = "endpoint-weights";

    /// <summary>How many credits a call costs, by endpoint.</summary>
    internal static IReadOnlyList<(string Endpoint, decimal Weight)> Endpoints { get; } =
        [("tiles", 1), ("geocode", 4), ("route", 10), ("isochrone", 15)];

    /// <summary>Adds products, meters, aggregations and the lookup table, whose revision is a draft.</summary>
    internal async ValueTask AddAsync(ResourceChange change)
    {
        await change.CreateAsync(ProductResource.Definition, new Product
        {
            Id = ids["product/maps"],
            Name = "Maps API",
            Code = "maps-api",
        });
        await change.CreateAsync(ProductResource.Definition, new Product
        {
            Id = ids["product/hosting"],
            Name = "Data hosting",
            Code = "data-hosting",
        });
        await AddLookupTableAsync(change);
        foreach (var meter in Meters())
            await change.CreateAsync(MeterResource.Definition, meter);
        foreach (var aggregation in Aggregations())
            await change.CreateAsync(AggregationResource.Definition, aggregation);
        await change.CreateAsync(CompoundAggregationResource.Definition, new CompoundAggregation
        {
            Id = ids["aggregation/billable_credits"],
            ProductId = ids["product/maps"],
            Name = "Billable credits",
            Code = "billable_credits",
            Calculation = "Math.max(aggregation.credits - aggregation.active_keys * 500, 0)",
            EvaluateNullAggregations = true,
            QuantityPerUnit = 1000,
            Rounding = Rounding.None,
            Unit = "thousand credits",
        });
    }

    /// <summary>The rows of the lookup table.</summary>
    internal static IReadOnlyList<IReadOnlyDictionary<string, CustomFieldValue>> Rows() =>
    [
        .. Endpoints.Select(one => new Dictionary<string, CustomFieldValue>
        {
            ["endpoint"] = new(one.Endpoint, null),
            ["weight"] = new(null, one.Weight),
        }),
    ];

    private async ValueTask AddLookupTableAsync(ResourceChange change)
    {
        await change.CreateAsync(LookupTableResource.Definition, new LookupTable
        {
            Id = ids["lookup/weights"],
            Name = "Credits per call",
            Code = Weights,
        });
        await change.CreateAsync(LookupTableResource.Revisions, new LookupTableRevision
        {
            Id = ids["revision/weights"],
            LookupTableId = ids["lookup/weights"],
            Name = "List of this year",
            Fields =
            [
                new LookupTableRevisionField { Name = "endpoint", Type = LookupTableRevisionFieldType.String },
                new LookupTableRevisionField { Name = "weight", Type = LookupTableRevisionFieldType.Number },
            ],
            Keys = ["endpoint"],
        });
    }

    private IEnumerable<Meter> Meters()
    {
        yield return new Meter
        {
            Id = ids["meter/calls"],
            ProductId = ids["product/maps"],
            Name = "API calls",
            Code = "api-calls",
            DataFields =
            [
                Field(DataFieldCategory.Who, "api_key", "API key"),
                Field(DataFieldCategory.Where, "region", "Region"),
                Field(DataFieldCategory.What, "endpoint", "Endpoint"),
                Field(DataFieldCategory.Measure, "calls", "Calls", "call"),
            ],
            DerivedFields =
            [
                Derived("credits", "Credits", "credit", $"calls * Lookup.findNumber(\"{Weights}\", \"weight\", 1, "
                    + "\"endpoint\")"),
            ],
        };
        yield return new Meter
        {
            Id = ids["meter/batch"],
            ProductId = ids["product/maps"],
            Name = "Batch jobs",
            Code = "batch-jobs",
            DataFields =
            [
                Field(DataFieldCategory.What, "kind", "Kind of job"),
                Field(DataFieldCategory.Measure, "seconds", "Duration", "s"),
            ],
            DerivedFields = [Derived("minutes", "Minutes begun", "min", "Math.ceil(seconds / 60)")],
        };
        yield return new Meter
        {
            Id = ids["meter/storage"],
            ProductId = ids["product/hosting"],
            Name = "Storage",
            Code = "storage",
            DataFields =
            [
                Field(DataFieldCategory.What, "dataset", "Dataset"),
                Field(DataFieldCategory.Measure, "stored_gb", "Stored", "GB"),
            ],
            DerivedFields = [],
        };
    }

    private IEnumerable<Aggregation> Aggregations()
    {
        var calls = Of("calls", "calls", "Calls by endpoint", AggregationMethod.Sum, "calls", "thousand calls", 1000);
        yield return calls with
        {
            SegmentedFields = ["endpoint"],
            Segments = [.. SamplePrices.Segments.Select(segment => Endpoint(segment.Endpoint))],
        };
        yield return Of("calls", "credits", "Credits", AggregationMethod.Sum, "credits", "thousand credits", 1000);
        yield return Of("calls", "active_keys", "Active API keys", AggregationMethod.Unique, "api_key", "key", 1);
        yield return Of("batch", "batch_minutes", "Batch minutes", AggregationMethod.Sum, "minutes", "min", 1);
        yield return Of("storage", "storage", "Peak storage", AggregationMethod.Max, "stored_gb", "GB", 1);
    }

    private Aggregation Of(
        string meter, string code, string name, AggregationMethod method, string field, string unit, decimal perUnit) =>
        new()
        {
            Id = ids[$"aggregation/{code}"],
            MeterId = ids[$"meter/{meter}"],
            Name = name,
            Code = code,
            Method = method,
            TargetField = field,
            QuantityPerUnit = perUnit,
            Rounding = Rounding.None,
            Unit = unit,
        };

    /// <summary>The segment of an endpoint.</summary>
    internal static IReadOnlyDictionary<string, string> Endpoint(string name) =>
        new Dictionary<string, string> { ["endpoint"] = name };

    private static DataField Field(DataFieldCategory category, string code, string name, string? unit = null) =>
        new() { Category = category, Code = code, Name = name, Unit = unit };

    private static DerivedField Derived(string code, string name, string unit, string calculation) => new()
    {
        Category = DataFieldCategory.Measure,
        Code = code,
        Name = name,
        Unit = unit,
        Calculation = calculation,
    };
}
