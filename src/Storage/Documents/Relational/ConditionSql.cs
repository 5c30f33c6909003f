using System.Text.Json.Nodes;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Translates conditions on the columns of a table to SQL.</summary>
internal sealed class ConditionSql(SqlDialect dialect, TableLayout table)
{
    // Engines limit the number of parameters, so longer lists are passed as one parameter.
    private const int MaxParameters = 500;
    private const string Always = "1 = 1";
    private const string Never = "1 = 0";

    /// <exception cref="ArgumentException">The condition names a column that the kind does not declare.</exception>
    internal void Append(SqlText sql, Condition condition)
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
                AppendGroup(sql, all.Conditions, " AND ", Always);
                break;
            case Condition.Any any:
                AppendGroup(sql, any.Conditions, " OR ", Never);
                break;
            default:
                throw new ArgumentException($"A condition of type {condition.GetType().Name} is not supported.");
        }
    }

    private void AppendGroup(
        SqlText sql, IReadOnlyList<Condition> conditions, string separator, string empty)
    {
        if (conditions.Count == 0)
        {
            sql.Append(empty);
            return;
        }

        sql.Append("(").Join(separator, conditions, part => Append(sql, part)).Append(")");
    }

    private void AppendIn(SqlText sql, string column, IReadOnlyList<string> values)
    {
        var possible = values.Where(StorableText.IsStorable).ToList();
        if (possible.Count == 0)
            sql.Append(Never);
        else
            AppendList(sql.Append(column).Append(" IN ("), possible);
    }

    private void AppendNotIn(SqlText sql, string column, IReadOnlyList<string> values)
    {
        var possible = values.Where(StorableText.IsStorable).ToList();
        if (possible.Count == 0)
            sql.Append(column).Append(" IS NOT NULL");
        else
            AppendList(sql.Append(column).Append(" NOT IN ("), possible);
    }

    private void AppendList(SqlText sql, List<string> values)
    {
        var (before, after) = dialect.TextsOfList;
        if (values.Count <= MaxParameters)
            sql.Join(", ", values, value => sql.Value(value));
        else
            sql.Append(before).Value(new JsonArray([.. values.Select(value => (JsonNode)value)]).ToJsonString())
                .Append(after);
        sql.Append(")");
    }

    private static void AppendCompare(SqlText sql, string column, Condition.Compare compare)
    {
        if (!StorableText.IsStorable(compare.Value))
            sql.Append(Never);
        else if (compare.Comparison == Comparison.StartsWith)
            AppendPrefix(sql, column, compare.Value);
        else if (compare.Comparison == Comparison.Contains)
            sql.Append("length(replace(").Append(column).Append(", ").Value(compare.Value).Append(", '')) < length(")
                .Append(column).Append(")");
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
        Comparison.StartsWith or Comparison.Contains => throw new ArgumentException("Not an SQL operator."),
    };
}
