using System.Globalization;
using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.Tests.Expressions;

/// <summary>Writes a tree with a bracket around each operation, so that its shape is seen.</summary>
internal static class ExpressionText
{
    internal static string Of(Expression expression) => expression switch
    {
        Expression.Number number => number.Value.ToString(CultureInfo.InvariantCulture),
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
}
