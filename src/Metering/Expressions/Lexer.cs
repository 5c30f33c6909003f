using System.Text;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>Kinds of tokens.</summary>
internal enum TokenKind
{
    Number,
    Text,
    Identifier,

    /// <summary>An operator or a bracket.</summary>
    Symbol,
    End,
}

/// <summary>A token of a calculation.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">As written; for a string, the text between the quotation marks.</param>
/// <param name="Column">Position of its first character, counted from 1.</param>
/// <param name="Number">Its value, if it is a number.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Column, decimal Number = 0);

/// <summary>Tokenizes a calculation. Tokens are separated by white space and line breaks.</summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] Symbols =
    [
        "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "^", "%", "(", ")", "<", ">", "?", ":", ",", ".", "!",
    ];

    private int _at;

    /// <summary>The tokens, followed by an end token.</summary>
    /// <exception cref="ExpressionSyntaxException">There is an unexpected character or quotation mark.</exception>
    internal static IReadOnlyList<Token> Read(string text)
    {
        var lexer = new Lexer(text);
        var tokens = new List<Token>();
        do
            tokens.Add(lexer.Next());
        while (tokens[^1].Kind != TokenKind.End);
        return tokens;
    }

    private Token Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        if (_at == text.Length)
            return new Token(TokenKind.End, "", _at + 1);
        var first = text[_at];
        if (char.IsAsciiDigit(first))
            return ReadNumber();
        if (first is '"' or '\'')
            return ReadText(first);
        if (LetterAt(_at) is > 0)
            return ReadIdentifier();
        var symbol = Symbols.FirstOrDefault(one => text.AsSpan(_at).StartsWith(one, StringComparison.Ordinal))
            ?? throw new ExpressionSyntaxException(_at + 1, $"unexpected character '{CharacterAt(_at)}'");
        _at += symbol.Length;
        return new Token(TokenKind.Symbol, symbol, _at + 1 - symbol.Length);
    }

    private Token ReadNumber()
    {
        var start = _at;
        SkipDigits();
        if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
        {
            _at++;
            SkipDigits();
        }
        if (LetterAt(_at) > 0)
            throw new ExpressionSyntaxException(_at + 1, "expected an operator between a number and a letter");
        // Leading zeros are not valid JSON but are accepted here.
        var digits = text[start.._at].TrimStart('0');
        var written = digits.Length == 0 || digits[0] == '.' ? "0" + digits : digits;
        if (!ExactNumber.TryParse(Encoding.UTF8.GetBytes(written), out var value))
            throw new ExpressionSyntaxException(start + 1, $"the number {ExactNumber.Rule}");
        return new Token(TokenKind.Number, text[start.._at], start + 1, value);
    }

    private void SkipDigits()
    {
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
    }

    private Token ReadText(char quote)
    {
        var start = _at++;
        var value = new StringBuilder();
        for (; _at < text.Length; _at++)
        {
            var character = text[_at];
            if (character == quote)
            {
                _at++;
                return new Token(TokenKind.Text, value.ToString(), start + 1);
            }
            if (character == '\\' && ++_at < text.Length && text[_at] is not ('\\' or '"' or '\''))
                throw new ExpressionSyntaxException(_at, "a backslash in a string must be followed by a quotation mark "
                    + "or a backslash");
            if (_at < text.Length)
                value.Append(text[_at]);
        }
        throw new ExpressionSyntaxException(start + 1, "the string has no closing quotation mark");
    }

    private Token ReadIdentifier()
    {
        var start = _at;
        while (_at < text.Length)
        {
            var length = char.IsAsciiDigit(text[_at]) ? 1 : LetterAt(_at);
            if (length == 0)
                break;
            _at += length;
        }
        return new Token(TokenKind.Identifier, text[start.._at], start + 1);
    }

    /// <summary>The length of the letter at the position, in UTF-16; 0 if there is none.</summary>
    private int LetterAt(int at)
    {
        if (at >= text.Length || !Rune.TryGetRuneAt(text, at, out var rune))
            return 0;
        return Rune.IsLetter(rune) || rune.Value is '_' or '$' ? rune.Utf16SequenceLength : 0;
    }

    private string CharacterAt(int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune.ToString() : "?";
}
