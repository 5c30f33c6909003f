
namespace Tallystick.Resources.Documents;

/// <summary>Which documents of a kind to read, in which order and how many.</summary>
public sealed record DocumentQuery
{
    /// <summary>Restricts the documents; null for all.</summary>
    public Condition? Where { get; init; }

    /// <summary>
    /// Column to sort by; null sorts by sequence. Besides the kind's columns, <c>id</c> is allowed. Missing values
    /// come last; equal values are ordered newest first.
    /// </summary>
    public string? SortBy { get; init; }

    /// <summary>Direction of the sort. The default, by sequence and descending, is newest first.</summary>
    public bool IsAscending { get; init; }

    /// <summary>Only documents created before this one's sequence: the key of a keyset page, newest first.</summary>
    public long? BeforeSequence { get; init; }

    /// <summary>Only documents created after this one's sequence: the key of a keyset page, oldest first.</summary>
    public long? AfterSequence { get; init; }

    /// <summary>Only documents after this place in the order of <see cref="SortBy"/>: a page's key.</summary>
    public PageKey? After { get; init; }

    /// <summary>Documents to pass over; used by search only.</summary>
    public int Offset { get; init; }

    /// <summary>Most documents to return; null for all.</summary>
    public int? Limit { get; init; }
}

/// <summary>The place of a document in a list that is sorted by a column.</summary>
/// <param name="Value">Its value of the column.</param>
/// <param name="Sequence">Its sequence, which orders equal values, newest first.</param>
public sealed record PageKey(string? Value, long Sequence);
