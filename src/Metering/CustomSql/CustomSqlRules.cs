using Tallystick.Foundation.Values;

namespace Tallystick.Metering.CustomSql;

/// <summary>
/// What a query of a <c>CUSTOM_SQL</c> aggregation may be: one <c>SELECT</c> over <c>measurements</c>, with functions
/// of a list (metering reference 9.5). What it gives shows only when it runs.
/// </summary>
internal sealed class CustomSqlRules
{
    private const string Path = "customSql";
    private const string Measurements = "MEASUREMENTS";

    private static readonly HashSet<string> Functions =
    [
        "COUNT", "SUM", "MIN", "MAX", "AVG", "COALESCE", "NULLIF", "ABS", "ROUND", "CEIL", "CEILING", "FLOOR", "LEAST",
        "GREATEST", "DATE_TRUNC", "EXTRACT", "CAST", "DECIMAL", "NUMERIC", "LOWER", "UPPER", "LENGTH", "SUBSTRING",
        "TRIM", "ROW_NUMBER", "RANK", "DENSE_RANK", "LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE",
    ];

    /// <summary>Words that a bracket may follow without being called.</summary>
    private static readonly HashSet<string> Keywords =
    [
        "SELECT", "FROM", "JOIN", "WHERE", "AND", "OR", "NOT", "IN", "EXISTS", "ON", "AS", "OVER", "FILTER", "BY",
        "HAVING", "WHEN", "THEN", "ELSE", "CASE", "UNION", "ALL", "EXCEPT", "INTERSECT", "DISTINCT", "BETWEEN", "LIKE",
        "LIMIT", "OFFSET", "USING",
    ];

    private static readonly HashSet<string> EndsOfFrom =
        ["WHERE", "GROUP", "HAVING", "ORDER", "WINDOW", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "SELECT"];

    private static readonly HashSet<string> Forbidden =
    [
        "INSERT", "UPDATE", "DELETE", "MERGE", "INTO", "CREATE", "ALTER", "DROP", "TRUNCATE", "ATTACH", "DETACH",
        "COPY", "EXPORT", "IMPORT", "INSTALL", "LOAD", "PRAGMA", "CALL", "EXECUTE", "PREPARE", "GRANT", "REVOKE",
        "RECURSIVE", "DESCRIBE", "EXPLAIN", "SUMMARIZE", "PIVOT", "UNPIVOT", "TABLE", "VALUES",
    ];

    private readonly IReadOnlyList<SqlToken> _tokens;
    private readonly Issues _issues;
    private readonly HashSet<string> _tables;
    private readonly Stack<Bracket> _brackets = new([new Bracket()]);

    private CustomSqlRules(IReadOnlyList<SqlToken> tokens, Issues issues)
    {
        _tokens = tokens;
        _issues = issues;
        // WITH name AS (SELECT …)
        var named = tokens.Index().Where(token =>
            At(token.Index + 1).IsWord("AS")
            && At(token.Index + 2).IsSymbol("(") && At(token.Index + 3).IsWord("SELECT"));
        _tables = [Measurements, .. named.Select(token => token.Item.Text.ToUpperInvariant())];
    }

    /// <summary>Adds every fault of a query.</summary>
    internal static void Check(string? sql, Issues issues)
    {
        if (string.IsNullOrWhiteSpace(sql))
            issues.Add("required", Path, "is required for CUSTOM_SQL aggregations");
        else if (CustomSqlTokens.Read(sql, out var unclosed) is not { } tokens)
            Add(issues, unclosed, "the quote that begins here has no end");
        else
            new CustomSqlRules(tokens, issues).CheckAll();
    }

    private void CheckAll()
    {
        if (!At(0).IsWord("SELECT") && !At(0).IsWord("WITH"))
            Add(1, "must be one SELECT");
        for (var index = 0; index < _tokens.Count; index++)
        {
            var token = _tokens[index];
            if (token.Kind == SqlTokenKind.Word)
                CheckWord(token, index);
            else if (token.Kind == SqlTokenKind.Symbol)
                CheckSymbol(token, index);
        }
        if (_brackets.Count > 1)
            Add(_tokens[^1].Column, "a bracket is not closed");
    }

    private void CheckWord(SqlToken word, int index)
    {
        var bracket = _brackets.Peek();
        if (Forbidden.Contains(word.Text))
            Add(word.Column, $"{word.Text} is not allowed; the query can only select");
        if (word.Text == "SELECT")
            bracket.IsSelect = true;
        // EXTRACT(year FROM ts) names no table.
        if (bracket.IsSelect && word.Text is ("FROM" or "JOIN"))
        {
            bracket.IsInFrom = true;
            CheckTable(At(index + 1));
        }
        else if (EndsOfFrom.Contains(word.Text))
        {
            bracket.IsInFrom = false;
        }
        if (At(index + 1).IsSymbol("(") && !Functions.Contains(word.Text) && !Keywords.Contains(word.Text))
            Add(word.Column, $"there is no function {word.Text}; there are {string.Join(", ", Functions)}");
    }

    private void CheckSymbol(SqlToken symbol, int index)
    {
        switch (symbol.Text)
        {
            case "(":
                _brackets.Push(new Bracket());
                break;
            case ")" when _brackets.Count == 1:
                Add(symbol.Column, "the bracket was not opened");
                break;
            case ")":
                _brackets.Pop();
                break;
            case "," when _brackets.Peek().IsInFrom:
                CheckTable(At(index + 1));
                break;
            case ";":
                Add(symbol.Column, "must be one statement, without ';'");
                break;
            case "-" when At(index + 1).IsSymbol("-") && At(index + 1).Column == symbol.Column + 1:
            case "/" when At(index + 1).IsSymbol("*"):
                Add(symbol.Column, "comments are not allowed");
                break;
            case "$" or "?" or "@" or "#" or "`" or "\\":
                Add(symbol.Column, $"'{symbol.Text}' is not allowed");
                break;
        }
    }

    private void CheckTable(SqlToken table)
    {
        var isAllowed = table.Kind is SqlTokenKind.Word or SqlTokenKind.Name
            ? _tables.Contains(table.Text.ToUpperInvariant())
            : table.IsSymbol("(");
        if (!isAllowed)
            Add(table.Column, "the only table is measurements");
    }

    private SqlToken At(int index) =>
        index < _tokens.Count ? _tokens[index] : new SqlToken(SqlTokenKind.Symbol, "", _tokens[^1].Column);

    private void Add(int column, string message) => Add(_issues, column, message);

    private static void Add(Issues issues, int column, string message) =>
        issues.Add("sql", Path, FormattableString.Invariant($"at column {column}: {message}"));

    /// <summary>What stands between two brackets.</summary>
    private sealed class Bracket
    {
        internal bool IsSelect { get; set; }

        internal bool IsInFrom { get; set; }
    }
}
