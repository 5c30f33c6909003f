using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Tests.Values;

public sealed class ExactNumberTests
{
    private static decimal? Parse(string text) =>
        ExactNumber.TryParse(Encoding.UTF8.GetBytes(text), out var value) ? value : null;

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("0.000", "0")]
    [InlineData("0e5", "0")]
    [InlineData("0e99999999999999999999", "0")]
    [InlineData("21", "21")]
    [InlineData("-1.50", "-1.5")]
    [InlineData("0.1", "0.1")]
    [InlineData("1e3", "1000")]
    [InlineData("1E+3", "1000")]
    [InlineData("12.5e-1", "1.25")]
    [InlineData("100e-20", "0.000000000000000001")]
    [InlineData("0.000000000000000001", "0.000000000000000001")]
    [InlineData("0.0002777777777777778", "0.0002777777777777778")] // 1/3600 as programs print it
    [InlineData("2.777777777777778e-7", "0.0000002777777777777778")]
    [InlineData("1e-19", "0.0000000000000000001")]
    [InlineData("0.000000000000000000000000001", "0.000000000000000000000000001")]
    [InlineData("-1E-28", "-0.0000000000000000000000000001")]
    [InlineData("10e-29", "0.0000000000000000000000000001")]
    [InlineData("0.0000000000000000000000000001000", "0.0000000000000000000000000001")]
    [InlineData("-0.1234567890123456789012345678", "-0.1234567890123456789012345678")]
    [InlineData("0.9999999999999999999999999999", "0.9999999999999999999999999999")]
    [InlineData("9.999999999999999999999999999", "9.999999999999999999999999999")]
    [InlineData("999999999.9999999999999999999", "999999999.9999999999999999999")]
    [InlineData("1e27", "1000000000000000000000000000")]
    [InlineData("9999999999999999999999999999", "9999999999999999999999999999")]
    [InlineData("-9999999999.999999999999999999", "-9999999999.999999999999999999")]
    [InlineData("1.0000000000000000000000000000000000", "1")]
    [InlineData("10000000000000000000000000000000000e-10", "1000000000000000000000000")]
    public void ExactNumber_ThatFits_IsKept(string text, string expected)
    {
        var value = Parse(text);
        value.ShouldNotBeNull();
        (value.Value / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture).ShouldBe(expected);
    }

    [Theory]
    [InlineData("1e28")]
    [InlineData("0.00000000000000000000000000001")]
    [InlineData("-1e-29")]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("1.0000000000000000000000000001")]
    [InlineData("-1000000000.0000000000000000001")]
    [InlineData("10000000000000000000000000001")]
    [InlineData("99999999999.999999999999999999")]
    [InlineData("1e99999999999999999999")]
    [InlineData("1e-9223372036854775808")]
    [InlineData("1e9223372036854775807")]
    [InlineData("12345678901234567890123456789012345678901234567890")]
    public void ExactNumber_ThatDoesNotFit_IsRefused(string text) => Parse(text).ShouldBeNull();

    [Fact]
    public void ExactNumber_InAnyNotation_RoundTripsDigitForDigit() =>
        Gen.Select(Gen.Char['0', '9'].Array[1, 28], Gen.Int[0, 28], Gen.Int[-30, 30], Gen.Bool, Gen.Int[0, 12])
            .Sample((digits, scale, shift, isNegative, zeros) =>
            {
                var units = BigInteger.Parse(digits, CultureInfo.InvariantCulture) * (isNegative ? -1 : 1);
                var fraction = scale + shift;
                // units x 10^-scale, written as a number of another scale with an exponent that balances it.
                var body = BigInteger.Abs(units).ToString(CultureInfo.InvariantCulture);
                if (fraction > 0)
                {
                    body = body.PadLeft(fraction + 1, '0');
                    body = body[..^fraction] + "." + body[^fraction..] + new string('0', zeros);
                }
                var exponent = (Math.Max(fraction, 0) - scale).ToString(CultureInfo.InvariantCulture);
                var text = (isNegative ? "-" : "") + body + "e" + exponent;
                return Parse(text) is { } value && Units(value) == units * BigInteger.Pow(10, 28 - scale);
            });

    [Theory]
    [InlineData("0.1", "0.2", "0.3")]
    [InlineData("0.1234567890123456789012345678", "0.0000000000000000000000000001", "0.1234567890123456789012345679")]
    [InlineData("0.0000000000000000000000000001", "-0.0000000000000000000000000001", "0")]
    [InlineData("9.999999999999999999999999999", "0.000000000000000000000000001", "10")]
    [InlineData("9999999999999999999999999999", "-9999999999999999999999999998", "1")]
    [InlineData("1", "0.000000000000000000000000001", "1.000000000000000000000000001")]
    [InlineData("1", "0.0000000000000000000000000001", null)] // 29 digits, though a decimal holds them
    [InlineData("9.999999999999999999999999999", "9.999999999999999999999999999", null)]
    [InlineData("9999999999999999999999999999", "1", null)]
    [InlineData("9999999999999999999999999999", "-0.0000000000000000000000000001", null)]
    [InlineData("1000000000", "0.0000000000000000000000000001", null)]
    public void Sum_OfTwoNumbers_IsExactOrRefused(string left, string right, string? expected)
    {
        decimal? sum = ExactNumber.TryAdd(Parse(left)!.Value, Parse(right)!.Value, out var added) ? added : null;
        sum.ShouldBe(expected is null ? null : Parse(expected));
    }

    [Fact]
    public void ExactNumber_AnyDigits_AgreesWithBigIntegers() =>
        Gen.Select(Gen.Char['0', '9'].Array[1, 40], Gen.Int[0, 40], Gen.Int[-40, 40]).Sample((digits, point, shift) =>
        {
            var whole = new string(digits).TrimStart('0').PadLeft(1, '0');
            var fraction = new string('7', point);
            var exponent = shift.ToString(CultureInfo.InvariantCulture);
            var text = whole + (point > 0 ? "." + fraction : "") + "e" + exponent;
            var units = BigInteger.Parse(whole + fraction, CultureInfo.InvariantCulture);
            var power = shift - point + 200;
            var scaled = units * BigInteger.Pow(10, power); // in units of 10^-200
            var fits = scaled % BigInteger.Pow(10, 172) == 0
                && Digits(scaled) <= 28
                && scaled < BigInteger.Pow(10, 228);
            var value = Parse(text);
            return fits ? value is { } kept && Units(kept) == scaled / BigInteger.Pow(10, 172) : value is null;
        });

    private static int Digits(BigInteger value) => value.ToString(CultureInfo.InvariantCulture).TrimEnd('0').Length;

    private static BigInteger Units(decimal value)
    {
        var bits = decimal.GetBits(value);
        var magnitude = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        var scale = (bits[3] >> 16) & 0xff;
        return magnitude * BigInteger.Pow(10, 28 - scale) * (bits[3] < 0 ? -1 : 1);
    }
}
