using CsCheck;
using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.Tests.Expressions;

public sealed class ExpressionParserTests
{
    [Theory]
    // Precedence, from the tightest to the loosest (metering reference 7.1).
    [InlineData("1 + 2 * 3", "[1 + [2 * 3]]")]
    [InlineData("1 - 2 - 3", "[[1 - 2] - 3]")]
    [InlineData("8 / 4 % 3 * 2", "[[[8 / 4] % 3] * 2]")]
    [InlineData("2 ^ 3 ^ 2", "[2 ^ [3 ^ 2]]")]
    [InlineData("-2 ^ 2", "[[Minus 2] ^ 2]")]
    [InlineData("2 ^ -1", "[2 ^ [Minus 1]]")]
    [InlineData("2 * 3 ^ 2", "[2 * [3 ^ 2]]")]
    [InlineData("- - +1", "[Minus [Minus [Plus 1]]]")]
    [InlineData("1 + 2 < 4 == true", "[[[1 + 2] < 4] == true]")]
    [InlineData("a == 1 AND b == 2 OR c != 3", "[[[a == 1] AND [b == 2]] OR [c != 3]]")]
    [InlineData("a || b && !c", "[a OR [b AND [Not c]]]")]
    [InlineData("a ? 1 : b ? 2 : 3", "[a ? 1 : [b ? 2 : 3]]")]
    [InlineData("a OR b ? c ? 1 : 2 : 3", "[[a OR b] ? [c ? 1 : 2] : 3]")]
    [InlineData("(1 + 2) * 3", "[[1 + 2] * 3]")]
    // Literals, names, functions, casts.
    [InlineData("0.10", "0.10")]
    [InlineData("007", "7")]
    [InlineData("00.5", "0.5")]
    [InlineData("\"it's\" + 'a \"b\" \\'c\\\\'", "['it's' + 'a \"b\" 'c\\']")]
    [InlineData("x==null", "[x == null]")]
    [InlineData("größe_$1 + 数", "[größe_$1 + 数]")]
    [InlineData("aggregation . requests", "aggregation.requests")]
    [InlineData("account.customFields.tier", "account.customFields.tier")]
    [InlineData("Math.max(1, (2), f ? 3 : 4)", "Math.max(1, 2, [f ? 3 : 4])")]
    [InlineData("isnull(x, 0)", "isnull(x, 0)")]
    [InlineData("f()", "f()")]
    [InlineData("DateTime.parse(\"x\").year", "DateTime.parse('x').year")]
    [InlineData("(Number) x + 1", "[<Number>x + 1]")]
    [InlineData("Number(x) + String(1)", "[<Number>x + <Text>1]")]
    [InlineData("(Boolean)(x)", "<Boolean>x")]
    [InlineData("1\n+\t2", "[1 + 2]")]
    // As published: a notification, and the first examples of compound aggregations and lookups.
    [InlineData(
        "(new.amountSpent >= ((new.amount*90)/100)) AND ((old.amountSpent <= ((old.amount*90)/100)) "
        + "OR (old.amountSpent == null))",
        "[[new.amountSpent >= [[new.amount * 90] / 100]] AND [[old.amountSpent <= [[old.amount * 90] / 100]] "
        + "OR [old.amountSpent == null]]]")]
    [InlineData("IN(\"completed\", \"succeeded\") ? \"true\" : \"false\"",
        "[IN('completed', 'succeeded') ? 'true' : 'false']")]
    [InlineData("600 + 1200 + 1800 / 60", "[[600 + 1200] + [1800 / 60]]")]
    [InlineData("gibytes * Lookup.findNumber(\"discount_vol_rates\",\"rate\",1,\"country\")",
        "[gibytes * Lookup.findNumber('discount_vol_rates', 'rate', 1, 'country')]")]
    public void Calculation_WellFormed_IsReadByPrecedence(string text, string expected) =>
        ExpressionText.Of(ExpressionParser.Parse(text)).ShouldBe(expected);

    [Theory]
    [InlineData("", 1, "ends where a value is expected")]
    [InlineData("   ", 4, "ends where a value is expected")]
    [InlineData("1 +", 4, "ends where a value is expected")]
    [InlineData("1 + * 2", 5, "'*' stands where a value is expected")]
    [InlineData("1 2", 3, "'2' stands where an operator or the end is expected")]
    [InlineData("a b", 3, "'b' stands where an operator or the end is expected")]
    [InlineData("(1", 3, "ends where ')' is expected")]
    [InlineData("1)", 2, "')' stands where an operator or the end is expected")]
    [InlineData("f(1,)", 5, "')' stands where a value is expected")]
    [InlineData("a ? 1", 6, "ends where ':' is expected")]
    [InlineData("a.", 3, "ends where a name after the point is expected")]
    [InlineData("a.1", 3, "'1' stands where a name after the point is expected")]
    [InlineData(".5", 1, "'.' stands where a value is expected")]
    [InlineData("5kg", 2, "a letter follows a number")]
    [InlineData("1 AND", 6, "ends where a value is expected")]
    [InlineData("AND", 1, "'AND' stands where a value is expected")]
    [InlineData("a = 1", 3, "'=' means nothing here")]
    [InlineData("a & b", 3, "'&' means nothing here")]
    [InlineData("a; b", 2, "';' means nothing here")]
    [InlineData("[a]", 1, "'[' means nothing here")]
    [InlineData("1 + \"open", 5, "no closing quote")]
    [InlineData("'a\\", 1, "no closing quote")]
    [InlineData("'a\\n'", 3, "a backslash")]
    [InlineData("Number(1, 2)", 1, "takes one value")]
    [InlineData("1.00000000000000000000000000001", 1, "28 significant digits")]
    [InlineData("😀", 1, "'😀' means nothing here")]
    public void Calculation_Malformed_IsRefusedWithItsColumn(string text, int column, string message)
    {
        var fault = Should.Throw<ExpressionSyntaxException>(() => ExpressionParser.Parse(text)).Fault;

        fault.Column.ShouldBe(column);
        fault.Message.ShouldContain(message);
    }

    [Fact]
    public void LongText_InAMessage_IsCutBetweenCodePoints()
    {
        var text = "x" + Repeat("😀", 40);

        Should.Throw<ExpressionSyntaxException>(() => ExpressionParser.Parse($"1 '{text}'")).Message
            .ShouldContain($"'x{Repeat("😀", 39)}…' stands where");
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("-", "1", "")]
    [InlineData("f(", "1", ")")]
    [InlineData("1 ^ ", "1", "")]
    [InlineData("true ? ", "1", " : 0")]
    [InlineData("true ? 1 : ", "1", "")]
    [InlineData("(Number) ", "1", "")]
    [InlineData("!(", "true", ")")]
    [InlineData("(", "", "")]
    public void Calculation_NestedVeryDeep_IsRefused(string open, string middle, string close)
    {
        var deep = Repeat(open, 10_000) + middle + Repeat(close, 10_000);
        var allowed = Repeat(open, 100) + middle + Repeat(close, 100);

        Should.Throw<ExpressionSyntaxException>(() => ExpressionParser.Parse(deep)).Message.ShouldContain("200 levels");
        if (middle.Length > 0)
            ExpressionParser.Parse(allowed).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("1", " + 1")]
    [InlineData("f()", ".a")]
    public void Calculation_OfVeryManyOperators_IsRefused(string first, string next)
    {
        ExpressionParser.Parse(first + Repeat(next, 1000)).All().Count().ShouldBeGreaterThan(1000);
        Should.Throw<ExpressionSyntaxException>(() => ExpressionParser.Parse(first + Repeat(next, 1001)))
            .Message.ShouldContain("1000 operators");
    }

    [Fact]
    public void Calculation_AnyText_IsReadOrRefusedByColumn()
    {
        string[] parts =
        [
            "1", "2.5", "x", "a.b", "\"t\"", "'", "(", ")", "+", "-", "*", "/", "^", "%", "<", "<=", "==", "!=", "?",
            ":", ",", ".", "AND", "OR", "!", "null", "true", "Math.max(",
            "(Number)", "\\", "é", "\ud800", " ", "\n", "=",
        ];
        var texts = Gen.Int[0, parts.Length - 1].Array[0, 40]
            .Select(chosen => string.Concat(chosen.Select(one => parts[one])));
        texts.Sample(text =>
        {
            try
            {
                ExpressionParser.Parse(text).Column.ShouldBeInRange(1, text.Length);
            }
            catch (ExpressionSyntaxException exception)
            {
                exception.Fault.Column.ShouldBeInRange(1, text.Length + 1);
            }
        });
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
