using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>What is known of the data of one revision as a whole. Its id is that of the revision.</summary>
public sealed record LookupTableData : Resource
{
    /// <summary>UUID of the revision.</summary>
    public required string RevisionId { get; init; }

    /// <summary>The number of items.</summary>
    public long ItemCount { get; init; }
}

/// <summary>One item of the data of a revision. Its id is made of the revision's and its key.</summary>
public sealed record LookupTableItem : Resource
{
    /// <summary>UUID of the revision.</summary>
    public required string RevisionId { get; init; }

    /// <summary>Values by the names of their fields; a field without a value is left out.</summary>
    public required IReadOnlyDictionary<string, CustomFieldValue> Values { get; init; }
}
