using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomSql;

namespace Tallystick.Metering.Tests.CustomSql;

/// <summary>Which queries an aggregation may have (metering reference 9.5).</summary>
public sealed class CustomSqlTests
{
    [Theory]
    [InlineData("SELECT SUM(m) FROM (SELECT MAX(seats) AS m FROM measurements GROUP BY DATE_TRUNC('day', ts)) d")]
    [InlineData("select count(distinct region) from measurements where \"seats\" > 3 and region in ('a', 'it''s')")]
    [InlineData("WITH d AS (SELECT ts FROM measurements) SELECT COUNT(*) FROM d, Measurements m JOIN d e ON true")]
    [InlineData("SELECT EXTRACT(hour FROM ts) FROM measurements ORDER BY ts, uid LIMIT 1")]
    [InlineData("SELECT CAST(SUM(x) AS DECIMAL(18, 6)) - -1 FROM measurements")]
    [InlineData("SELECT SUM(x) OVER (ORDER BY ts) FROM measurements")]
    [InlineData("SELECT 1")]
    [InlineData("SELECT SUM(x)::DECIMAL(38, 2) FROM measurements WHERE region LIKE 'eu-%'")]
    [InlineData(
        "SELECT CASE x WHEN 1 THEN CASE y WHEN 2 THEN 3 END END, CASE WHEN x = CASE y WHEN 1 THEN 1 END THEN 1 END")]
    [InlineData("SELECT CASE x WHEN 1 THEN 1 END + CASE (SELECT 1) WHEN 1 THEN 1 END FROM measurements")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE ts < TIMESTAMP '2026-01-01' + INTERVAL '1' DAY")]
    [InlineData("WITH d AS (SELECT ts FROM measurements), e AS (SELECT ts FROM d) SELECT COUNT(*) FROM e, d")]
    [InlineData("WITH d AS (WITH e AS (SELECT 1 FROM measurements) SELECT 1 FROM e) SELECT 1 FROM D")]
    [InlineData("WITH \"my day\" AS (SELECT 1 FROM measurements) SELECT 1 FROM (SELECT 1 FROM \"my day\") x")]
    [InlineData("WITH d AS (SELECT 1 FROM measurements) SELECT 1 FROM d UNION SELECT 1 FROM d")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE region IS NOT DISTINCT FROM uid OR x IS DISTINCT FROM 1")]
    public void CustomSql_OneSelectOverMeasurements_IsAccepted(string sql) => Faults(sql).ShouldBeEmpty();

    [Theory]
    [InlineData("", "is required")]
    [InlineData("  ", "is required")]
    [InlineData("DELETE FROM measurements", "at column 1: must be a single SELECT statement")]
    [InlineData("SELECT 1; SELECT 2", "at column 9: must be a single statement")]
    [InlineData("SELECT 1 FROM accounts", "at column 15: the only available table is measurements")]
    [InlineData("SELECT 1 FROM measurements, accounts", "at column 29: the only available table")]
    [InlineData("SELECT 1 FROM measurements m, (SELECT 1) s, accounts", "at column 45: the only available table")]
    [InlineData("SELECT 1 FROM measurements JOIN \"accounts\" ON true", "at column 33: the only available table")]
    [InlineData("SELECT 1 FROM 'file.csv'", "at column 15: the only available table")]
    [InlineData("SELECT 1 FROM read_csv('file.csv')", "unknown function READ_CSV")]
    [InlineData("SELECT (SELECT 1 FROM secrets)", "at column 23: the only available table")]
    [InlineData("SELECT (FROM secrets)", "at column 14: the only available table")]
    [InlineData("SELECT 1 FROM (secrets)", "at column 15: the only available table")]
    [InlineData("SELECT 1 FROM measurements.secrets", "at column 15: the only available table")]
    [InlineData("SELECT \"pg_sleep\"(10)", "at column 8: a function name cannot be quoted")]
    [InlineData("SELECT EXTRACT(hour FROM (SELECT 1 FROM secrets))", "at column 41: the only available table")]
    [InlineData("SELECT uid || uid FROM measurements", "at column 12: '|' is not allowed")]
    [InlineData("SELECT [1]", "at column 8: '[' is not allowed")]
    [InlineData("SELECT 7 // 2", "at column 10: '//' is not supported")]
    [InlineData("SELECT 1 ORDER BY ALL", "at column 19: ORDER BY ALL is not supported")]
    [InlineData("SELECT 2 ** 3", "at column 10: '*' is not allowed")]
    [InlineData("SELECT CURRENT_TIMESTAMP", "at column 8: CURRENT_TIMESTAMP is not supported")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE uid LIKE 'a_b'", "at column 45: the pattern of LIKE must be")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE uid LIKE region", "at column 45: the pattern of LIKE must be")]
    [InlineData("SELECT E'\\'', CASE '", "at column 8: strings with the prefix E are not supported")]
    [InlineData(
        "SELECT CASE CASE x WHEN 1 THEN 1 END WHEN 1 THEN 1 END",
        "at column 13: the operand of a CASE expression")]
    [InlineData(
        "SELECT CASE 1 + (SELECT CASE x WHEN 1 THEN 1 END) WHEN 1 THEN 1 END",
        "at column 25: the operand of a CASE")]
    [InlineData("SELECT 1\0", "at column 9: control characters are not allowed")]
    [InlineData("SELECT pg_sleep(10) FROM measurements", "at column 8: unknown function PG_SLEEP")]
    [InlineData("WITH d AS (DELETE FROM measurements) SELECT 1", "DELETE is not allowed")]
    [InlineData("WITH RECURSIVE d AS (SELECT 1) SELECT 1 FROM d", "RECURSIVE is not allowed")]
    [InlineData(
        "SELECT count(*) FROM (WITH accounts AS (SELECT 1 FROM measurements) SELECT 1 FROM measurements) s, accounts",
        "at column 100: the only available table")]
    [InlineData("WITH accounts AS (SELECT 1 FROM accounts) SELECT 1 FROM accounts", "at column 33: the only available")]
    [InlineData(
        "WITH a AS (SELECT 1 FROM b), b AS (SELECT 1 FROM measurements) SELECT 1 FROM a",
        "at column 26: the only available table")]
    [InlineData("SELECT 1 FROM d UNION (WITH d AS (SELECT 1) SELECT 1 FROM d)", "at column 15: the only available")]
    [InlineData("SELECT (SELECT 1 AS d) FROM d", "at column 29: the only available table")]
    [InlineData(
        "WITH d AS (WITH e AS (SELECT 1) SELECT 1 FROM e) SELECT 1 FROM e", "at column 64: the only available table")]
    [InlineData("SELECT accounts AS (SELECT 1) FROM accounts", "at column 36: the only available table")]
    [InlineData("SELECT 1 INTO x FROM measurements", "INTO is not allowed")]
    [InlineData("SELECT 1 -- all", "comments are not allowed")]
    [InlineData("SELECT /* all */ 1", "comments are not allowed")]
    [InlineData("SELECT (1", "an opening parenthesis is not closed")]
    [InlineData("SELECT 1)", "at column 9: the closing parenthesis has no opening counterpart")]
    [InlineData("SELECT 'open", "at column 8: the quotation mark has no closing counterpart")]
    [InlineData("SELECT $1", "'$' is not allowed")]
    [InlineData("SELECT 1 FROM", "the only available table is measurements")]
    public void CustomSql_AnythingElse_IsRefusedWithItsColumn(string sql, string message) =>
        Faults(sql).ShouldContain(fault => fault.Path == "customSql" && fault.Message.Contains(message));

    private static IReadOnlyList<Issue> Faults(string sql)
    {
        var issues = new Issues();
        CustomSqlRules.Check(sql, issues);
        return issues.All;
    }
}
