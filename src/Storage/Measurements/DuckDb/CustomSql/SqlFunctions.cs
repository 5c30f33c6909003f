using System.Collections.Frozen;
using System.Text.Json;
using Tallystick.Metering.CustomSql;

namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>What a query may call, by the names and types of the engine's syntax tree.</summary>
internal static class SqlFunctions
{
    private const int AnyNumber = 100;

    // A text function makes a new text for each row.
    private const int TextCost = 100;

    /// <summary>Functions and operators, including those that the engine makes of EXTRACT and INTERVAL.</summary>
    public static readonly FrozenDictionary<string, SqlFunction> Scalars = new Dictionary<string, SqlFunction>
    {
        ["+"] = new(1, 2),
        ["-"] = new(1, 2),
        ["*"] = new(2, 2),
        ["/"] = new(2, 2),
        ["%"] = new(2, 2),
        ["~~"] = new(2, 2),
        ["!~~"] = new(2, 2),
        ["abs"] = new(1, 1),
        ["round"] = new(1, 2),
        ["ceil"] = new(1, 1),
        ["ceiling"] = new(1, 1),
        ["floor"] = new(1, 1),
        ["trunc"] = new(1, 1),
        ["least"] = new(1, AnyNumber),
        ["greatest"] = new(1, AnyNumber),
        ["nullif"] = new(2, 2),
        ["date_trunc"] = new(2, 2),
        ["date_part"] = new(2, 2),
        ["to_years"] = new(1, 1),
        ["to_months"] = new(1, 1),
        ["to_weeks"] = new(1, 1),
        ["to_days"] = new(1, 1),
        ["to_hours"] = new(1, 1),
        ["to_minutes"] = new(1, 1),
        ["to_seconds"] = new(1, 1),
        ["length"] = new(1, 1),
        ["lower"] = new(1, 1, TextCost),
        ["upper"] = new(1, 1, TextCost),
        ["substring"] = new(2, 3, TextCost),
        ["trim"] = new(1, 2, TextCost),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Aggregate functions. Their forms with more arguments return lists.</summary>
    public static readonly FrozenDictionary<string, SqlFunction> Aggregates = new Dictionary<string, SqlFunction>
    {
        ["count"] = new(0, 1),
        ["count_star"] = new(0, 0),
        ["sum"] = new(1, 1),
        ["min"] = new(1, 1),
        ["max"] = new(1, 1),
        ["avg"] = new(1, 1),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Types of window expressions other than aggregates.</summary>
    public static readonly FrozenSet<string> Windows = FrozenSet.Create(
        "WINDOW_ROW_NUMBER", "WINDOW_RANK", "WINDOW_RANK_DENSE", "WINDOW_LAG", "WINDOW_LEAD", "WINDOW_FIRST_VALUE",
        "WINDOW_LAST_VALUE");

    /// <summary>Types of operators.</summary>
    public static readonly FrozenSet<string> Operators = FrozenSet.Create(
        "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "COMPARE_IN",
        "COMPARE_NOT_IN");

    /// <summary>Types that values can be converted to.</summary>
    public static readonly FrozenSet<string> Types = FrozenSet.Create(
        "BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "DOUBLE", "VARCHAR", "DATE", "TIME",
        "TIMESTAMP", "INTERVAL");

    /// <summary>Checks the default of LAG and LEAD, which the engine rounds to the scale of the values.</summary>
    /// <exception cref="CustomSqlException">It could be a number with decimal places.</exception>
    public static void CheckDefault(JsonElement expression)
    {
        if (expression.ValueKind == JsonValueKind.Object
            && (expression.GetProperty("class").GetString() != "CONSTANT"
                || expression.GetProperty("value").GetProperty("type").GetProperty("id").GetString()
                    is "DECIMAL" or "DOUBLE"))
        {
            throw new CustomSqlException(
                "the default of LAG and LEAD must be a whole number or a text; use COALESCE for others");
        }
    }
}

/// <summary>A function that a query may call.</summary>
/// <param name="MinArguments">Minimum number of arguments.</param>
/// <param name="MaxArguments">Maximum number of arguments.</param>
/// <param name="Cost">Its share in the cost of a query; see <see cref="SqlTree"/>.</param>
internal readonly record struct SqlFunction(int MinArguments, int MaxArguments, int Cost = 1);
