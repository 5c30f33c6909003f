namespace Tallystick.Metering.CustomSql;

/// <summary>Kinds of tokens of a query.</summary>
internal enum SqlTokenKind
{
    /// <summary>A name or keyword without quotes.</summary>
    Word,

    /// <summary>A name in double quotes.</summary>
    Name,

    /// <summary>A string in single quotes, or a number.</summary>
    Literal,

    /// <summary>A single character of any other kind.</summary>
    Symbol,
}

/// <summary>A token of a query.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">As written, keywords in uppercase; for a quoted name, the text between the quotes.</param>
/// <param name="Column">Position of its first character, counted from 1.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text, int Column)
{
    internal bool IsWord(string word) => Kind == SqlTokenKind.Word && Text == word;

    internal bool IsSymbol(string symbol) => Kind == SqlTokenKind.Symbol && Text == symbol;
}

/// <summary>Tokenizes a query.</summary>
internal static class CustomSqlTokens
{
    /// <summary>The tokens; null, with the position, if a quotation mark is not closed.</summary>
    internal static IReadOnlyList<SqlToken>? Read(string sql, out int unclosed)
    {
        var tokens = new List<SqlToken>();
        unclosed = 0;
        for (var at = 0; at < sql.Length;)
        {
            var start = at;
            if (char.IsWhiteSpace(sql[at]))
            {
                at++;
            }
            else if (sql[at] is '\'' or '"')
            {
                if (!TrySkipQuoted(sql, ref at))
                {
                    unclosed = start + 1;
                    return null;
                }
                tokens.Add(sql[start] == '"'
                    ? new SqlToken(SqlTokenKind.Name, sql[(start + 1)..(at - 1)], start + 1)
                    : new SqlToken(SqlTokenKind.Literal, sql[start..at], start + 1));
            }
            else if (IsPartOfWord(sql[at]))
            {
                while (at < sql.Length && IsPartOfWord(sql[at]))
                    at++;
                var kind = char.IsAsciiDigit(sql[start]) ? SqlTokenKind.Literal : SqlTokenKind.Word;
                tokens.Add(new SqlToken(kind, sql[start..at].ToUpperInvariant(), start + 1));
            }
            else
            {
                at++;
                tokens.Add(new SqlToken(SqlTokenKind.Symbol, sql[start..at], start + 1));
            }
        }
        return tokens;
    }

    // A doubled quotation mark represents one.
    private static bool TrySkipQuoted(string sql, ref int at)
    {
        var quote = sql[at++];
        for (; at < sql.Length; at++)
        {
            if (sql[at] != quote)
                continue;
            if (++at == sql.Length || sql[at] != quote)
                return true;
        }
        return false;
    }

    private static bool IsPartOfWord(char character) =>
        char.IsLetterOrDigit(character) || character is '_' || char.IsSurrogate(character);
}
