using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.Tests.Expressions;

/// <summary>Writes a tree with a bracket around each operation, so that its shape is seen.</summary>
internal static class ExpressionText
{
    internal static string Of(Expression expression) => expression switch
    {
        Expression.Number number => Value.Written(number.Value),
        Expression.Text text => $"'{text.Value}'",
        Expression.Boolean boolean => boolean.Value ? "true" : "false",
        Expression.Null => "null",
        Expression.Name name => name.Path,
        Expression.Member member => $"{Of(member.Target)}.{member.Part}",
        Expression.Unary unary => $"[{unary.Operator} {Of(unary.Operand)}]",
        Expression.Binary binary => $"[{Of(binary.Left)} {Operators.Written(binary.Operator)} {Of(binary.Right)}]",
        Expression.Conditional one => $"[{Of(one.Condition)} ? {Of(one.Then)} : {Of(one.Otherwise)}]",
        Expression.Call call => $"{call.Function}({string.Join(", ", call.Arguments.Select(Of))})",
        Expression.Cast cast => $"<{cast.Target}>{Of(cast.Operand)}",
        _ => throw new ArgumentOutOfRangeException(nameof(expression)),
    };

    /// <summary>Writes a tree so that it can be read again, with brackets around everything.</summary>
    internal static string Source(Expression expression) => expression switch
    {
        Expression.Text text => $"\"{text.Value.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"",
        Expression.Unary unary => $"({Sign(unary.Operator)}{Source(unary.Operand)})",
        Expression.Binary binary =>
            $"({Source(binary.Left)} {Operators.Written(binary.Operator)} {Source(binary.Right)})",
        Expression.Conditional one => $"({Source(one.Condition)} ? {Source(one.Then)} : {Source(one.Otherwise)})",
        Expression.Call call => $"{call.Function}({string.Join(", ", call.Arguments.Select(Source))})",
        Expression.Cast cast => $"{CastWord(cast.Target)}({Source(cast.Operand)})",
        Expression.Member member => $"{Source(member.Target)}.{member.Part}",
        _ => Of(expression),
    };

    private static char Sign(UnaryOperator operation) => operation switch
    {
        UnaryOperator.Plus => '+',
        UnaryOperator.Minus => '-',
        _ => '!',
    };

    private static string CastWord(ValueKind kind) => kind == ValueKind.Text ? "String" : kind.ToString();
}
