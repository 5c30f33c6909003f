using Tallystick.Foundation.Values;

namespace Tallystick.Metering.CustomSql;

/// <summary>
/// Rules for the query of a <c>CUSTOM_SQL</c> aggregation: a single <c>SELECT</c> over <c>measurements</c> with allowed
/// functions. Its result is known only at run time.
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

    /// <summary>Keywords that can precede a parenthesis without being function calls.</summary>
    private static readonly HashSet<string> Keywords =
    [
        "SELECT", "FROM", "JOIN", "WHERE", "AND", "OR", "NOT", "IN", "EXISTS", "ON", "AS", "OVER", "FILTER", "BY",
        "HAVING", "WHEN", "THEN", "ELSE", "CASE", "UNION", "ALL", "EXCEPT", "INTERSECT", "DISTINCT", "BETWEEN", "LIKE",
        "LIMIT", "OFFSET", "USING",
    ];

    /// <summary>
    /// SQL that the sandbox does not run, because its result depends on the time or the session, or because its cost
    /// cannot be bounded.
    /// </summary>
    private static readonly HashSet<string> Unsupported =
    [
        "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "CURRENT_USER",
        "SESSION_USER", "CURRENT_ROLE", "CURRENT_CATALOG", "CURRENT_SCHEMA", "ILIKE", "SIMILAR", "GLOB", "ESCAPE",
        "COLLATE", "NATURAL", "ASOF", "POSITIONAL", "TABLESAMPLE", "GROUPING", "CUBE", "ROLLUP", "LAMBDA", "ARRAY",
        "EXCLUDE",
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
    private readonly Stack<Bracket> _brackets = new([new Bracket()]);

    private CustomSqlRules(IReadOnlyList<SqlToken> tokens, Issues issues)
    {
        _tokens = tokens;
        _issues = issues;
    }

    /// <summary>Adds every fault of a query.</summary>
    internal static void Check(string? sql, Issues issues)
    {
        if (string.IsNullOrWhiteSpace(sql))
            issues.Add("required", Path, "is required for CUSTOM_SQL aggregations");
        else if (CustomSqlTokens.Read(sql, out var unclosed) is not { } tokens)
            Add(issues, unclosed, "the quotation mark has no closing counterpart");
        else
            new CustomSqlRules(tokens, issues).CheckAll();
    }

    private void CheckAll()
    {
        if (!At(0).IsWord("SELECT") && !At(0).IsWord("WITH"))
            Add(1, "must be a single SELECT statement");
        for (var index = 0; index < _tokens.Count; index++)
        {
            var token = _tokens[index];
            if (token.Kind == SqlTokenKind.Word)
                CheckWord(token, index);
            else if (token.Kind == SqlTokenKind.Symbol)
                CheckSymbol(token, index);
            else if (token.Kind == SqlTokenKind.Name && At(index + 1).IsSymbol("("))
                Add(token.Column, "a function name cannot be quoted");
        }
        if (_brackets.Count > 1)
            Add(_tokens[^1].Column, "an opening parenthesis is not closed");
    }

    private void CheckWord(SqlToken word, int index)
    {
        var bracket = _brackets.Peek();
        if (Forbidden.Contains(word.Text))
            Add(word.Column, $"{word.Text} is not allowed; only SELECT queries are");
        else if (Unsupported.Contains(word.Text))
            Add(word.Column, $"{word.Text} is not supported");
        // This scanner does not know the escapes of E'...', so it would not see where such a string ends.
        if (word.Text is "E" or "B" or "X" or "N" && At(index + 1) is { Kind: SqlTokenKind.Literal } next
            && next.Column == word.Column + 1)
            Add(word.Column, $"strings with the prefix {word.Text} are not supported");
        if (word.Text == "ALL" && IsAfter(index, "BY") && IsAfter(index - 1, "ORDER"))
            Add(word.Column, "ORDER BY ALL is not supported");
        CheckLike(word, index);
        CheckCase(word, bracket);
        if (word.Text == "WITH")
        {
            bracket.IsInWith = true;
        }
        else if (word.Text == "SELECT")
        {
            bracket.IsSelect = true;
            bracket.IsInWith = false;
        }
        // The FROM in EXTRACT(year FROM ts) and in IS DISTINCT FROM is not followed by a table.
        if (word.Text is ("FROM" or "JOIN") && !IsAfter(index, "DISTINCT")
            && (bracket.IsSelect || !bracket.IsOfWordyFunction))
        {
            bracket.IsInFrom = true;
            CheckTable(index + 1);
        }
        else if (EndsOfFrom.Contains(word.Text))
        {
            bracket.IsInFrom = false;
        }
        if (At(index + 1).IsSymbol("(") && !Functions.Contains(word.Text) && !Keywords.Contains(word.Text))
            Add(word.Column, $"unknown function {word.Text}; available functions: {string.Join(", ", Functions)}");
    }

    // Other patterns can take time that is exponential in their length, and the engine cannot be interrupted meanwhile.
    private void CheckLike(SqlToken word, int index)
    {
        if (word.Text == "LIKE" && (At(index + 1) is not { Kind: SqlTokenKind.Literal } pattern
            || !pattern.Text.StartsWith('\'') || pattern.Text.Contains('_', StringComparison.Ordinal)))
            Add(word.Column, "the pattern of LIKE must be a string in quotes, without '_'");
    }

    // The engine copies the operand of CASE x WHEN ... into each condition. If operands contained CASE expressions, the
    // copies would multiply.
    private void CheckCase(SqlToken word, Bracket bracket)
    {
        switch (word.Text)
        {
            case "CASE":
                if (_brackets.Any(one => one.Cases.Contains(CasePart.Operand)))
                    Add(word.Column, "the operand of a CASE expression cannot contain another CASE expression");
                bracket.Cases.Push(CasePart.Operand);
                break;
            case "WHEN" when bracket.Cases.TryPop(out _):
                bracket.Cases.Push(CasePart.Branches);
                break;
            case "END":
                bracket.Cases.TryPop(out _);
                break;
        }
    }

    private void CheckSymbol(SqlToken symbol, int index)
    {
        switch (symbol.Text)
        {
            case "(":
                _brackets.Push(new Bracket
                {
                    IsOfWordyFunction = index > 0 && _tokens[index - 1].Text is ("EXTRACT" or "SUBSTRING" or "TRIM"),
                    Name = NameOfQuery(index),
                });
                break;
            case ")" when _brackets.Count == 1:
                Add(symbol.Column, "the closing parenthesis has no opening counterpart");
                break;
            case ")":
                // Visible from here on but not within the query itself, where the name would refer to a table.
                if (_brackets.Pop().Name is { } name)
                    _brackets.Peek().Tables.Add(name);
                break;
            case "," when _brackets.Peek().IsInFrom:
                CheckTable(index + 1);
                break;
            case ";":
                Add(symbol.Column, "must be a single statement without ';'");
                break;
            case "-" when At(index + 1).IsSymbol("-") && At(index + 1).Column == symbol.Column + 1:
            case "/" when At(index + 1).IsSymbol("*"):
                Add(symbol.Column, "comments are not allowed");
                break;
            case "/" when At(index + 1).IsSymbol("/") && At(index + 1).Column == symbol.Column + 1:
                Add(symbol.Column, "'//' is not supported; use FLOOR(a / b)");
                break;
            case "$" or "?" or "@" or "#" or "`" or "\\" or "|" or "&" or "~" or "^" or "[" or "{":
            case "*" when At(index + 1).IsSymbol("*") && At(index + 1).Column == symbol.Column + 1:
                Add(symbol.Column, $"'{symbol.Text}' is not allowed");
                break;
            case [var character] when char.IsControl(character):
                Add(symbol.Column, "control characters are not allowed");
                break;
        }
    }

    private void CheckTable(int index)
    {
        var (table, next) = (At(index), At(index + 1));
        var isAllowed = table.Kind is SqlTokenKind.Word or SqlTokenKind.Name
            ? IsInScope(table.Text.ToUpperInvariant()) && !next.IsSymbol(".")
            : table.IsSymbol("(") && (next.IsWord("SELECT") || next.IsWord("WITH"));
        if (!isAllowed)
            Add(table.Column, "the only available table is measurements");
    }

    // The name in WITH name AS (SELECT ...), whose parenthesis is at the index; null for any other parenthesis.
    private string? NameOfQuery(int index) =>
        _brackets.Peek().IsInWith && index >= 2 && At(index - 1).IsWord("AS")
        && At(index - 2).Kind is SqlTokenKind.Word or SqlTokenKind.Name
            ? At(index - 2).Text.ToUpperInvariant()
            : null;

    private bool IsInScope(string table) =>
        table == Measurements || _brackets.Any(bracket => bracket.Tables.Contains(table));

    private bool IsAfter(int index, string word) => index > 0 && _tokens[index - 1].IsWord(word);

    private SqlToken At(int index) =>
        index < _tokens.Count ? _tokens[index] : new SqlToken(SqlTokenKind.Symbol, "", _tokens[^1].Column);

    private void Add(int column, string message) => Add(_issues, column, message);

    private static void Add(Issues issues, int column, string message) =>
        issues.Add("sql", Path, FormattableString.Invariant($"at column {column}: {message}"));

    private enum CasePart
    {
        /// <summary>Between CASE and its first WHEN.</summary>
        Operand,

        /// <summary>From its first WHEN to its END.</summary>
        Branches,
    }

    /// <summary>The content of a pair of parentheses.</summary>
    private sealed class Bracket
    {
        /// <summary>Arguments of a function that are separated by keywords, including FROM.</summary>
        internal bool IsOfWordyFunction { get; init; }

        internal bool IsSelect { get; set; }

        internal bool IsInFrom { get; set; }

        /// <summary>Between WITH and its SELECT, where queries are named.</summary>
        internal bool IsInWith { get; set; }

        /// <summary>The name that WITH gives to the query in parentheses, in uppercase.</summary>
        internal string? Name { get; init; }

        /// <summary>The named queries that are visible within the parentheses, including nested ones.</summary>
        internal HashSet<string> Tables { get; } = [];

        /// <summary>The CASE expressions that have not ended, the innermost first.</summary>
        internal Stack<CasePart> Cases { get; } = new();
    }
}
