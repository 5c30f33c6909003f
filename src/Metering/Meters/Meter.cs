using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Meters;

/// <summary>A source of usage data. Defines the fields of its measurements.</summary>
public sealed record Meter : ResourceWithCustomFields
{
    /// <summary>UUID of the product that the meter belongs to. If absent, the meter is global.</summary>
    [Characters(36, 36)]
    public string? ProductId { get; init; }

    /// <summary>
    /// UUID of the group that the meter belongs to. Stored as sent: the API has no operations on meter groups.
    /// </summary>
    [Characters(36, 36)]
    public string? GroupId { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code that measurements use to refer to the meter. Unique among meters.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>
    /// The fields that every measurement of the meter must contain, 1 to 15. Changes apply to measurements that are
    /// loaded from then on; stored measurements stay as they are. A field that is added has no value in them, unless
    /// the meter had a field with the same code and kind (text or number) before: its values are found again. Values
    /// that were stored while a field was of the other kind are only counted. To rename a field is to remove it and add
    /// another one.
    /// </summary>
    [MinimumItems(1), MaximumItems(15)]
    public required IReadOnlyList<DataField> DataFields { get; init; }

    /// <summary>Fields computed from a measurement when it arrives, at most 15; <c>[]</c> for none.</summary>
    [MaximumItems(15)]
    public required IReadOnlyList<DerivedField> DerivedFields { get; init; }
}

/// <summary>A field in the measurements of a meter.</summary>
public record DataField
{
    /// <summary>What the field describes. Determines whether it contains text or a number.</summary>
    public required DataFieldCategory Category { get; init; }

    /// <summary>Short code of the field, unique among the data and derived fields of the meter.</summary>
    [Characters(1, 80), Form(TextForm.Identifier)]
    public required string Code { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Unit of measure, preferably from UCUM. Required for numeric categories.</summary>
    [Characters(1, 50)]
    public string? Unit { get; init; }
}

/// <summary>A field computed from the data fields of the same measurement.</summary>
public sealed record DerivedField : DataField
{
    /// <summary>
    /// The expression that computes the value, such as <c>bytes / 1024</c>. It can use data fields of the meter,
    /// derived fields listed before it, <c>ts</c>, <c>ets</c>, <c>receivedAt</c>, <c>account</c>, <c>meter</c>, custom
    /// fields such as <c>account.customFields.tier</c>, and lookup tables. It is evaluated when a measurement is
    /// loaded: a change applies to measurements that are loaded from then on. If it fails, the measurement is stored
    /// without the value, and a <c>CalculationError</c> event is raised.
    /// </summary>
    [Characters(1, 5000)]
    public required string Calculation { get; init; }
}

/// <summary>
/// What a field describes. <c>MEASURE</c>, <c>INCOME</c> and <c>COST</c> contain numbers, all others text.
/// </summary>
public enum DataFieldCategory
{
    /// <summary>Who caused the usage.</summary>
    Who,

    /// <summary>Where it happened.</summary>
    Where,

    /// <summary>What was used.</summary>
    What,

    /// <summary>Any other dimension.</summary>
    Other,

    /// <summary>Text of high cardinality, up to 256 characters. Can be counted, but not used for segments.</summary>
    Metadata,

    /// <summary>An amount of usage.</summary>
    Measure,

    /// <summary>Income connected with the usage.</summary>
    Income,

    /// <summary>Cost connected with the usage.</summary>
    Cost,
}

/// <summary>Properties of categories.</summary>
public static class DataFieldCategories
{
    /// <summary>Whether fields of the category contain numbers.</summary>
    public static bool IsNumeric(this DataFieldCategory category) =>
        category is DataFieldCategory.Measure or DataFieldCategory.Income or DataFieldCategory.Cost;
}
