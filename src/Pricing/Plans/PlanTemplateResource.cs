using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Plans;

/// <summary>The definition of plan templates.</summary>
public static class PlanTemplateResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<PlanTemplate> Definition { get; } =
        new("PlanTemplate", "plantemplates", () => PricingJson.Format.PlanTemplate)
        {
            UniqueBy = [new("code", template => template.Code)],
            Filters =
            [
                ListFilter.One("productId", "product_id", "Only plan templates of this product."),
            ],
            Refers =
            [
                new("productId", "Product", template => template.ProductId),
                new("currency", "Currency", template => template.Currency, "code"),
            ],
            Check = (template, issues) =>
            {
                if (template.BillFrequency is BillingFrequency.AdHoc or BillingFrequency.Mixed)
                    issues.Add("unknown_value", "billFrequency", "must be one of DAILY, WEEKLY, MONTHLY, ANNUALLY");
            },
        };
}
