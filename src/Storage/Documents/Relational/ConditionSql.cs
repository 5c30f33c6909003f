using Tallystick.Foundation.Resources;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Translates conditions to SQL.</summary>
internal static class ConditionSql
{
    private const string Always = "1 = 1";
    private const string Never = "1 = 0";

    /// <exception cref="ArgumentException">The condition names a column that the kind does not declare.</exception>
    internal static void Append(SqlText sql, TableLayout table, Condition condition)
    {
        switch (condition)
        {
            case Condition.Compare compare:
                AppendCompare(sql, table.Column(compare.Column), compare);
                break;
            case Condition.In oneOf:
                AppendIn(sql, table.Column(oneOf.Column), oneOf.Values);
                break;
            case Condition.NotIn noneOf:
                AppendNotIn(sql, table.Column(noneOf.Column), noneOf.Values);
                break;
            case Condition.Missing missing:
                sql.Append(table.Column(missing.Column)).Append(" IS NULL");
                break;
            case Condition.All all:
                AppendGroup(sql, table, all.Conditions, " AND ", Always);
                break;
            case Condition.Any any:
                AppendGroup(sql, table, any.Conditions, " OR ", Never);
                break;
            default:
                throw new ArgumentException($"A condition of type {condition.GetType().Name} is not supported.");
        }
    }

    private static void AppendGroup(
        SqlText sql, TableLayout table, IReadOnlyList<Condition> conditions, string separator, string empty)
    {
        if (conditions.Count == 0)
        {
            sql.Append(empty);
            return;
        }

        sql.Append("(").Join(separator, conditions, part => Append(sql, table, part)).Append(")");
    }

    private static void AppendIn(SqlText sql, string column, IReadOnlyList<string> values)
    {
        var possible = values.Where(StorableText.IsStorable).ToList();
        if (possible.Count == 0)
            sql.Append(Never);
        else
            sql.Append(column).Append(" IN (").Join(", ", possible, value => sql.Value(value)).Append(")");
    }

    private static void AppendNotIn(SqlText sql, string column, IReadOnlyList<string> values)
    {
        var possible = values.Where(StorableText.IsStorable).ToList();
        if (possible.Count == 0)
            sql.Append(column).Append(" IS NOT NULL");
        else
            sql.Append(column).Append(" NOT IN (").Join(", ", possible, value => sql.Value(value)).Append(")");
    }

    private static void AppendCompare(SqlText sql, string column, Condition.Compare compare)
    {
        if (!StorableText.IsStorable(compare.Value))
            sql.Append(Never);
        else if (compare.Comparison == Comparison.StartsWith)
            AppendPrefix(sql, column, compare.Value);
        else
            sql.Append(column).Append(Operator(compare.Comparison)).Value(compare.Value);
    }

    private static void AppendPrefix(SqlText sql, string column, string prefix)
    {
        sql.Append("(").Append(column).Append(" >= ").Value(prefix);
        if (StorableText.AfterPrefix(prefix) is { } end)
            sql.Append(" AND ").Append(column).Append(" < ").Value(end);
        sql.Append(")");
    }

    private static string Operator(Comparison comparison) => comparison switch
    {
        Comparison.Equal => " = ",
        Comparison.Less => " < ",
        Comparison.LessOrEqual => " <= ",
        Comparison.Greater => " > ",
        Comparison.GreaterOrEqual => " >= ",
        Comparison.StartsWith => throw new ArgumentException("A prefix is matched by a range."),
    };
}
