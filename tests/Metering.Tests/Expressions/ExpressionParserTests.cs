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
    [InlineData("0.10", "0.1")]
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
    [InlineData("", 1, "expected a value at the end")]
    [InlineData("   ", 4, "expected a value at the end")]
    [InlineData("1 +", 4, "expected a value at the end")]
    [InlineData("1 + * 2", 5, "expected a value, but found '*'")]
    [InlineData("1 2", 3, "expected an operator or the end of the expression, but found '2'")]
    [InlineData("a b", 3, "expected an operator or the end of the expression, but found 'b'")]
    [InlineData("(1", 3, "expected ')' at the end")]
    [InlineData("1)", 2, "expected an operator or the end of the expression, but found ')'")]
    [InlineData("f(1,)", 5, "expected a value, but found ')'")]
    [InlineData("a ? 1", 6, "expected ':' at the end")]
    [InlineData("a.", 3, "expected a name after '.' at the end")]
    [InlineData("a.1", 3, "expected a name after '.', but found '1'")]
    [InlineData(".5", 1, "expected a value, but found '.'")]
    [InlineData("5kg", 2, "expected an operator between a number and a letter")]
    [InlineData("1 AND", 6, "expected a value at the end")]
    [InlineData("AND", 1, "expected a value, but found 'AND'")]
    [InlineData("a = 1", 3, "unexpected character '='")]
    [InlineData("a & b", 3, "unexpected character '&'")]
    [InlineData("a; b", 2, "unexpected character ';'")]
    [InlineData("[a]", 1, "unexpected character '['")]
    [InlineData("1 + \"open", 5, "no closing quotation mark")]
    [InlineData("'a\\", 1, "no closing quotation mark")]
    [InlineData("'a\\n'", 3, "a backslash")]
    [InlineData("Number(1, 2)", 1, "expects one argument")]
    [InlineData("1.00000000000000000000000000001", 1, "28 significant digits")]
    [InlineData("😀", 1, "unexpected character '😀'")]
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
            .ShouldContain($"but found 'x{Repeat("😀", 39)}…'");
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
