using Tallystick.Foundation.Resources;

namespace Tallystick.Billing.Organizations;

/// <summary>What is special about the custom fields of an organization.</summary>
public static class CustomFieldResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<CustomFieldDefaults> Definition { get; } =
        new("CustomField", "customfields", () => BillingJson.Format.CustomFieldDefaults) { IsSingleton = true };
}
