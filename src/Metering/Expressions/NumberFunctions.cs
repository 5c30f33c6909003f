namespace Tallystick.Metering.Expressions;

/// <summary>Arithmetic and the functions of <c>Math</c>. If an operand is null, the result is null.</summary>
internal static class NumberFunctions
{
    private const ValueKind Number = ValueKind.Number;
    private const int MaxScale = 28;

    // Half of 10^29, the only unit beyond MaxScale to which a decimal could round.
    private const decimal HalfOfLargestUnit = 50_000_000_000_000_000_000_000_000_000m;

    internal static IReadOnlyList<Function> All { get; } =
    [
        new("Math.max", [Number, Number], Number, call => Best(call, Math.Max)) { Repeats = true },
        new("Math.min", [Number, Number], Number, call => Best(call, Math.Min)) { Repeats = true },
        new("Math.floor", [Number, Number], Number, call => Rounded(call, MidpointRounding.ToNegativeInfinity))
        {
            Min = 1,
        },
        new("Math.ceil", [Number, Number], Number, call => Rounded(call, MidpointRounding.ToPositiveInfinity))
        {
            Min = 1,
        },
        new("Math.round", [Number, Number], Number, call => Rounded(call, MidpointRounding.AwayFromZero)) { Min = 1 },
        new("Math.pow", [Number, Number], Number, call => new Code.Number(
            call.Column, Power(call.Column, call.Number(0), call.Number(1)))),
        new("Math.abs", [Number], Number, Absolute),
    ];

    /// <summary>An operation on two numbers.</summary>
    /// <remarks>
    /// The result is exact, or rounded half-even to the precision of a decimal, which is at least 28 digits. A result
    /// that is too large for a decimal throws <see cref="OverflowException"/>.
    /// </remarks>
    internal static Step<decimal?> Arithmetic(
        BinaryOperator operation, int column, Step<decimal?> left, Step<decimal?> right)
    {
        return operation switch
        {
            BinaryOperator.Add => evaluation => left(evaluation) + right(evaluation),
            BinaryOperator.Subtract => evaluation => left(evaluation) - right(evaluation),
            BinaryOperator.Multiply => evaluation => left(evaluation) * right(evaluation),
            BinaryOperator.Divide => Divided(column, left, right, (dividend, divisor) => dividend / divisor),
            BinaryOperator.Modulo => Divided(column, left, right, (dividend, divisor) => dividend % divisor),
            _ => Power(column, left, right),
        };
    }

    /// <summary>
    /// Rounds to a number of decimal places, or of digits before the point if it is negative. Intermediate results are
    /// exact.
    /// </summary>
    internal static decimal Round(decimal number, int scale, MidpointRounding mode)
    {
        if (scale >= 0)
            return decimal.Round(number, Math.Min(scale, MaxScale), mode);
        if (scale < -MaxScale)
            return RoundBeyondMaxScale(number, scale, mode);
        var unit = DecimalPower.OfTen(-scale);
        var rest = number % unit;
        if (rest == 0)
            return number;
        var isAwayFromZero = mode switch
        {
            MidpointRounding.ToNegativeInfinity => number < 0,
            MidpointRounding.ToPositiveInfinity => number > 0,
            _ => Math.Abs(rest) >= unit - Math.Abs(rest), // twice the rest may be too large for a decimal
        };
        var towardZero = number - rest;
        return isAwayFromZero ? towardZero + (number < 0 ? -unit : unit) : towardZero;
    }

    private static Step<decimal?> Divided(
        int column, Step<decimal?> left, Step<decimal?> right, Func<decimal?, decimal?, decimal?> divide)
    {
        var byZero = CalculationFault.At(column, "division by zero");
        return evaluation =>
        {
            var (dividend, divisor) = (left(evaluation), right(evaluation));
            if (divisor != 0)
                return divide(dividend, divisor);
            evaluation.Fail(byZero);
            return null;
        };
    }

    // The unit is larger than any decimal, so the only possible result is 0.
    private static decimal RoundBeyondMaxScale(decimal number, int scale, MidpointRounding mode)
    {
        var isZero = mode switch
        {
            MidpointRounding.ToNegativeInfinity => number >= 0,
            MidpointRounding.ToPositiveInfinity => number <= 0,
            _ => scale < -MaxScale - 1 || Math.Abs(number) < HalfOfLargestUnit,
        };
        return isZero ? 0 : throw new OverflowException();
    }

    private static Code.Number Absolute(CallArguments call)
    {
        var number = call.Number(0);
        return new Code.Number(call.Column, evaluation => number(evaluation) is { } given ? Math.Abs(given) : null);
    }

    // Ignores nulls; the result is null if all arguments are null.
    private static Code.Number Best(CallArguments call, Func<decimal, decimal, decimal> better)
    {
        Step<decimal?>[] numbers = [.. Enumerable.Range(0, call.Count).Select(call.Number)];
        return new Code.Number(call.Column, evaluation =>
        {
            decimal? best = null;
            foreach (var number in numbers)
            {
                if (number(evaluation) is { } given)
                    best = best is { } found ? better(found, given) : given;
            }
            return best;
        });
    }

    private static Code.Number Rounded(CallArguments call, MidpointRounding mode)
    {
        var number = call.Number(0);
        if (call.Count == 1)
            return new Code.Number(
                call.Column, evaluation => number(evaluation) is { } given ? decimal.Round(given, 0, mode) : null);
        var scale = call.Number(1);
        var notWhole = call.Fault("the scale must be a whole number");
        return new Code.Number(call.Column, evaluation =>
        {
            if (number(evaluation) is not { } given || scale(evaluation) is not { } places)
                return null;
            if (places == decimal.Truncate(places))
                return Round(given, (int)Math.Clamp(places, -MaxScale - 2, MaxScale), mode);
            evaluation.Fail(notWhole);
            return null;
        });
    }

    private static Step<decimal?> Power(int column, Step<decimal?> number, Step<decimal?> exponent)
    {
        var byZero = CalculationFault.At(column, "division by zero: 0 to a negative power");
        var noReal = CalculationFault.At(column, "a negative number to a power that is not whole has no real value");
        return evaluation =>
        {
            if (number(evaluation) is not { } x || exponent(evaluation) is not { } y)
                return null;
            if (x == 0 && y < 0)
                evaluation.Fail(byZero);
            else if (x < 0 && y != decimal.Truncate(y))
                evaluation.Fail(noReal);
            else if (evaluation.TrySpend(DecimalPower.WorkOf(y)))
                return DecimalPower.Of(x, y);
            return null;
        };
    }
}
