using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>
/// Parses a calculation. Precedence from high to low: parentheses, signs, <c>^</c> (from the right), <c>* / %</c>, <c>+
/// -</c>, order, equality, <c>AND</c>, <c>OR</c>, <c>? :</c> (from the right).
/// </summary>
internal sealed class ExpressionParser
{
    /// <summary>Maximum nesting of parentheses, arguments, signs and branches.</summary>
    internal const int MaxLevels = 200;

    /// <summary>Maximum number of binary operators and member accesses, which limits the depth of the tree.</summary>
    internal const int MaxOperators = 1000;

    private readonly IReadOnlyList<Token> _tokens;
    private int _at;
    private int _level;
    private int _operators;

    private ExpressionParser(IReadOnlyList<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_at];

    /// <summary>Reads a text.</summary>
    /// <exception cref="ExpressionSyntaxException">The first syntax error.</exception>
    internal static Expression Parse(string text)
    {
        var parser = new ExpressionParser(Lexer.Read(text));
        var expression = parser.ReadConditional();
        if (parser.Current.Kind != TokenKind.End)
            throw parser.Unexpected("an operator or the end of the expression");
        return expression;
    }

    private Expression ReadConditional()
    {
        var condition = ReadBinary(0);
        var column = Current.Column;
        if (!TakeSymbol("?"))
            return condition;
        var then = Nested(ReadConditional);
        Expect(":");
        return new Expression.Conditional(column, condition, then, Nested(ReadConditional));
    }

    private Expression ReadBinary(int lowest)
    {
        var left = ReadUnary();
        while (Operators.Find(Current) is { } found && found.Precedence >= lowest)
        {
            var column = Current.Column;
            TakeOperator();
            var right = found.Operator == BinaryOperator.Power
                ? Nested(() => ReadBinary(found.Precedence))
                : ReadBinary(found.Precedence + 1);
            left = new Expression.Binary(column, found.Operator, left, right);
        }
        return left;
    }

    private Expression ReadUnary()
    {
        var column = Current.Column;
        if (Current.Kind == TokenKind.Symbol && Operators.FindUnary(Current.Text) is { } sign)
        {
            _at++;
            return new Expression.Unary(column, sign, Nested(ReadUnary));
        }
        if (Current.Text == "(" && Current.Kind == TokenKind.Symbol
            && CastTo(_tokens[_at + 1]) is { } kind && _tokens[_at + 2].Text == ")")
        {
            _at += 3;
            return new Expression.Cast(column, kind, Nested(ReadUnary));
        }
        return ReadParts(ReadPrimary());
    }

    private Expression ReadParts(Expression target)
    {
        while (Current is { Kind: TokenKind.Symbol, Text: "." })
        {
            TakeOperator();
            target = new Expression.Member(Current.Column, target, TakeIdentifier());
        }
        return target;
    }

    private Expression ReadPrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _at++;
                return new Expression.Number(token.Column, token.Number);
            case TokenKind.Text:
                _at++;
                return new Expression.Text(token.Column, token.Text);
            case TokenKind.Identifier when !Operators.IsWord(token.Text):
                return ReadNamed(token);
            case TokenKind.Symbol when TakeSymbol("("):
                var inner = Nested(ReadConditional);
                Expect(")");
                return inner;
            default:
                throw Unexpected("a value");
        }
    }

    private Expression ReadNamed(Token first)
    {
        _at++;
        switch (first.Text)
        {
            case "true" or "false":
                return new Expression.Boolean(first.Column, first.Text == "true");
            case "null":
                return new Expression.Null(first.Column);
        }
        var path = first.Text;
        while (TakeSymbol("."))
            path += "." + TakeIdentifier();
        if (!TakeSymbol("("))
            return new Expression.Name(first.Column, path);
        var arguments = ReadArguments();
        if (CastTo(first) is not { } kind || path != first.Text)
            return new Expression.Call(first.Column, path, arguments);
        if (arguments.Count != 1)
            throw new ExpressionSyntaxException(first.Column, $"{path}(…) expects one argument");
        return new Expression.Cast(first.Column, kind, arguments[0]);
    }

    private List<Expression> ReadArguments()
    {
        var arguments = new List<Expression>();
        if (TakeSymbol(")"))
            return arguments;
        do
            arguments.Add(Nested(ReadConditional));
        while (TakeSymbol(","));
        Expect(")");
        return arguments;
    }

    private static ValueKind? CastTo(Token token) => (token.Kind, token.Text) switch
    {
        (TokenKind.Identifier, "Number") => ValueKind.Number,
        (TokenKind.Identifier, "String") => ValueKind.Text,
        (TokenKind.Identifier, "Boolean") => ValueKind.Boolean,
        _ => null,
    };

    // Each level uses stack space.
    private T Nested<T>(Func<T> read)
    {
        if (++_level > MaxLevels)
            throw new ExpressionSyntaxException(Current.Column, $"is nested more than {MaxLevels} levels deep");
        var result = read();
        _level--;
        return result;
    }

    // Operators of equal precedence deepen the tree without nesting.
    private void TakeOperator()
    {
        if (++_operators > MaxOperators)
            throw new ExpressionSyntaxException(Current.Column, $"there are more than {MaxOperators} operators");
        _at++;
    }

    private string TakeIdentifier()
    {
        if (Current.Kind != TokenKind.Identifier)
            throw Unexpected("a name after '.'");
        return _tokens[_at++].Text;
    }

    private bool TakeSymbol(string symbol)
    {
        if (Current.Kind != TokenKind.Symbol || Current.Text != symbol)
            return false;
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!TakeSymbol(symbol))
            throw Unexpected($"'{symbol}'");
    }

    private ExpressionSyntaxException Unexpected(string wanted) => new(
        Current.Column,
        Current.Kind == TokenKind.End
            ? $"expected {wanted} at the end" : $"expected {wanted}, but found '{Shown}'");

    private string Shown => TextLength.Shorten(Current.Text, 40);
}
