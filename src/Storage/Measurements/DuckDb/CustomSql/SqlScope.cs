namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>The names that are visible within a query block, with the cost of what they stand for.</summary>
/// <param name="outer">The scope of the enclosing query block.</param>
internal sealed class SqlScope(SqlScope? outer)
{
    private readonly Dictionary<string, SqlCost> _tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _aliases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names a query.</summary>
    public void AddTable(string name, SqlCost cost) => _tables[name] = cost;

    /// <summary>The cost of a named query; null if there is none with the name.</summary>
    public SqlCost? FindTable(string name) =>
        _tables.TryGetValue(name, out var cost) ? cost : outer?.FindTable(name);

    /// <summary>Names an expression of the select list.</summary>
    public void AddAlias(string name, long cost) =>
        _aliases[name] = Math.Max(cost, _aliases.GetValueOrDefault(name));

    /// <summary>Adds a table of the FROM clause.</summary>
    public void AddColumns(SqlCost table) => Column = Math.Max(Column, table.Column);

    /// <summary>The cost of any column of the tables of the FROM clause.</summary>
    public long Column { get; private set; } = outer?.Column ?? 1;

    /// <summary>The highest cost that a name can stand for.</summary>
    public long CostOf(string name) => Math.Max(
        Math.Max(Column, _aliases.GetValueOrDefault(name)), outer?.CostOf(name) ?? 1);
}

/// <summary>The cost of a query.</summary>
/// <param name="Total">The cost of all of its parts.</param>
/// <param name="Column">The highest cost of a column of its result.</param>
internal readonly record struct SqlCost(long Total, long Column);
