using System.Text.Json.Serialization;
using Tallystick.Foundation.Json;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing;

/// <summary>Source-generated JSON for the resources of Pricing.</summary>
[JsonSerializable(typeof(Currency))]
[JsonSerializable(typeof(PlanTemplate))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(PlanPricing))]
[JsonSerializable(typeof(Counter))]
[JsonSerializable(typeof(CounterPricing))]
[JsonSerializable(typeof(PlanGroup))]
[JsonSerializable(typeof(PricingPreview))]
internal sealed partial class PricingJson : JsonSerializerContext
{
    /// <summary>The context with the product's JSON format.</summary>
    internal static PricingJson Format { get; } = new(JsonFormat.NewOptions());
}
