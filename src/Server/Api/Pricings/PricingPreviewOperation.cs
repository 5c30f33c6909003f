using System.Text.Json;
using Tallystick.Access.Permissions;
using Tallystick.Billing.WhatIf;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Pricings;

/// <summary>Says what quantities would cost with a pricing that is not saved.</summary>
internal sealed class PricingPreviewOperation(ResourceService resources)
{
    private const int MaxQuantities = 50;
    private static readonly ObjectShape Shape = new(
        "PricingPreviewRequest",
        [
            new JsonMember("pricing", WhatIfKinds.ShapeOf(PricingResource.Definition)) { IsRequired = true },
            new JsonMember("quantities", new ListShape(new NumberShape(AtLeast: 0), 1, MaxQuantities))
            {
                IsRequired = true,
            },
        ]);

    internal static ApiOperation Preview { get; } = new(
        "POST", "/organizations/{orgId}/pricings/preview", "PreviewPricing", ApiOperations.OwnTag,
        "Preview a pricing",
        new ApiSchema("PricingPreview", JsonShapes.Of(typeof(PricingPreview))),
        Run.By<PricingPreviewOperation>(o => o.AnswerAsync))
    {
        Body = new ApiSchema("PricingPreviewRequest", Shape) { IsRequest = true },
        Permission = EntityPermissions.Retrieve(PricingResource.Definition),
        Description = """
            Calculates what up to 50 quantities would cost with a pricing, and which bands they reach. Saves nothing.

            The pricing is validated as if it were created, or, if it has the `id` of a stored pricing, as if it
            replaced that pricing. Amounts are rounded as on a bill. They do not include a minimum spend, and each
            quantity is the whole usage of a billing period.
            """,
    };

    private async Task AnswerAsync(ApiCall call)
    {
        var related = resources.Reader(call);
        PlanPricing pricing;
        List<decimal> quantities;
        using (var body = await call.ReadJsonAsync())
        using (var asked = JsonDocument.Parse(Shape.Check(body.RootElement, await resources.ZoneAsync(call))))
        {
            pricing = (PlanPricing)PricingResource.Definition.Read(
                JsonSerializer.SerializeToUtf8Bytes(asked.RootElement.GetProperty("pricing")));
            quantities =
            [
                .. asked.RootElement.GetProperty("quantities").EnumerateArray().Select(one => one.GetDecimal()),
            ];
        }
        pricing = (PlanPricing)await PricingResource.Definition.CompleteAsync(pricing, null, related);
        await CheckAsync(call, pricing, related);
        await call.AnswerAsync((await PriceAsync(pricing, quantities, related)).ToJson());
    }

    // Faults are found in the pricing of the request, so their paths begin with its name.
    private async Task CheckAsync(ApiCall call, PlanPricing pricing, ResourceReader related)
    {
        try
        {
            await ResourceChecks.CheckProposedAsync(
                resources.Catalog, PricingResource.Definition, pricing, related, call.Grants);
        }
        catch (RefusedException refused)
        {
            throw new RefusedException([.. refused.Issues.Select(one => one with { Path = $"pricing.{one.Path}" })]);
        }
    }

    private static async Task<PricingPreview> PriceAsync(
        PlanPricing pricing, List<decimal> quantities, ResourceReader related)
    {
        AnyAggregation aggregation = pricing.AggregationId is { } simple
            ? (await related.FindAsync<Aggregation>(simple))!
            : (await related.FindAsync<CompoundAggregation>(pricing.CompoundAggregationId))!;
        var templateId = pricing.PlanTemplateId ?? (await related.FindAsync<Plan>(pricing.PlanId))?.PlanTemplateId;
        var code = (await related.FindAsync<PlanTemplate>(templateId))?.Currency;
        var currency = code is null
            ? null : (await related.ListAsync<Currency>(Condition.Equal("code", code), limit: 1)).FirstOrDefault();
        var rounding = currency is null
            ? new CurrencyRounding(CurrencyRounding.DefaultDecimalPlaces, CurrencyRounding.DefaultMode)
            : CurrencyRounding.Of(currency);
        return new PricingPreview(code, aggregation.Unit,
        [
            .. quantities.Select(quantity => QuantityPrice.Of(
                UsageRating.Rate(
                    quantity, aggregation.QuantityPerUnit, aggregation.Rounding, pricing.PricingBands,
                    pricing.Cumulative),
                rounding)),
        ]);
    }
}
