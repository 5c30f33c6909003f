using System.Globalization;
using System.Text.RegularExpressions;

namespace Tallystick.Acceptance.Tests.Diaries;

/// <summary>Figures as they are written in a diary: <c>14.52 = 30 x 15/31</c>, where both sides must agree.</summary>
internal sealed partial class Arithmetic
{
    private readonly IReadOnlyList<string> _tokens;
    private int _at;

    private Arithmetic(string text) => _tokens = [.. Token().Matches(text).Select(token => token.Value)];

    /// <summary>The figure, after a check of what stands beside it.</summary>
    public static decimal Figure(string text)
    {
        var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        var figure = Number(parts[0]);
        if (parts.Length == 1)
            return figure;
        var reckoned = new Arithmetic(parts[1]).Whole();
        var rounded = decimal.Round(reckoned, figure.Scale, MidpointRounding.AwayFromZero);
        return rounded == figure ? figure : throw new FormatException($"{parts[1]} is {reckoned}, not {parts[0]}.");
    }

    /// <summary>A number without arithmetic.</summary>
    public static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private decimal Whole()
    {
        var value = Sum();
        return _at == _tokens.Count ? value : throw new FormatException($"'{_tokens[_at]}' is out of place.");
    }

    private decimal Sum()
    {
        var value = Product();
        while (Next("+", "-") is { } sign)
            value += sign == "+" ? Product() : -Product();
        return value;
    }

    private decimal Product()
    {
        var value = Factor();
        while (Next("x", "/") is { } sign)
            value = sign == "x" ? value * Factor() : value / Factor();
        return value;
    }

    private decimal Factor()
    {
        if (Next("-") is not null)
            return -Factor();
        if (Next("(") is null)
            return Number(_tokens[_at++]);
        var value = Sum();
        return Next(")") is not null ? value : throw new FormatException("A closing parenthesis is missing.");
    }

    private string? Next(params IEnumerable<string> signs) =>
        _at < _tokens.Count && signs.Contains(_tokens[_at]) ? _tokens[_at++] : null;

    [GeneratedRegex(@"[\d.]+|\S")]
    private static partial Regex Token();
}
