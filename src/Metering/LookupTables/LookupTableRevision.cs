using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>One version of a lookup table: its fields, its keys, and its data.</summary>
public sealed record LookupTableRevision : ResourceWithCustomFields
{
    /// <summary>UUID of the lookup table.</summary>
    [ServerSet]
    public string LookupTableId { get; init; } = "";

    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>
    /// Whether the revision is being edited, used by calculations, or archived. A new revision is a draft.
    /// </summary>
    [ServerSet]
    public LookupTableRevisionStatus? Status { get; init; }

    /// <summary>A date and time (ISO 8601) for your own use. It has no effect.</summary>
    public Instant? StartDate { get; init; }

    /// <summary>The fields, 2 to 10. They cannot be changed while the revision has data or is not a draft.</summary>
    [MinimumItems(2), MaximumItems(10)]
    public required IReadOnlyList<LookupTableRevisionField> Fields { get; init; }

    /// <summary>
    /// Names of the key fields, 1 to 5 and not all fields, in the order in which calculations and paths list their
    /// values.
    /// </summary>
    [MinimumItems(1), MaximumItems(5)]
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The number of items of its data.</summary>
    [ServerSet]
    public long ItemCount { get; init; }

    /// <summary>Whether both have the same fields, in any order, and the same keys in the same order.</summary>
    public static bool HaveSameSchema(LookupTableRevision left, LookupTableRevision right) =>
        left.Keys.SequenceEqual(right.Keys) && left.Fields.ToHashSet().SetEquals(right.Fields);
}

/// <summary>A field of a lookup table.</summary>
public sealed record LookupTableRevisionField
{
    /// <summary>Name of the field, unique in its revision; required.</summary>
    [Characters(0, 256), Form(TextForm.Identifier)]
    public string? Name { get; init; }

    /// <summary>Whether the field contains strings or numbers.</summary>
    public required LookupTableRevisionFieldType Type { get; init; }
}

/// <summary>What a field of a lookup table contains.</summary>
public enum LookupTableRevisionFieldType
{
    /// <summary>Strings.</summary>
    String,

    /// <summary>Numbers.</summary>
    Number,
}

/// <summary>Status of a revision.</summary>
public enum LookupTableRevisionStatus
{
    /// <summary>Its data can be changed. Calculations do not use it.</summary>
    Draft,

    /// <summary>Calculations use it. Its data cannot be changed. A table has at most one published revision.</summary>
    Published,

    /// <summary>It was published before. Calculations no longer use it, but its data is kept.</summary>
    Archived,
}
