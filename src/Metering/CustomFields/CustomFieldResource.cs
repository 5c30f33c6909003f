using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.CustomFields;

/// <summary>The definition of the custom fields of an organization.</summary>
public static class CustomFieldResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<CustomFieldDefaults> Definition { get; } =
        new("CustomField", "customfields", () => MeteringJson.Format.CustomFieldDefaults)
        {
            IsSingleton = true,
            CheckAgainst = CustomFieldRules.CheckAgainstAsync,
        };
}
