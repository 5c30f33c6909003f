using Tallystick.Foundation.Json;
using Tallystick.Metering.Expressions;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.CustomFields;

/// <summary>The custom fields that calculations can use.</summary>
internal static class CustomFieldNames
{
    /// <summary>Kinds of entities whose custom fields a derived field can use.</summary>
    internal static readonly string[] OfDerivedFields = ["organization", "meter", "account"];

    /// <summary>The same plus product, for meters that belong to a product.</summary>
    internal static readonly string[] OfDerivedFieldsOfProducts = [.. OfDerivedFields, "product"];

    /// <summary>Kinds of entities whose custom fields a compound aggregation can use.</summary>
    internal static readonly string[] OfCompoundAggregations =
    [
        "organization", "product", "plan", "planTemplate", "meter", "account", "accountPlan", "aggregation",
        "compoundAggregation", "contract",
    ];

    /// <summary>The custom fields of the organization.</summary>
    internal static async ValueTask<CustomFieldDefaults> FindAsync(IResourceReader related) =>
        (await related.ListAsync<CustomFieldDefaults>(Condition.And())).FirstOrDefault() ?? new CustomFieldDefaults();

    /// <summary>Adds the custom fields of the kinds of entities to the scope of a calculation.</summary>
    internal static void AddTo(NameScope scope, CustomFieldDefaults defaults, IEnumerable<string> entities)
    {
        foreach (var entity in entities)
            scope.AddCustomFields(entity, Of(defaults, entity));
    }

    /// <summary>The value of the entity, or else the default of the organization, or else null.</summary>
    internal static Value Resolve(
        IReadOnlyDictionary<string, CustomFieldValue>? own, IReadOnlyDictionary<string, CustomFieldValue>? defaults,
        string name)
    {
        if (own?.TryGetValue(name, out var given) is true || defaults?.TryGetValue(name, out given) is true)
            return ValueOf(given!);
        return default;
    }

    /// <summary>The value of a custom field.</summary>
    internal static Value ValueOf(CustomFieldValue value) =>
        value.Text is { } text ? Value.Of(text) : Value.Of(value.Number);

    /// <summary>The custom fields of one kind of entity.</summary>
    internal static IReadOnlyDictionary<string, CustomFieldValue>? Of(CustomFieldDefaults defaults, string entity) =>
        entity switch
        {
            "organization" => defaults.Organization,
            "product" => defaults.Product,
            "plan" => defaults.Plan,
            "planTemplate" => defaults.PlanTemplate,
            "meter" => defaults.Meter,
            "account" => defaults.Account,
            "accountPlan" => defaults.AccountPlan,
            "aggregation" => defaults.Aggregation,
            "compoundAggregation" => defaults.CompoundAggregation,
            "contract" => defaults.Contract,
            _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "Unknown kind of custom field."),
        };
}
