
namespace Tallystick.Resources.Documents;

/// <summary>Selects documents of a kind, with order and limit.</summary>
public sealed record DocumentQuery
{
    /// <summary>Restricts the documents; null for all.</summary>
    public Condition? Where { get; init; }

    /// <summary>
    /// Column to sort by; null sorts by sequence. In addition to the kind's columns, <c>id</c> is allowed. Missing
    /// values come last; equal values are ordered newest first.
    /// </summary>
    public string? SortBy { get; init; }

    /// <summary>Direction of the sort. The default, by sequence and descending, is newest first.</summary>
    public bool IsAscending { get; init; }

    /// <summary>Only documents created before this one's sequence: the key of a keyset page, newest first.</summary>
    public long? BeforeSequence { get; init; }

    /// <summary>Only documents created after this one's sequence: the key of a keyset page, oldest first.</summary>
    public long? AfterSequence { get; init; }

    /// <summary>Only documents after this position in the order of <see cref="SortBy"/>: a page's key.</summary>
    public PageKey? After { get; init; }

    /// <summary>Number of documents to skip; used by search only.</summary>
    public int Offset { get; init; }

    /// <summary>Maximum number of documents to return; null for all.</summary>
    public int? Limit { get; init; }
}

/// <summary>The position of a document in a list sorted by a column.</summary>
/// <param name="Value">Its column value.</param>
/// <param name="Sequence">Its sequence, which orders equal values, newest first.</param>
public sealed record PageKey(string? Value, long Sequence);
