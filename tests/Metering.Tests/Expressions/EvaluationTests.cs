using NodaTime;
using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.Tests.Expressions;

/// <summary>
/// What calculations give (metering reference 7). With n = 12, m = 5, s = "a", country = "UK", none = null.
/// </summary>
public sealed class EvaluationTests
{
    private static readonly Evaluating Given = new Evaluating()
        .With("n", Value.Of(12m)).With("m", Value.Of(5m)).With("s", Value.Of("a")).With("country", Value.Of("UK"))
        .With("ts", Value.Of(Instant.FromUtc(2026, 3, 29, 1, 30, 15)))
        .With("account.customFields.x", Value.Of("gold"));

    [Theory]
    // 7.1 operators
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("2 ^ 3 ^ 2", "512")]
    [InlineData("-2 ^ 2", "4")]
    [InlineData("7 / 2", "3.5")]
    [InlineData("1 / 3", "0.3333333333333333333333333333")]
    [InlineData("2 / 3", "0.6666666666666666666666666667")]
    [InlineData("7 % 3", "1")]
    [InlineData("-7 % 3", "-1")]
    [InlineData("7 % -3", "1")]
    [InlineData("7.5 % 2", "1.5")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("n / m", "2.4")]
    [InlineData("- -n", "12")]
    [InlineData("+n - m", "7")]
    [InlineData("10 - 3 - 2", "5")]
    [InlineData("Math.PI", "3.1415926535897932384626433833")]
    [InlineData("1 < 2", "true")]
    [InlineData("2 <= 2 AND 3 >= 4", "false")]
    [InlineData("n > m OR 1 / 0 > 1", "true")]
    [InlineData("n < m AND 1 / 0 > 1", "false")]
    [InlineData("\"b\" > \"a\"", "true")]
    [InlineData("\"B\" > \"a\"", "false")]
    [InlineData("1.0 == 1", "true")]
    [InlineData("s == 'a'", "true")]
    [InlineData("s != 'A'", "true")]
    [InlineData("n > 10 ? n : 1 / 0", "12")]
    [InlineData("n < 10 ? 1 / 0 : m > 4 ? \"x\" : \"y\"", "'x'")]
    [InlineData("!(n == 12)", "false")]
    [InlineData("true && false || true", "true")]
    [InlineData("s + \"-\" + country", "'a-UK'")]
    [InlineData("\"n=\" + 1.50 + true", "'n=1.5true'")]
    [InlineData("1 + 2 + \"x\" + 1 + 2", "'3x12'")]
    [InlineData("account.x + 1", "'gold1'")]
    [InlineData("account.customFields.x == 'gold'", "true")]
    [InlineData("account.x == 1", "false")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("DateTime.TS_FMT", "'yyyy-MM-dd'T'HH:mm:ss.SSSX'")]
    [InlineData("n != m", "true")]
    [InlineData("n >= 12 AND m <= 4", "false")]
    [InlineData("1 + 2 < 4 == true", "true")]
    [InlineData("false AND false OR true", "true")]
    [InlineData("false ? 1 : false ? 2 : 3", "3")]
    // The published example of a notification, for 95 of 100 spent and nothing before.
    [InlineData("(95 >= ((100*90)/100)) AND ((none <= ((100*90)/100)) OR (none == null))", "true")]
    public void Operators_Evaluated_GiveTheValue(string calculation, string expected) =>
        Given.Any(calculation).ShouldBe(expected);

    [Theory]
    // 7.3 nulls
    [InlineData("none + 5", "null")]
    [InlineData("5 * none", "null")]
    [InlineData("none / 0", "at column 6: division by zero")]
    [InlineData("-none", "null")]
    [InlineData("none == null", "true")]
    [InlineData("null == null", "true")]
    [InlineData("n == null", "false")]
    [InlineData("n != null", "true")]
    [InlineData("none < 1", "false")]
    [InlineData("none >= 1", "false")]
    [InlineData("null < null", "false")]
    [InlineData("s + null", "null")]
    [InlineData("none > 1 ? 1 : 2", "2")]
    [InlineData("isnull(none, 0) + 5", "5")]
    [InlineData("isnull(n, 0)", "12")]
    [InlineData("isnull(null, \"x\")", "'x'")]
    [InlineData("Math.max(none, 3, 2)", "3")]
    [InlineData("Math.min(none, 3, 2)", "2")]
    [InlineData("Math.max(none, null)", "null")]
    [InlineData("Math.round(none)", "null")]
    [InlineData("String(none)", "null")]
    [InlineData("Number(null)", "null")]
    public void Nulls_Evaluated_GiveTheValue(string calculation, string expected) =>
        Given.Any(calculation).ShouldBe(expected);

    [Theory]
    // 7.2 functions
    [InlineData("Math.max(1, 3, 2)", "3")]
    [InlineData("Math.min(1, -3, 2)", "-3")]
    [InlineData("Math.floor(-1.5)", "-2")]
    [InlineData("Math.ceil(-1.5)", "-1")]
    [InlineData("Math.round(2.5)", "3")]
    [InlineData("Math.round(-2.5)", "-3")]
    [InlineData("Math.round(1234.567, 2)", "1234.57")]
    [InlineData("Math.round(1234.567, -2)", "1200")]
    [InlineData("Math.round(1250, -2)", "1300")]
    [InlineData("Math.round(-1250, -2)", "-1300")]
    [InlineData("Math.round(1244.6, -1)", "1240")]
    [InlineData("Math.ceil(1234.1, -2)", "1300")]
    [InlineData("Math.floor(-1234.1, -2)", "-1300")]
    [InlineData("Math.ceil(-1234.1, -2)", "-1200")]
    [InlineData("Math.ceil(1200, -2)", "1200")]
    [InlineData("Math.floor(1.239, 2)", "1.23")]
    [InlineData("Math.round(5, 40)", "5")]
    [InlineData("Math.floor(5, -40)", "0")]
    [InlineData("Math.pow(2, 10)", "1024")]
    [InlineData("Math.pow(2, -2)", "0.25")]
    [InlineData("Math.pow(4, 0.5)", "2")]
    [InlineData("Math.pow(2, 0.5)", "1.4142135623730950488016887242")]
    [InlineData("Math.pow(10, -28)", "0.0000000000000000000000000001")]
    [InlineData("Math.pow(-2, 3)", "-8")]
    [InlineData("Math.pow(0, 0)", "1")]
    [InlineData("Math.pow(0, 0.5)", "0")]
    [InlineData("1.01 ^ 200", "7.316017851829940453884588339")]
    [InlineData("Math.abs(-2)", "2")]
    [InlineData("IN(country, \"UK\", \"FR\") ? 1 : 2", "1")]
    [InlineData("IN(country, \"FR\")", "false")]
    // As published. Its first value is compared with the others.
    [InlineData("IN(\"completed\", \"succeeded\") ? \"true\" : \"false\"", "'false'")]
    [InlineData("IN(n > 20, m > 4)", "true")]
    [InlineData("IN(none, 1, null)", "true")]
    [InlineData("IN(isnull(String.contains(s, \"zz\"), false), n > 100)", "false")]
    [InlineData("isnull(ets, ts)", "2026-03-29T01:30:15Z")]
    public void Functions_Evaluated_GiveTheValue(string calculation, string expected) =>
        Given.Any(calculation).ShouldBe(expected);

    [Theory]
    // casts
    [InlineData("Number(\"12.50\") + (Number) \"1e2\"", "112.5")]
    [InlineData("Number(n > 1)", "1")]
    [InlineData("String(12.50)", "'12.5'")]
    [InlineData("(String) (n > 1)", "'true'")]
    [InlineData("Boolean(0)", "false")]
    [InlineData("Boolean(\"true\")", "true")]
    [InlineData("String(ts)", "'2026-03-29T01:30:15.000Z'")]
    // texts
    [InlineData("String.length(\"a🙂b\")", "3")]
    [InlineData("String.upper(s) + String.lower(country)", "'Auk'")]
    [InlineData("String.trim(\"  x \")", "'x'")]
    [InlineData("String.substring(\"a🙂bc\", 1, 2)", "'🙂b'")]
    [InlineData("String.substring(\"abc\", 1)", "'bc'")]
    [InlineData("String.substring(\"abc\", 5)", "''")]
    [InlineData("String.contains(\"gpt-4o\", \"4\")", "true")]
    [InlineData("String.startsWith(\"gpt-4o\", \"GPT\")", "false")]
    [InlineData("String.endsWith(\"gpt-4o\", \"o\")", "true")]
    [InlineData("String.indexOf(\"a🙂b\", \"b\")", "2")]
    [InlineData("String.indexOf(\"abc\", \"x\")", "-1")]
    [InlineData("String.replace(\"a-b-c\", \"-\", \"\")", "'abc'")]
    [InlineData("String.length(null)", "null")]
    public void CastsAndTexts_Evaluated_GiveTheValue(string calculation, string expected) =>
        Given.Any(calculation).ShouldBe(expected);

    [Theory]
    [InlineData("n / 0", "at column 3: division by zero")]
    [InlineData("n % (m - 5)", "at column 3: division by zero")]
    [InlineData("isnull(n / 0, 1)", "at column 10: division by zero")]
    [InlineData("Math.pow(0, -1)", "at column 1: division by zero: 0 to a negative power")]
    [InlineData("Math.pow(-8, 0.5)", "to a power that is not whole has no real value")]
    [InlineData("Math.round(1.5, 0.5)", "at column 1: the scale must be a whole number")]
    [InlineData("10 ^ 29", "a number has more than 28 digits")]
    [InlineData("1.5 ^ 100000", "a number has more than 28 digits")]
    [InlineData("7e0", "")]
    [InlineData("Number(\"x1\")", "'x1' is not a number of at most 28 digits")]
    [InlineData("Number(\"1,5\")", "is not a number")]
    [InlineData("Boolean(\"yes\")", "'yes' is neither true nor false")]
    [InlineData("account.x * 2", "at column 1: a number is needed, and this is a string")]
    [InlineData("account.x < 2", "cannot compare a string and a number")]
    [InlineData("String.substring(s, -1)", "must be whole numbers, 0 or more")]
    [InlineData("String.replace(s, \"\", s)", "must not be empty")]
    public void Calculation_ThatCannotBeEvaluated_FailsWithItsReason(string calculation, string reason)
    {
        if (reason.Length == 0)
            Should.Throw<ExpressionSyntaxException>(() => Given.Any(calculation));
        else
            Given.Any(calculation).ShouldContain(reason);
    }

    [Theory]
    [InlineData("ts.year", "2026")]
    [InlineData("ts.month * 100 + ts.day", "329")]
    [InlineData("ts.hour", "3")]
    [InlineData("ts.minute + ts.second", "45")]
    [InlineData("ts.dayOfWeek", "7")]
    [InlineData("ts.daysInMonth", "31")]
    [InlineData("ts.epochSeconds", "1774747815")]
    [InlineData("ts.epochMillis", "1774747815000")]
    [InlineData("ets.year", "null")]
    [InlineData("DateTime.parse(\"2026-03-29\").epochSeconds", "1774738800")]
    [InlineData("DateTime.parse(\"2026-03-29T02:30\")", "2026-03-29T01:00:00Z")]
    [InlineData("DateTime.parse(\"29.03.26 4:05\", \"dd.MM.yy H:mm\")", "2026-03-29T02:05:00Z")]
    [InlineData("DateTime.parse(\"20260329\", \"yyyyMMdd\").day", "29")]
    [InlineData("DateTime.parse(\"Mar 3, 2026 12:15 am\", \"MMM d, yyyy hh:mm a\")", "2026-03-02T23:15:00Z")]
    [InlineData("DateTime.parse(\"2026-03-29T01:30:15.250+0530\", \"yyyy-MM-dd'T'HH:mm:ss.SSSX\")",
        "2026-03-28T20:00:15.25Z")]
    [InlineData("DateTime.format(ts)", "'2026-03-29T03:30:15.000+02'")]
    [InlineData("DateTime.format(ts, DateTime.TS_FMT)", "'2026-03-29T03:30:15.000+02'")]
    [InlineData("DateTime.format(ts, \"yy/M/d h:mm a EEEE 'o''clock' X" + "XX D\")",
        "'26/3/29 3:30 AM Sunday o'clock +02:00 88'")]
    [InlineData("DateTime.plus(ts, -1, \"DAY\")", "2026-03-28T02:30:15Z")]
    [InlineData("DateTime.plus(ts, -24, \"HOUR\")", "2026-03-28T01:30:15Z")]
    [InlineData("DateTime.plus(DateTime.parse(\"2026-01-31\"), 1, \"MONTH\").day", "28")]
    [InlineData("DateTime.between(DateTime.parse(\"2026-03-29\"), DateTime.parse(\"2026-03-30\"), \"HOUR\")", "23")]
    [InlineData("DateTime.between(DateTime.parse(\"2026-03-29\"), DateTime.parse(\"2026-03-30\"), \"DAY\")", "1")]
    [InlineData("DateTime.between(DateTime.parse(\"2026-03-31\"), DateTime.parse(\"2026-02-28\"), \"MONTH\")", "-1")]
    [InlineData("DateTime.startOf(ts, \"DAY\")", "2026-03-28T23:00:00Z")]
    [InlineData("DateTime.startOf(ts, \"WEEK\")", "2026-03-22T23:00:00Z")]
    [InlineData("DateTime.startOf(ts, \"MONTH\")", "2026-02-28T23:00:00Z")]
    [InlineData("DateTime.startOf(ts, \"HOUR\")", "2026-03-29T01:00:00Z")]
    [InlineData("ts < DateTime.plus(ts, 1, \"SECOND\")", "true")]
    [InlineData("DateTime.parse(\"soon\")", "must be an ISO 8601 date-time")]
    [InlineData("DateTime.parse(\"2026-02-30\", \"yyyy-MM-dd\")", "does not have the form of the pattern")]
    [InlineData("DateTime.format(ts, \"yyyy-QQ\")", "'QQ' means nothing in a pattern")]
    [InlineData("DateTime.plus(ts, 1, \"FORTNIGHT\")", "the unit must be one of SECOND, MINUTE")]
    [InlineData("DateTime.plus(ts, 0.5, \"DAY\")", "must be a whole number")]
    [InlineData("DateTime.plus(ts, 1000000000, \"YEAR\")", "outside the years 1 to 9999")]
    [InlineData("DateTime.plus(ts, 500000000, \"HOUR\")", "outside the years 1 to 9999")]
    [InlineData("DateTime.plus(ts, -5000, \"YEAR\").year", "outside the years 1 to 9999")]
    public void DateTimes_InTheOrganizationsTimeZone_AreReadAndWritten(string calculation, string expected) =>
        Given.In("Europe/Berlin").Any(calculation).ShouldContain(expected);

    [Theory]
    [InlineData("n > m", "1")]
    [InlineData("n < m", "0")]
    [InlineData("null", "null")]
    [InlineData("0.1234567890123456789012345678 * 7", "0.8641975230864197523086419746")]
    [InlineData("7.123456789012345678901234567 * 1.1", "7.835802467913580246791358024")]
    [InlineData("9999999999999999999999999999 + 1", "a number has more than 28 digits before the point")]
    [InlineData("account.x", "at column 1: a number is needed, and this is a string")]
    public void NumericField_OfAnyResult_GetsANumberOrFails(string calculation, string expected) =>
        Given.Number(calculation).ShouldBe(expected);

    [Theory]
    [InlineData("n > m", "'true'")]
    [InlineData("account.x", "'gold'")]
    [InlineData("null", "null")]
    [InlineData("isnull(null, n)", "at column 1: a string is needed, and this is a number")]
    public void TextField_OfAnyResult_GetsATextOrFails(string calculation, string expected) =>
        Given.Text(calculation).ShouldBe(expected);

    [Fact]
    public void TextsThatGrow_BeyondTheLimit_Fail()
    {
        var ten = string.Join(" + ", Enumerable.Repeat("s", 10));

        new Evaluating().With("s", Value.Of(new string('x', 1000))).Any(ten).ShouldStartWith("'xxx");
        new Evaluating().With("s", Value.Of(new string('x', 1001))).Any(ten)
            .ShouldBe("a string has more than 10000 characters");
        new Evaluating().With("s", Value.Of(new string('x', 256))).Text("s").ShouldStartWith("'xxx");
        new Evaluating().With("s", Value.Of(new string('x', 257))).Text("s")
            .ShouldBe("the result has more than 256 characters");
    }

    [Theory]
    [InlineData("DateTime.parse(\"9999-12-31T23:59:59Z\").year")]
    [InlineData("DateTime.startOf(DateTime.parse(\"9999-12-31T23:59:59Z\"), \"WEEK\").day")]
    [InlineData("DateTime.between(ts, DateTime.parse(\"9999-12-31T23:59:59Z\"), \"DAY\")")]
    public void DateTime_BeyondTheCalendarOfTheTimeZone_IsAFaultOfTheCalculation(string calculation) =>
        Given.In("Asia/Tokyo").Number(calculation).ShouldBe("a date-time lies outside the years 1 to 9999");

    [Fact]
    public void CostlyCalculation_BeyondItsWork_Fails()
    {
        var powers = string.Join(" + ", Enumerable.Repeat("n ^ 0.3", 60));

        Given.Any(powers).ShouldBe(CalculationFault.TooMuchWork.Message);
    }

    [Fact]
    public void DeepestCalculation_OnASmallStack_IsEvaluated()
    {
        var deep = string.Concat(Enumerable.Repeat("(1 + ", ExpressionParser.MaxLevels - 1))
            + "n" + new string(')', ExpressionParser.MaxLevels - 1)
            + string.Concat(Enumerable.Repeat(" + 1", ExpressionParser.MaxOperators - ExpressionParser.MaxLevels));
        var result = "";
        var thread = new Thread(() => result = Given.Any(deep), maxStackSize: 1024 * 1024);
        thread.Start();
        thread.Join();

        result.ShouldBe($"{12 + ExpressionParser.MaxOperators - 1}");
    }

    [Fact]
    public void NumericCalculation_EvaluatedAgain_MakesNoObjects()
    {
        var slots = new Slots();
        var calculation = Calculation.Compile(
            "Math.round(n * m / 7 + (n > m ? isnull(none, 2) : 3) - Math.max(n, m, none) % 5, 2)",
            Evaluating.Scope(), slots, ValueKind.Number);
        var evaluation = new Evaluation(slots, DateTimeZone.Utc);
        evaluation.Values[slots.OfName("n")] = Value.Of(12m);
        evaluation.Values[slots.OfName("m")] = Value.Of(5m);
        calculation.TryNumber(evaluation, out var first).ShouldBeTrue();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var time = 0; time < 1000; time++)
            calculation.TryNumber(evaluation, out _);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        first.ShouldBe(8.57m);
    }
}
