using System.Text;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>
/// Version and size of the data of one revision. Its id is that of the revision.
/// </summary>
public sealed record LookupTableData : Resource
{
    /// <summary>UUID of the revision.</summary>
    public required string RevisionId { get; init; }

    /// <summary>The number of items.</summary>
    public long ItemCount { get; init; }

    /// <summary>
    /// Bytes of the strings of all items, in UTF-8; null for data that an earlier version wrote without counting them.
    /// </summary>
    public long? TextBytes { get; init; }
}

/// <summary>One item of the data of a revision. Its id is derived from the id of the revision and the key.</summary>
public sealed record LookupTableItem : Resource
{
    /// <summary>UUID of the revision.</summary>
    public required string RevisionId { get; init; }

    /// <summary>Values by field name; without fields that have no value.</summary>
    public required IReadOnlyDictionary<string, CustomFieldValue> Values { get; init; }

    /// <summary>Bytes of the strings of an item, in UTF-8.</summary>
    public static long TextBytesOf(IReadOnlyDictionary<string, CustomFieldValue> values) =>
        values.Values.Sum(value => value.Text is { } text ? (long)Encoding.UTF8.GetByteCount(text) : 0);
}
