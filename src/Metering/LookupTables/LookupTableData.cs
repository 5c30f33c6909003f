using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>
/// Version and number of items of the data of one revision. Its id is that of the revision.
/// </summary>
public sealed record LookupTableData : Resource
{
    /// <summary>UUID of the revision.</summary>
    public required string RevisionId { get; init; }

    /// <summary>The number of items.</summary>
    public long ItemCount { get; init; }
}

/// <summary>One item of the data of a revision. Its id is derived from the id of the revision and the key.</summary>
public sealed record LookupTableItem : Resource
{
    /// <summary>UUID of the revision.</summary>
    public required string RevisionId { get; init; }

    /// <summary>Values by field name; without fields that have no value.</summary>
    public required IReadOnlyDictionary<string, CustomFieldValue> Values { get; init; }
}
