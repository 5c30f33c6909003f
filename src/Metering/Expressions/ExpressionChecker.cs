namespace Tallystick.Metering.Expressions;

/// <summary>Determines the type of each part of a calculation and finds all errors of names and types.</summary>
internal sealed class ExpressionChecker(NameScope scope)
{
    private readonly List<ExpressionFault> _faults = [];

    /// <summary>The faults found.</summary>
    internal IReadOnlyList<ExpressionFault> Faults => _faults;

    /// <summary>The type of an expression; open after an error, so that it is reported only once.</summary>
    internal ValueKind KindOf(Expression expression) => expression switch
    {
        Expression.Number => ValueKind.Number,
        Expression.Text => ValueKind.Text,
        Expression.Boolean => ValueKind.Boolean,
        Expression.Null => ValueKind.Open,
        Expression.Name name => KindOfName(name),
        Expression.Member member => KindOfMember(member),
        Expression.Unary unary => KindOfUnary(unary),
        Expression.Binary binary => KindOfBinary(binary),
        Expression.Conditional conditional => KindOfConditional(conditional),
        Expression.Call call => KindOfCall(call),
        Expression.Cast cast => KindOfCast(cast),
        _ => throw new InvalidOperationException($"No rule for {expression.GetType().Name}"),
    };

    /// <summary>The type in words.</summary>
    internal static string Words(ValueKind kind) => kind switch
    {
        ValueKind.Number => "a number",
        ValueKind.Text => "a string",
        ValueKind.Boolean => "a boolean",
        ValueKind.DateTime => "a date-time",
        ValueKind.Open => "any value",
    };

    private ValueKind KindOfName(Expression.Name name)
    {
        if ((Functions.Constant(name.Path)?.Kind ?? scope.Find(name.Path)) is { } kind)
            return kind;
        var (code, message) = scope.Explain(name.Path);
        return Fault(code, name.Column, message);
    }

    private ValueKind KindOfMember(Expression.Member member)
    {
        Require(member.Target, ValueKind.DateTime, $"'.{member.Part}'");
        return DateTimeFunctions.IsPart(member.Part)
            ? ValueKind.Number
            : Fault(
                "unknown_name", member.Column,
                    $"a date-time has no '{member.Part}'; available: {DateTimeFunctions.KnownParts}");
    }

    private ValueKind KindOfUnary(Expression.Unary unary) => unary.Operator switch
    {
        UnaryOperator.Not => Require(unary.Operand, ValueKind.Boolean, "'!'"),
        UnaryOperator.Plus => Require(unary.Operand, ValueKind.Number, "the sign '+'"),
        UnaryOperator.Minus => Require(unary.Operand, ValueKind.Number, "the sign '-'"),
    };

    private ValueKind KindOfBinary(Expression.Binary binary)
    {
        var user = $"'{Operators.Written(binary.Operator)}'";
        switch (binary.Operator)
        {
            case BinaryOperator.Or or BinaryOperator.And:
                Require(binary.Left, ValueKind.Boolean, user);
                return Require(binary.Right, ValueKind.Boolean, user);
            case BinaryOperator.Equal or BinaryOperator.NotEqual:
                Agree(binary.Column, KindOf(binary.Left), KindOf(binary.Right), $"{user} requires values");
                return ValueKind.Boolean;
            case BinaryOperator.Less or BinaryOperator.LessOrEqual
                or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual:
                if (Agree(binary.Column, KindOf(binary.Left), KindOf(binary.Right), $"{user} requires values")
                    == ValueKind.Boolean)
                    Fault("type", binary.Column, $"{user} cannot compare booleans");
                return ValueKind.Boolean;
            case BinaryOperator.Add:
                return KindOfSum(binary);
            default:
                Require(binary.Left, ValueKind.Number, user);
                return Require(binary.Right, ValueKind.Number, user);
        }
    }

    // If either operand is a string, '+' concatenates.
    private ValueKind KindOfSum(Expression.Binary sum)
    {
        var (left, right) = (KindOf(sum.Left), KindOf(sum.Right));
        if (left == ValueKind.Text || right == ValueKind.Text)
            return ValueKind.Text;
        foreach (var (kind, operand) in new[] { (left, sum.Left), (right, sum.Right) })
        {
            if (kind is ValueKind.Boolean or ValueKind.DateTime)
                return Fault("type", operand.Column, $"'+' requires numbers or strings, but this is {Words(kind)}");
        }
        return left == ValueKind.Number && right == ValueKind.Number ? ValueKind.Number : ValueKind.Open;
    }

    private ValueKind KindOfConditional(Expression.Conditional conditional)
    {
        Require(conditional.Condition, ValueKind.Boolean, "'?'");
        return Agree(
            conditional.Column, KindOf(conditional.Then), KindOf(conditional.Otherwise), "'? :' requires branches");
    }

    private ValueKind KindOfCast(Expression.Cast cast)
    {
        var kind = KindOf(cast.Operand);
        if (kind == ValueKind.DateTime && cast.Target != ValueKind.Text)
            Fault("type", cast.Column, "a date-time cannot be converted; use one of its parts, such as epochSeconds");
        return cast.Target;
    }

    private ValueKind KindOfCall(Expression.Call call)
    {
        if (Functions.Find(call.Function) is not { } function)
            return Fault("unknown_function", call.Column,
                $"unknown function '{call.Function}'; available functions: {Functions.Known}");
        if (!function.Takes(call.Arguments.Count))
            Fault("arguments", call.Column,
                $"{function.Name} expects {function.Counts} arguments, but got {call.Arguments.Count}");
        var kinds = call.Arguments.Select((argument, index) =>
            index < function.Parameters.Count || function.Repeats
                ? Require(argument, function.Parameter(index), function.Name) : KindOf(argument)).ToList();
        if (function.IsOfOneKind && kinds.Count > 0)
        {
            var common = kinds.Skip(1).Aggregate(
                kinds[0], (first, second) => Agree(call.Column, first, second, $"{function.Name} requires values"));
            return function.Result == ValueKind.Open ? common : function.Result;
        }
        if (function.Takes(call.Arguments.Count))
            CheckLookup(call);
        return function.Result;
    }

    // A table that does not exist or has no published revision returns the default, so only known tables can be
    // checked.
    private void CheckLookup(Expression.Call call)
    {
        if (LookupFunctions.FirstKeyOf(call.Function) is not { } firstKey)
            return;
        var names = call.Arguments.Take(firstKey == 1 ? 1 : 2).ToList();
        foreach (var computed in names.Where(name => name is not Expression.Text))
            Fault("literal", computed.Column, "the lookup table and its field must be string literals");
        if (call.Arguments[0] is not Expression.Text table || scope.Lookups(table.Value) is not { } schema)
            return;
        if (call.Arguments.Count - firstKey != schema.KeyCount)
            Fault("arguments", call.Column, $"the lookup table '{table.Value}' has {schema.KeyCount} keys, "
                + $"and {call.Arguments.Count - firstKey} are given");
        if (names.Count < 2 || call.Arguments[1] is not Expression.Text field)
            return;
        var wanted = call.Function == LookupFunctions.FindNumber ? ValueKind.Number : ValueKind.Text;
        if (!schema.Fields.TryGetValue(field.Value, out var kind))
            Fault("unknown_name", field.Column, $"the lookup table '{table.Value}' has no field '{field.Value}'");
        else if (kind != wanted)
            Fault("type", field.Column,
                $"the field '{field.Value}' is {Words(kind)}, but {call.Function} returns {Words(wanted)}");
    }

    /// <summary>Requires an operand to have a type, and returns that type.</summary>
    private ValueKind Require(Expression operand, ValueKind wanted, string user)
    {
        var kind = KindOf(operand);
        if (wanted == ValueKind.Open)
            return kind;
        if (kind != wanted && kind != ValueKind.Open)
            Fault("type", operand.Column, $"{user} requires {Words(wanted)}, but this is {Words(kind)}");
        return wanted;
    }

    private ValueKind Agree(int column, ValueKind first, ValueKind second, string user)
    {
        if (first == ValueKind.Open)
            return second;
        if (second != ValueKind.Open && second != first)
            return Fault("type", column, $"{user} of the same type, not {Words(first)} and {Words(second)}");
        return first;
    }

    private ValueKind Fault(string code, int column, string message)
    {
        _faults.Add(new ExpressionFault(code, column, message));
        return ValueKind.Open;
    }
}
