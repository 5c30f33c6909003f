namespace Tallystick.Metering.Expressions;

/// <summary>Operators and their precedence.</summary>
internal static class Operators
{
    /// <summary>The binary operator of a token and its precedence; null for any other token.</summary>
    internal static (BinaryOperator Operator, int Precedence)? Find(Token token) => (token.Kind, token.Text) switch
    {
        (TokenKind.Identifier, "OR") or (TokenKind.Symbol, "||") => (BinaryOperator.Or, 0),
        (TokenKind.Identifier, "AND") or (TokenKind.Symbol, "&&") => (BinaryOperator.And, 1),
        (TokenKind.Symbol, "==") => (BinaryOperator.Equal, 2),
        (TokenKind.Symbol, "!=") => (BinaryOperator.NotEqual, 2),
        (TokenKind.Symbol, "<") => (BinaryOperator.Less, 3),
        (TokenKind.Symbol, "<=") => (BinaryOperator.LessOrEqual, 3),
        (TokenKind.Symbol, ">") => (BinaryOperator.Greater, 3),
        (TokenKind.Symbol, ">=") => (BinaryOperator.GreaterOrEqual, 3),
        (TokenKind.Symbol, "+") => (BinaryOperator.Add, 4),
        (TokenKind.Symbol, "-") => (BinaryOperator.Subtract, 4),
        (TokenKind.Symbol, "*") => (BinaryOperator.Multiply, 5),
        (TokenKind.Symbol, "/") => (BinaryOperator.Divide, 5),
        (TokenKind.Symbol, "%") => (BinaryOperator.Modulo, 5),
        (TokenKind.Symbol, "^") => (BinaryOperator.Power, 6),
        _ => null,
    };

    /// <summary>The unary operator of a token.</summary>
    internal static UnaryOperator? FindUnary(string symbol) => symbol switch
    {
        "+" => UnaryOperator.Plus,
        "-" => UnaryOperator.Minus,
        "!" => UnaryOperator.Not,
        _ => null,
    };

    /// <summary>True for keywords that are operators and therefore not names.</summary>
    internal static bool IsWord(string text) => text is "AND" or "OR";

    /// <summary>The operator as it is written.</summary>
    internal static string Written(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Or => "OR",
        BinaryOperator.And => "AND",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Power => "^",
    };
}
