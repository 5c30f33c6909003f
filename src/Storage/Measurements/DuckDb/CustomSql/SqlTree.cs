using System.Text.Json;
using Tallystick.Metering.CustomSql;

namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>
/// Checks a query in the form in which the engine itself has parsed it: everything in it must be known and allowed.
/// </summary>
/// <remarks>
/// While the engine plans a query it cannot be interrupted and does not count its memory. It copies what a name stands
/// for to each place where the name is used, so a short query can make an enormous plan. Therefore the cost of a query
/// is computed as if all copies had been made, and is limited: 1 for each expression, more for those that are
/// expensive, and <see cref="BlockCost"/> for each SELECT and table.
/// </remarks>
internal sealed class SqlTree
{
    /// <summary>The only table.</summary>
    public const string Table = "measurements";

    private const int MaxCost = 5_000;
    private const int MaxDepth = 64;
    private const int BlockCost = 100;

    // Planning time doubles with each level of subqueries within expressions.
    private const int MaxSubqueries = 8;

    // Nested expressions take several levels of JSON each.
    private const int MaxJsonDepth = 1_000;

    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _rows = new([Table], StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);
    private bool _readsAll;
    private int _expressions;
    private int _depth;
    private int _subqueries;

    private SqlTree(IEnumerable<string> columns)
    {
        _columns.UnionWith(columns);
        _known.UnionWith(_columns);
    }

    /// <summary>Checks a query.</summary>
    /// <param name="json">Its syntax tree, from the engine.</param>
    /// <param name="columns">The columns of the table.</param>
    /// <exception cref="CustomSqlException">The query is not allowed.</exception>
    public static SqlTree Check(string json, IEnumerable<string> columns)
    {
        var tree = new SqlTree(columns);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxJsonDepth });
            tree.CheckStatement(document.RootElement);
        }
        catch (JsonException)
        {
            throw TooComplex();
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            throw new CustomSqlException("uses syntax that is not supported", exception);
        }
        return tree;
    }

    /// <summary>Whether the query reads a column of the table.</summary>
    public bool Reads(string column) => _readsAll || _read.Contains(column);

    private void CheckStatement(JsonElement root)
    {
        if (root.GetProperty("error").GetBoolean())
            throw new CustomSqlException(root.GetProperty("error_message").GetString()!);
        if (root.GetProperty("statements").GetArrayLength() != 1)
            throw new CustomSqlException("must be a single SELECT statement");
        var statement = root.GetProperty("statements")[0];
        var all = FindNames(statement);
        Query(statement.GetProperty("node"), new SqlScope(null));
        // If the engine has put an expression in a place that is not known here, it has not been checked.
        if (_expressions != all)
            throw new CustomSqlException("uses syntax that is not supported");
    }

    // Collects the names that the query defines, and counts its expressions.
    private int FindNames(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                return element.EnumerateArray().Sum(FindNames);
            case JsonValueKind.Object:
                var isExpression = element.TryGetProperty("class", out _);
                var isTable = element.TryGetProperty("table_name", out var table)
                    && string.Equals(table.GetString(), Table, StringComparison.OrdinalIgnoreCase);
                foreach (var member in element.EnumerateObject())
                {
                    if (member is { Name: "alias", Value.ValueKind: JsonValueKind.String })
                        (isExpression ? _known : isTable ? _rows : []).Add(member.Value.GetString()!);
                    else if (member.Name is "column_name_alias" or "aliases")
                        _known.UnionWith(member.Value.EnumerateArray().Select(name => name.GetString()!));
                }
                return (isExpression ? 1 : 0)
                    + element.EnumerateObject().Sum(member => FindNames(member.Value));
            default:
                return 0;
        }
    }

    private SqlCost Query(JsonElement node, SqlScope outer)
    {
        var scope = new SqlScope(outer);
        foreach (var named in node.GetProperty("cte_map").GetProperty("map").EnumerateArray())
        {
            var query = named.GetProperty("value");
            RequireEmpty(query, "key_targets");
            scope.AddTable(Text(named, "key"), Query(query.GetProperty("query").GetProperty("node"), scope));
        }
        var cost = Text(node, "type") switch
        {
            "SELECT_NODE" => Select(node, scope),
            "SET_OPERATION_NODE" => SetOperation(node, scope),
            var type => throw NotSupported(type),
        };
        var total = cost.Total + node.GetProperty("modifiers").EnumerateArray().Sum(one => Modifier(one, scope));
        return Limited(cost with { Total = total });
    }

    private SqlCost Select(JsonElement node, SqlScope scope)
    {
        RequireNull(node, "sample");
        if (node.GetProperty("group_sets").GetArrayLength() > 1)
            throw NotSupported("GROUPING SETS");
        var total = BlockCost + From(node.GetProperty("from_table"), scope).Total;
        var column = 1L;
        foreach (var item in node.GetProperty("select_list").EnumerateArray())
        {
            var cost = Expression(item, scope);
            if (Text(item, "alias") is { Length: > 0 } alias)
                scope.AddAlias(alias, cost);
            column = Math.Max(column, cost);
            total = Limited(new SqlCost(total + cost, column)).Total;
        }
        total += Optional(node, "where_clause", scope) + Optional(node, "having", scope)
            + Optional(node, "qualify", scope) + Expressions(node, "group_expressions", scope);
        return new SqlCost(total, column);
    }

    private SqlCost SetOperation(JsonElement node, SqlScope scope)
    {
        if (Text(node, "setop_type") is not ("UNION" or "EXCEPT" or "INTERSECT") and var type)
            throw NotSupported(type);
        var left = Query(node.GetProperty("left"), scope);
        var right = Query(node.GetProperty("right"), scope);
        var both = new SqlCost(left.Total + right.Total, Math.Max(left.Column, right.Column));
        scope.AddColumns(both);
        return both;
    }

    private long Modifier(JsonElement modifier, SqlScope scope) => Text(modifier, "type") switch
    {
        "DISTINCT_MODIFIER" => Expressions(modifier, "distinct_on_targets", scope),
        "ORDER_MODIFIER" => Orders(modifier.GetProperty("orders"), scope),
        "LIMIT_MODIFIER" => Optional(modifier, "limit", scope) + Optional(modifier, "offset", scope),
        var type => throw NotSupported(type),
    };

    private SqlCost From(JsonElement table, SqlScope scope)
    {
        RequireNull(table, "sample");
        SqlCost cost;
        switch (Text(table, "type"))
        {
            case "EMPTY":
                return default;
            case "BASE_TABLE":
                cost = Named(table, scope);
                break;
            case "SUBQUERY":
                cost = Query(table.GetProperty("subquery").GetProperty("node"), scope);
                break;
            case "JOIN":
                return Join(table, scope);
            case "TABLE_FUNCTION":
                throw new CustomSqlException("table functions are not available");
            case var type:
                throw NotSupported(type);
        }
        scope.AddColumns(cost);
        return cost;
    }

    private SqlCost Named(JsonElement table, SqlScope scope)
    {
        var name = Text(table, "table_name");
        RequireNull(table, "at_clause");
        if (Text(table, "schema_name").Length > 0 || Text(table, "catalog_name").Length > 0)
            throw new CustomSqlException("the only available table is measurements");
        if (scope.FindTable(name) is { } known)
            return known with { Total = known.Total + BlockCost };
        if (!string.Equals(name, Table, StringComparison.OrdinalIgnoreCase))
            throw new CustomSqlException($"the only available table is measurements, not '{name}'");
        // The table has only the columns that the query reads, so their order depends on the query.
        if (table.GetProperty("column_name_alias").GetArrayLength() > 0)
            throw NotSupported("a list of column names after measurements");
        return new SqlCost(BlockCost, 1);
    }

    private SqlCost Join(JsonElement join, SqlScope scope)
    {
        if (Text(join, "ref_type") is not ("REGULAR" or "CROSS") and var reference)
            throw NotSupported(reference + " JOIN");
        if (Text(join, "join_type") is not ("INNER" or "LEFT" or "RIGHT" or "OUTER" or "SEMI" or "ANTI") and var type)
            throw NotSupported(type + " JOIN");
        RequireEmpty(join, "duplicate_eliminated_columns");
        var left = From(join.GetProperty("left"), scope);
        var right = From(join.GetProperty("right"), scope);
        foreach (var column in join.GetProperty("using_columns").EnumerateArray())
            Name(column.GetString()!);
        return new SqlCost(
            left.Total + right.Total + Optional(join, "condition", scope), Math.Max(left.Column, right.Column));
    }

    private long Expression(JsonElement expression, SqlScope scope)
    {
        if (++_depth > MaxDepth)
            throw TooComplex();
        _expressions++;
        var cost = 1 + Text(expression, "class") switch
        {
            "CONSTANT" => 0,
            "COLUMN_REF" => Column(expression, scope),
            "COMPARISON" => Optional(expression, "left", scope) + Optional(expression, "right", scope),
            "CONJUNCTION" => Expressions(expression, "children", scope),
            "OPERATOR" when SqlFunctions.Operators.Contains(Text(expression, "type")) =>
                Expressions(expression, "children", scope),
            "CASE" => Case(expression, scope),
            "CAST" => Cast(expression, scope),
            // The engine can divide it into two comparisons.
            "BETWEEN" => 2 * Optional(expression, "input", scope) + Optional(expression, "lower", scope)
                + Optional(expression, "upper", scope),
            "FUNCTION" => Function(expression, scope),
            "WINDOW" => Window(expression, scope),
            "STAR" => Star(expression, scope),
            "SUBQUERY" => Subquery(expression, scope) + Optional(expression, "child", scope),
            var type => throw NotSupported(type == "OPERATOR" ? Text(expression, "type") : type),
        };
        _depth--;
        return Limited(new SqlCost(cost, 1)).Total;
    }

    private long Subquery(JsonElement expression, SqlScope scope)
    {
        if (++_subqueries > MaxSubqueries)
            throw TooComplex();
        var cost = Query(expression.GetProperty("subquery").GetProperty("node"), scope).Total;
        _subqueries--;
        return cost;
    }

    private long Column(JsonElement expression, SqlScope scope)
    {
        var names = expression.GetProperty("column_names");
        if (names.GetArrayLength() > 2)
            throw NotSupported("a name with several points");
        var name = names[names.GetArrayLength() - 1].GetString()!;
        // A table as a value is a whole row, which has only the columns that the query reads.
        if (names.GetArrayLength() == 1 && _rows.Contains(name) && !_columns.Contains(name))
            throw new CustomSqlException($"'{name}' is a table and cannot be used as a value");
        Name(name);
        return scope.CostOf(name);
    }

    // A name that is neither a column nor defined by the query could be a value of the session, such as CURRENT_USER.
    private void Name(string name)
    {
        if (!_known.Contains(name))
            throw new CustomSqlException($"unknown column '{name}'");
        _read.Add(name);
    }

    private long Case(JsonElement expression, SqlScope scope) =>
        expression.GetProperty("case_checks").EnumerateArray().Sum(branch =>
            Optional(branch, "when_expr", scope) + Optional(branch, "then_expr", scope))
        + Optional(expression, "else_expr", scope);

    private long Cast(JsonElement expression, SqlScope scope)
    {
        var type = expression.GetProperty("cast_type");
        var id = Text(type, "id");
        if (!SqlFunctions.Types.Contains(id)
            || (id != "DECIMAL" && type.GetProperty("type_info").ValueKind != JsonValueKind.Null))
            throw new CustomSqlException($"the type {id} is not available");
        return Optional(expression, "child", scope);
    }

    private long Function(JsonElement call, SqlScope scope)
    {
        var name = Text(call, "function_name");
        if (Text(call, "schema") is not ("" or "main") || Text(call, "catalog").Length > 0)
            throw new CustomSqlException($"the function {name} is not available");
        RequireEmpty(call.GetProperty("order_bys"), "orders");
        var isAggregate = SqlFunctions.Aggregates.TryGetValue(name, out var function);
        if (!isAggregate && !SqlFunctions.Scalars.TryGetValue(name, out function))
            throw new CustomSqlException($"the function {name} is not available");
        CheckArguments(call, name, function);
        if (name is "~~" or "!~~" && !IsPlainPattern(call.GetProperty("children")[1]))
            throw new CustomSqlException("the pattern of LIKE must be a string in quotes, without '_'");
        var arguments = call.GetProperty("children").EnumerateArray().Select(one => Expression(one, scope)).ToList();
        // The engine replaces NULLIF(a, b) with CASE WHEN a = b THEN NULL ELSE a END.
        var again = name.Equals("nullif", StringComparison.OrdinalIgnoreCase) ? arguments[0] : 0;
        return function.Cost + arguments.Sum() + again + Optional(call, "filter", scope);
    }

    // Aggregates over a window that cannot be computed step by step take time that is quadratic in the number of rows.
    private long Window(JsonElement window, SqlScope scope)
    {
        var name = Text(window, "function_name");
        if (Text(window, "type") == "WINDOW_AGGREGATE")
        {
            if (!SqlFunctions.Aggregates.TryGetValue(name, out var function))
                throw new CustomSqlException($"the function {name} is not available");
            CheckArguments(window, name, function);
        }
        else if (!SqlFunctions.Windows.Contains(Text(window, "type")))
        {
            throw new CustomSqlException($"the function {name} is not available");
        }
        if (window.GetProperty("distinct").GetBoolean())
            throw NotSupported("DISTINCT over a window");
        if (window.GetProperty("ignore_nulls").GetBoolean())
            throw NotSupported("IGNORE NULLS");
        SqlFunctions.CheckDefault(window.GetProperty("default_expr"));
        if (Text(window, "exclude_clause") != "NO_OTHER")
            throw NotSupported("EXCLUDE");
        RequireEmpty(window, "arg_orders");
        return Expressions(window, "children", scope) + Expressions(window, "partitions", scope)
            + Orders(window.GetProperty("orders"), scope)
            + new[] { "start_expr", "end_expr", "offset_expr", "default_expr", "filter_expr" }
                .Sum(member => Optional(window, member, scope));
    }

    private long Star(JsonElement star, SqlScope scope)
    {
        foreach (var list in new[] { "exclude_list", "replace_list", "rename_list", "qualified_exclude_list" })
            RequireEmpty(star, list);
        RequireNull(star, "expr");
        if (star.GetProperty("columns").GetBoolean())
            throw NotSupported("COLUMNS");
        _readsAll = true;
        return scope.Column;
    }

    private long Orders(JsonElement orders, SqlScope scope) =>
        orders.EnumerateArray().Sum(order => Optional(order, "expression", scope));

    private long Expressions(JsonElement owner, string member, SqlScope scope) =>
        owner.GetProperty(member).EnumerateArray().Sum(expression => Expression(expression, scope));

    private long Optional(JsonElement owner, string member, SqlScope scope) =>
        owner.TryGetProperty(member, out var expression) && expression.ValueKind == JsonValueKind.Object
            ? Expression(expression, scope)
            : 0;

    private static void CheckArguments(JsonElement call, string name, SqlFunction function)
    {
        var count = call.GetProperty("children").GetArrayLength();
        if (count < function.MinArguments || count > function.MaxArguments)
            throw new CustomSqlException($"the function {name} is not available with {count} arguments");
    }

    private static bool IsPlainPattern(JsonElement pattern) =>
        Text(pattern, "class") == "CONSTANT"
        && pattern.GetProperty("value") is var value
        && value.TryGetProperty("value", out var text) && text.ValueKind == JsonValueKind.String
        && !text.GetString()!.Contains('_', StringComparison.Ordinal);

    private static SqlCost Limited(SqlCost cost) => cost.Total <= MaxCost ? cost : throw TooComplex();

    private static string Text(JsonElement owner, string member) => owner.GetProperty(member).GetString() ?? "";

    private static void RequireNull(JsonElement owner, string member)
    {
        if (owner.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null)
            throw NotSupported(member.ToUpperInvariant());
    }

    private static void RequireEmpty(JsonElement owner, string member)
    {
        if (owner.TryGetProperty(member, out var value) && value.EnumerateArray().Any())
            throw NotSupported(member.ToUpperInvariant());
    }

    private static CustomSqlException NotSupported(string what) => new($"{what} is not supported");

    private static CustomSqlException TooComplex() => new("is too complex; use fewer or less nested expressions");
}
