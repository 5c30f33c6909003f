
namespace Tallystick.Metering.Expressions;

/// <summary>
/// Compiles the tree of a calculation to delegates. Names are resolved to slots at compile time. If the types of
/// operands are known, the delegates work on plain numbers without allocating objects.
/// </summary>
/// <param name="scope">The names in scope, as when the calculation was checked.</param>
/// <param name="slots">Assigns slots to names and lookup tables; shared by calculations that run together.</param>
internal sealed class Compiler(NameScope scope, Slots slots)
{
    /// <summary>Maximum length of a text within a calculation.</summary>
    internal const int MaxText = 10_000;

    /// <summary>The names in scope.</summary>
    internal NameScope Scope => scope;

    internal Slots Slots => slots;

    internal Code Compile(Expression expression) => expression switch
    {
        Expression.Number number => new Code.Number(number.Column, _ => number.Value),
        Expression.Text text => new Code.Text(text.Column, _ => text.Value),
        Expression.Boolean boolean => new Code.Boolean(boolean.Column, _ => boolean.Value),
        Expression.Null none => new Code.Open(none.Column, _ => default),
        Expression.Name name => Name(name.Path, name.Column),
        Expression.Member member => DateTimeFunctions.Part(
            member.Column, Compile(member.Target).AsDateTime(), member.Part),
        Expression.Unary unary => Unary(unary),
        Expression.Binary binary => Binary(binary),
        Expression.Conditional conditional => Conditional(conditional),
        Expression.Call call => (Functions.Find(call.Function)
                ?? throw new ExpressionSyntaxException(call.Column, $"function '{call.Function}' does not exist"))
            .Compile(new CallArguments(this, call)),
        Expression.Cast cast => Cast(cast),
        _ => throw new InvalidOperationException($"No rule for {expression.GetType().Name}"),
    };

    /// <summary>
    /// Resolves a name to a constant, a slot, or a part of a date-time. A name that no longer exists is null.
    /// </summary>
    internal Code Name(string path, int column)
    {
        if (Functions.Constant(path) is { } constant)
            return constant.Kind == ValueKind.Number
                ? new Code.Number(column, _ => constant.Number) : new Code.Text(column, _ => constant.Text);
        if (scope.Resolve(path) is not { } name)
            return new Code.Open(column, _ => default);
        var slot = slots.OfName(name.Name);
        return name switch
        {
            { Part: { } part } => DateTimeFunctions.Part(column, evaluation => evaluation.Values[slot].DateTime, part),
            { Kind: ValueKind.Number } => new Code.Number(column, evaluation => evaluation.Values[slot].Number),
            { Kind: ValueKind.Text } => new Code.Text(column, evaluation => evaluation.Values[slot].Text),
            { Kind: ValueKind.DateTime } => new Code.DateTime(column, evaluation => evaluation.Values[slot].DateTime),
            _ => new Code.Open(column, evaluation => evaluation.Values[slot]),
        };
    }

    private Code Unary(Expression.Unary unary)
    {
        var operand = Compile(unary.Operand);
        if (unary.Operator == UnaryOperator.Not)
        {
            var condition = operand.AsBoolean();
            return new Code.Boolean(unary.Column, evaluation => !condition(evaluation));
        }
        var number = operand.AsNumber();
        return new Code.Number(
            unary.Column, unary.Operator == UnaryOperator.Plus ? number : evaluation => -number(evaluation));
    }

    private Code Binary(Expression.Binary binary)
    {
        var (left, right) = (Compile(binary.Left), Compile(binary.Right));
        switch (binary.Operator)
        {
            case BinaryOperator.And or BinaryOperator.Or:
                return Logical(binary, left.AsBoolean(), right.AsBoolean());
            case BinaryOperator.Equal or BinaryOperator.NotEqual:
                var same = Comparisons.Same(left, right);
                return new Code.Boolean(
                    binary.Column,
                    binary.Operator == BinaryOperator.Equal ? evaluation => same(evaluation)
                        : evaluation => !same(evaluation));
            case BinaryOperator.Less or BinaryOperator.LessOrEqual
                or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual:
                return new Code.Boolean(binary.Column, Comparisons.Order(binary.Operator, binary.Column, left, right));
            case BinaryOperator.Add when left is not Code.Number || right is not Code.Number:
                return Sum(binary.Column, left, right);
            default:
                return new Code.Number(
                    binary.Column,
                    NumberFunctions.Arithmetic(binary.Operator, binary.Column, left.AsNumber(), right.AsNumber()));
        }
    }

    // The right side is evaluated only if the left side does not decide. Null counts as not true.
    private static Code.Boolean Logical(Expression.Binary binary, Step<bool?> left, Step<bool?> right) => new(
        binary.Column,
        binary.Operator == BinaryOperator.And
            ? evaluation => left(evaluation) == true && right(evaluation) == true
            : evaluation => left(evaluation) == true || right(evaluation) == true);

    // If either operand is a text, '+' concatenates. If the types are not known here, each evaluation decides.
    private static Code Sum(int column, Code left, Code right)
    {
        if (left is Code.Text || right is Code.Text)
        {
            var (first, second) = (Conversions.ToText(left), Conversions.ToText(right));
            return new Code.Text(
                column, evaluation => TextFunctions.Join(evaluation, first(evaluation), second(evaluation)));
        }
        var (one, other) = (left.Any, right.Any);
        return new Code.Open(column, evaluation =>
        {
            var (a, b) = (one(evaluation), other(evaluation));
            if (a.IsNull || b.IsNull)
                return default;
            if (a.Text is not null || b.Text is not null)
                return Value.Of(TextFunctions.Join(
                    evaluation, Conversions.ToText(a, evaluation), Conversions.ToText(b, evaluation)));
            if (a.Number is null)
                evaluation.Fail(left.Mismatch(ValueKind.Number, a.Kind));
            if (b.Number is null)
                evaluation.Fail(right.Mismatch(ValueKind.Number, b.Kind));
            return Value.Of(a.Number + b.Number);
        });
    }

    private Code Conditional(Expression.Conditional conditional)
    {
        var condition = Compile(conditional.Condition).AsBoolean();
        var (then, otherwise) = (Compile(conditional.Then), Compile(conditional.Otherwise));
        return Choice.Of(conditional.Column, then, otherwise, evaluation => condition(evaluation) == true);
    }

    private Code Cast(Expression.Cast cast)
    {
        var operand = Compile(cast.Operand);
        return cast.Target switch
        {
            ValueKind.Number => new Code.Number(cast.Column, Conversions.ToNumber(operand)),
            ValueKind.Text => new Code.Text(cast.Column, Conversions.ToText(operand)),
            _ => new Code.Boolean(cast.Column, Conversions.ToBoolean(operand)),
        };
    }
}

/// <summary>A choice between two values. Only the chosen one is evaluated.</summary>
internal static class Choice
{
    internal static Code Of(int column, Code first, Code second, Step<bool> isFirst)
    {
        // A value without a known type, such as null, takes the type of the other one.
        return (KindOf(first), KindOf(second)) switch
        {
            (ValueKind.Number, ValueKind.Number or null) or (null, ValueKind.Number) =>
                new Code.Number(column, Steps(isFirst, first.AsNumber(), second.AsNumber())),
            (ValueKind.Text, ValueKind.Text or null) or (null, ValueKind.Text) =>
                new Code.Text(column, Steps(isFirst, first.AsText(), second.AsText())),
            (ValueKind.Boolean, ValueKind.Boolean or null) or (null, ValueKind.Boolean) =>
                new Code.Boolean(column, Steps(isFirst, first.AsBoolean(), second.AsBoolean())),
            (ValueKind.DateTime, ValueKind.DateTime or null) or (null, ValueKind.DateTime) =>
                new Code.DateTime(column, Steps(isFirst, first.AsDateTime(), second.AsDateTime())),
            _ => new Code.Open(column, Steps(isFirst, first.Any, second.Any)),
        };
    }

    private static Step<T> Steps<T>(Step<bool> isFirst, Step<T> first, Step<T> second) =>
        evaluation => isFirst(evaluation) ? first(evaluation) : second(evaluation);

    /// <summary>The type of a value; null if it is known only during evaluation.</summary>
    internal static ValueKind? KindOf(Code code) => code switch
    {
        Code.Number => ValueKind.Number,
        Code.Text => ValueKind.Text,
        Code.Boolean => ValueKind.Boolean,
        Code.DateTime => ValueKind.DateTime,
        _ => null,
    };
}

/// <summary>Equality and order of values.</summary>
internal static class Comparisons
{
    /// <summary>Whether both values are equal. Null equals only null.</summary>
    internal static Step<bool> Same(Code left, Code right)
    {
        switch (left, right)
        {
            case (Code.Number one, Code.Number other):
                return evaluation => one.Step(evaluation) == other.Step(evaluation);
            case (Code.Text one, Code.Text other):
                return evaluation => string.Equals(
                    one.Step(evaluation), other.Step(evaluation), StringComparison.Ordinal);
            default:
                var (first, second) = (left.Any, right.Any);
                return evaluation => first(evaluation).Equals(second(evaluation));
        }
    }

    /// <summary>Whether two values are in the given order; false if either is null.</summary>
    internal static Step<bool?> Order(BinaryOperator operation, int column, Code left, Code right)
    {
        if (left is Code.Number one && right is Code.Number other)
            return OrderOfNumbers(operation, one.Step, other.Step);
        var (first, second) = (left.Any, right.Any);
        return evaluation =>
        {
            var (a, b) = (first(evaluation), second(evaluation));
            if (a.IsNull || b.IsNull)
                return false;
            if (a.Kind != b.Kind || a.Boolean is not null)
            {
                evaluation.Fail(CalculationFault.At(
                    column, $"'{Operators.Written(operation)}' cannot compare {ExpressionChecker.Words(a.Kind)} and "
                        + ExpressionChecker.Words(b.Kind)));
                return false;
            }
            return Holds(operation, a.Kind switch
            {
                ValueKind.Number => a.Number!.Value.CompareTo(b.Number!.Value),
                ValueKind.Text => string.CompareOrdinal(a.Text, b.Text),
                _ => a.DateTime!.Value.CompareTo(b.DateTime!.Value),
            });
        };
    }

    private static Step<bool?> OrderOfNumbers(BinaryOperator operation, Step<decimal?> left, Step<decimal?> right) =>
        operation switch
        {
            BinaryOperator.Less => evaluation => left(evaluation) < right(evaluation),
            BinaryOperator.LessOrEqual => evaluation => left(evaluation) <= right(evaluation),
            BinaryOperator.Greater => evaluation => left(evaluation) > right(evaluation),
            _ => evaluation => left(evaluation) >= right(evaluation),
        };

    private static bool Holds(BinaryOperator operation, int order) => operation switch
    {
        BinaryOperator.Less => order < 0,
        BinaryOperator.LessOrEqual => order <= 0,
        BinaryOperator.Greater => order > 0,
        _ => order >= 0,
    };
}
