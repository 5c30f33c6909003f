using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A counter pricing and the counter that it prices.</summary>
/// <param name="Pricing">The counter pricing.</param>
/// <param name="Counter">The counter.</param>
public sealed record CounterPricingTerms(CounterPricing Pricing, Counter Counter);
