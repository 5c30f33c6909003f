using System.Collections;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Tables;

/// <summary>The columns of a table, declared one after another.</summary>
/// <typeparam name="T">The type of the rows.</typeparam>
public sealed class Columns<T> : IReadOnlyList<Column<T>>
{
    private readonly List<Column<T>> _columns = [];

    /// <inheritdoc/>
    public int Count => _columns.Count;

    /// <inheritdoc/>
    public Column<T> this[int index] => _columns[index];

    /// <summary>Words.</summary>
    public Columns<T> Text(string title, Func<T, string?> value) =>
        Add(new(title, (row, _) => value(row), CellKind.Text));

    /// <summary>A code or an id.</summary>
    public Columns<T> Code(string title, Func<T, string?> value) =>
        Add(new(title, (row, _) => value(row), CellKind.Code));

    /// <summary>A quantity.</summary>
    public Columns<T> Quantity(string title, Func<T, decimal?> value) =>
        Add(new(title, (row, _) => Figure.Quantity(value(row)), CellKind.Number) { SortKey = (row, _) => value(row) });

    /// <summary>An amount with its currency.</summary>
    public Columns<T> Money(string title, Func<T, decimal?> amount, Func<T, string?> currency) =>
        Add(new(title, (row, _) => Figure.Money(amount(row), currency(row)), CellKind.Number)
        {
            SortKey = (row, _) => amount(row),
        });

    /// <summary>A state.</summary>
    public Columns<T> Status(string title, Func<T, string?> value) =>
        Add(new(title, (row, _) => value(row), CellKind.Status));

    /// <summary>A date.</summary>
    public Columns<T> Date(string title, Func<T, DateOnly?> value) =>
        Add(new(title, (row, _) => Figure.Date(value(row)), CellKind.Text));

    /// <summary>An instant, in the time zone of the organization.</summary>
    public Columns<T> Time(string title, Func<T, DateTimeOffset?> value) =>
        Add(new(title, (row, scene) => Figure.Time(value(row), scene.Zone), CellKind.Text)
        {
            SortKey = (row, _) => value(row),
        });

    /// <summary>Another entity, by its name.</summary>
    public Columns<T> Reference(string title, ReferenceKind kind, Func<T, string?> id) =>
        Add(new(title, (row, scene) => scene.Names.Of(kind, id(row)), CellKind.Reference)
        {
            Reference = kind,
            ReferenceId = id,
        });

    /// <summary>Shows the last column only to those who choose it.</summary>
    public Columns<T> Extra()
    {
        _columns[^1] = _columns[^1] with { IsExtra = true };
        return this;
    }

    /// <inheritdoc/>
    public IEnumerator<Column<T>> GetEnumerator() => _columns.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Columns<T> Add(Column<T> column)
    {
        _columns.Add(column);
        return this;
    }
}
