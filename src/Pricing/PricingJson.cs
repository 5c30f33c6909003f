using System.Text.Json.Serialization;
using Tallystick.Foundation.Json;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing;

/// <summary>Reads and writes the resources of pricing without reflection.</summary>
[JsonSerializable(typeof(Currency))]
[JsonSerializable(typeof(PlanTemplate))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(PlanPricing))]
[JsonSerializable(typeof(Counter))]
[JsonSerializable(typeof(CounterPricing))]
[JsonSerializable(typeof(PlanGroup))]
internal sealed partial class PricingJson : JsonSerializerContext
{
    /// <summary>In the one JSON format of the product.</summary>
    internal static PricingJson Format { get; } = new(JsonFormat.NewOptions());
}
