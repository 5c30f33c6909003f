using System.Text.Json.Serialization;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Metering.OtlpMappings;
using Tallystick.Metering.Products;
using Tallystick.Metering.Removal;
using Tallystick.Metering.Uploads;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering;

/// <summary>Serializes the resources of metering without reflection.</summary>
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(Meter))]
[JsonSerializable(typeof(Aggregation))]
[JsonSerializable(typeof(CompoundAggregation))]
[JsonSerializable(typeof(CustomFieldDefaults))]
[JsonSerializable(typeof(LookupTable))]
[JsonSerializable(typeof(LookupTableRevision))]
[JsonSerializable(typeof(LookupTableData))]
[JsonSerializable(typeof(LookupTableItem))]
[JsonSerializable(typeof(LookupTableDataJob))]
[JsonSerializable(typeof(MeasurementUploadJob))]
[JsonSerializable(typeof(OtlpMapping))]
[JsonSerializable(typeof(UsageQueryRequest))]
[JsonSerializable(typeof(UsageSavedQuery))]
[JsonSerializable(typeof(MeasurementVoid))]
internal sealed partial class MeteringJson : JsonSerializerContext
{
    /// <summary>Uses the JSON format of the product.</summary>
    internal static MeteringJson Format { get; } = new(JsonFormat.NewOptions());
}
