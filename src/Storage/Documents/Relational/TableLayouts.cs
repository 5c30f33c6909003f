using System.Collections;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>The tables of the kinds that a store was opened with.</summary>
internal sealed class TableLayouts : IEnumerable<TableLayout>
{
    private readonly Dictionary<string, TableLayout> _byKind = [];

    /// <exception cref="ArgumentException">A kind's names are malformed, or two kinds have one name.</exception>
    internal TableLayouts(IReadOnlyList<DocumentKind> kinds)
    {
        foreach (var kind in kinds)
        {
            if (!_byKind.TryAdd(kind.Name, new TableLayout(kind)))
                throw new ArgumentException($"The kind {kind.Name} is declared twice.");
        }
    }

    /// <exception cref="ArgumentException">The store was not opened with the kind.</exception>
    internal TableLayout this[DocumentKind kind] =>
        _byKind.TryGetValue(kind.Name, out var table)
            ? table
            : throw new ArgumentException($"The store was opened without the kind {kind.Name}.");

    public IEnumerator<TableLayout> GetEnumerator() => _byKind.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
