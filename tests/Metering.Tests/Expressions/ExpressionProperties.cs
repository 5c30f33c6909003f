using System.Numerics;
using CsCheck;
using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.Tests.Expressions;

/// <summary>What holds for all calculations.</summary>
public sealed class ExpressionProperties
{
    private static readonly int Iterations =
        Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 2_000 : 200_000;

    private static readonly Gen<Expression> Leaf = Gen.OneOf<Expression>(
        Gen.Int[0, 1_000_000].Select(Gen.Int[0, 28]).Select(Number),
        Gen.Const<Expression>(new Expression.Number(1, 7922816251426433759354395033m)),
        Gen.OneOf<string>("n", "m", "none", "s", "account.x").Select(name => (Expression)new Expression.Name(1, name)),
        Gen.String[Gen.OneOf('a', '"', '\'', '\\', ' ', 'é'), 0, 4]
            .Select(text => (Expression)new Expression.Text(1, text)),
        Gen.Bool.Select(value => (Expression)new Expression.Boolean(1, value)),
        Gen.Const<Expression>(new Expression.Null(1)));

    private static readonly Gen<Expression> Any = Gen.Recursive<Expression>(
        (depth, inner) => depth > 5 ? Leaf : Gen.OneOf(
        Leaf,
        Gen.Select(Gen.Enum<BinaryOperator>(), inner, inner,
            (operation, left, right) => (Expression)new Expression.Binary(1, operation, left, right)),
        Gen.Select(Gen.Enum<UnaryOperator>(), inner,
            (operation, operand) => (Expression)new Expression.Unary(1, operation, operand)),
        Gen.Select(inner, inner, inner,
            (one, two, three) => (Expression)new Expression.Conditional(1, one, two, three)),
        Gen.Select(Gen.OneOf(ValueKind.Number, ValueKind.Text, ValueKind.Boolean), inner,
            (kind, operand) => (Expression)new Expression.Cast(1, kind, operand)),
        Gen.Select(Gen.OneOf<string>("Math.max", "Math.pow", "isnull", "IN", "Math.round"), inner, inner,
            (name, one, two) => (Expression)new Expression.Call(1, name, [one, two]))));

    private static readonly Gen<decimal> Decimal = Gen.Select(
        Gen.Int, Gen.Int, Gen.OneOf(Gen.Const(0), Gen.Int), Gen.Bool, Gen.Byte[0, 28],
        (low, middle, high, isNegative, scale) => new decimal(low, middle, high, isNegative, scale));

    [Fact]
    public void Calculation_WrittenAndReadAgain_IsTheSame() =>
        Any.Sample(
            expression =>
            {
                var written = ExpressionText.Source(expression);
                var read = ExpressionParser.Parse(written);
                ExpressionText.Of(read).ShouldBe(ExpressionText.Of(expression), written);
                ExpressionText.Source(read).ShouldBe(written);
            },
            iter: Iterations);

    [Fact]
    public void Calculation_OfAnyShapeAndValues_GivesAValueOrAFault() =>
        Gen.Select(Any, Decimal, Decimal, Gen.String[0, 5]).Sample(
            (expression, n, m, s) =>
            {
                var given = new Evaluating().With("n", Value.Of(n)).With("m", Value.Of(m)).With("s", Value.Of(s))
                    .With("account.customFields.x", s.Length > 2 ? Value.Of(s) : Value.Of(n));
                var source = ExpressionText.Source(expression);
                given.Any(source).ShouldNotBeNull();
                given.Number(source).ShouldNotBeNull();
                given.Text(source).ShouldBe(given.Text(source));
            },
            iter: Iterations);

    [Fact]
    public void Arithmetic_OfAnyDecimals_IsThatOfRatiosRoundedOnce() =>
        Gen.Select(Gen.OneOf('+', '-', '*', '/', '%'), Decimal, Decimal).Sample(
            (operation, left, right) =>
            {
                var given = new Evaluating().With("n", Value.Of(left)).With("m", Value.Of(right));
                given.Any($"n {operation} m").ShouldBe(Expected(operation, left, right), $"{left} {operation} {right}");
            },
            iter: Iterations);

    [Fact]
    public void Rounding_OfAnyDecimal_IsThatOfWholeNumbers() =>
        Gen.Select(Gen.OneOf<string>("floor", "ceil", "round"), Decimal, Gen.Int[-30, 30]).Sample(
            (function, number, scale) =>
            {
                var given = new Evaluating().With("n", Value.Of(number));
                given.Any($"Math.{function}(n, {scale})").ShouldBe(Expected(function, number, scale));
            },
            iter: Iterations);

    [Fact]
    public void Power_OfWholeExponents_IsTheProductRoundedOnce() =>
        Gen.Select(Decimal, Gen.Int[-6, 6]).Sample(
            (number, exponent) =>
            {
                var given = new Evaluating().With("n", Value.Of(number));
                var ratio = Ratio.Power(Ratio.Of(number), Math.Abs(exponent));
                var expected = exponent >= 0 ? ratio.ToDecimalText()
                    : number == 0 ? "at column 1: division by zero: 0 to a negative power"
                    : new Ratio(ratio.Denominator, ratio.Numerator).ToDecimalText();
                given.Any($"Math.pow(n, {exponent})").ShouldBe(expected);
            },
            iter: Iterations);

    private static Expression Number(int digits, int scale) =>
        new Expression.Number(1, new decimal(digits, 0, 0, false, (byte)scale));

    private static string Expected(char operation, decimal left, decimal right)
    {
        if (right == 0 && operation is '/' or '%' && right == 0)
            return "at column 3: division by zero";
        var (a, b) = (Ratio.Of(left), Ratio.Of(right));
        return (operation switch
        {
            '+' => a + b,
            '-' => a - b,
            '*' => a * b,
            '/' => a / b,
            _ => a - b * new Ratio((a / b).Truncated, 1),
        }).ToDecimalText();
    }

    private static string Expected(string function, decimal number, int scale)
    {
        var unit = Ratio.Power(new Ratio(10, 1), Math.Abs(scale));
        var scaled = scale >= 0 ? Ratio.Of(number) * unit : Ratio.Of(number) / unit;
        var whole = function switch
        {
            "floor" => scaled.Floor,
            "ceil" => -(new Ratio(-scaled.Numerator, scaled.Denominator).Floor),
            _ => scaled.Numerator.Sign < 0
                ? -(new Ratio(-scaled.Numerator * 2 + scaled.Denominator, scaled.Denominator * 2).Floor)
                : new Ratio(scaled.Numerator * 2 + scaled.Denominator, scaled.Denominator * 2).Floor,
        };
        var result = new Ratio(whole, 1);
        return (scale >= 0 ? result / unit : result * unit).ToDecimalText();
    }

    /// <summary>A ratio of whole numbers of any size: the oracle.</summary>
    private readonly record struct Ratio(BigInteger Numerator, BigInteger Denominator)
    {
        private static readonly BigInteger Max = (BigInteger.One << 96) - 1;

        public BigInteger Floor => (Numerator - Remainder) / Denominator;

        public BigInteger Truncated =>
            Numerator.Sign * Denominator.Sign * (BigInteger.Abs(Numerator) / BigInteger.Abs(Denominator));

        private BigInteger Remainder => (Numerator % Denominator + Denominator) % Denominator;

        public static Ratio Of(decimal number)
        {
            var bits = decimal.GetBits(number);
            var digits = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
            return new Ratio(number < 0 ? -digits : digits, BigInteger.Pow(10, number.Scale));
        }

        public static Ratio Power(Ratio number, int exponent) => new(
            BigInteger.Pow(number.Numerator, exponent), BigInteger.Pow(number.Denominator, exponent));

        public static Ratio operator +(Ratio a, Ratio b) =>
            new(a.Numerator * b.Denominator + b.Numerator * a.Denominator, a.Denominator * b.Denominator);

        public static Ratio operator -(Ratio a, Ratio b) => a + new Ratio(-b.Numerator, b.Denominator);

        public static Ratio operator *(Ratio a, Ratio b) =>
            new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

        public static Ratio operator /(Ratio a, Ratio b) => b.Numerator.Sign < 0
            ? new(-a.Numerator * b.Denominator, a.Denominator * -b.Numerator)
            : new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

        /// <summary>The nearest decimal with as many places as fit, halves to the even digit.</summary>
        public string ToDecimalText()
        {
            var (numerator, denominator) = Denominator.Sign < 0
                ? (-Numerator, -Denominator) : (Numerator, Denominator);
            for (var scale = 28; scale >= 0; scale--)
            {
                var scaled = BigInteger.Abs(numerator) * BigInteger.Pow(10, scale);
                var digits = BigInteger.DivRem(scaled, denominator, out var rest);
                var order = (rest * 2).CompareTo(denominator);
                if (order > 0 || (order == 0 && !digits.IsEven))
                    digits++;
                if (digits > Max)
                    continue;
                var number = new decimal(
                    (int)(uint)(digits & uint.MaxValue), (int)(uint)((digits >> 32) & uint.MaxValue),
                    (int)(uint)(digits >> 64), numerator.Sign < 0 && !digits.IsZero, (byte)scale);
                return Value.Written(number);
            }
            return CalculationFault.Overflow.Message;
        }
    }
}
