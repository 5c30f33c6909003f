using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.Tests.Expressions;

/// <summary>Lookup tables in calculations (metering reference 11.4).</summary>
public sealed class LookupEvaluationTests
{
    private static readonly FewRows Rates = new(
        [("country", ValueKind.Text), ("rate", ValueKind.Number), ("zone", ValueKind.Text)], 1,
        [Value.Of("UK"), Value.Of(0.8m), Value.Of("west")],
        [Value.Of("DE"), default, Value.Of("middle")]);

    private static readonly FewRows Tiers = new(
        [("level", ValueKind.Number), ("country", ValueKind.Text), ("price", ValueKind.Number)], 2,
        [Value.Of(1m), Value.Of("UK"), Value.Of(3m)], [Value.Of(2m), Value.Of("UK"), Value.Of(2.5m)]);

    private static readonly FewRows Standings = new(
        [("ops_status", ValueKind.Text), ("standing", ValueKind.Text)], 1, [Value.Of("UK"), Value.Of("Good")]);

    private static readonly Evaluating Given = new Evaluating()
        .With("n", Value.Of(100m)).With("m", Value.Of(2.0m)).With("country", Value.Of("UK"))
        .With("city", Value.Of("FR")).With("account", Value.Of("UK"))
        .With("rates", Rates).With("tiers", Tiers).With("account_ops_status", Standings);

    [Theory]
    // The published example: 80 for the UK; 100 where there is no row.
    [InlineData("n * Lookup.findNumber(\"rates\", \"rate\", 1, \"country\")", "80")]
    [InlineData("n * Lookup.findNumber(\"rates\", \"rate\", 1, \"city\")", "100")]
    [InlineData("n * Lookup.findNumber(\"rates\", \"rate\", 1, country)", "80")]
    // The other one: the standing of an account by its status, and Pending where there is none.
    [InlineData("Lookup.findString(\"account_ops_status\", \"standing\", \"Pending\", \"country\")", "'Good'")]
    [InlineData("Lookup.findString(\"account_ops_status\", \"standing\", \"Pending\", \"city\")", "'Pending'")]
    [InlineData("Lookup.findNumber(\"rates\", \"rate\", 1, \"UK\")", "0.8")]
    [InlineData("Lookup.findNumber(\"rates\", \"rate\", 1, \"account\")", "0.8")]
    [InlineData("Lookup.findNumber(\"rates\", \"rate\", 7, \"DE\")", "7")]
    [InlineData("Lookup.findNumber(\"rates\", \"rate\", none, \"XX\")", "null")]
    [InlineData("Lookup.findString(\"rates\", \"zone\", \"none\", \"DE\")", "'middle'")]
    [InlineData("Lookup.findString(\"rates\", \"zone\", \"none\", \"XX\")", "'none'")]
    [InlineData("Lookup.findString(\"rates\", \"zone\", \"none\", null)", "'none'")]
    [InlineData("Lookup.exists(\"rates\", \"country\")", "true")]
    [InlineData("Lookup.exists(\"rates\", \"XX\")", "false")]
    [InlineData("Lookup.exists(\"missing\", \"XX\")", "false")]
    [InlineData("Lookup.findNumber(\"missing\", \"x\", 5, \"XX\", 3)", "5")]
    [InlineData("Lookup.findNumber(\"tiers\", \"price\", 0, m, \"country\")", "2.5")]
    [InlineData(
        "Lookup.findNumber(\"tiers\", \"price\", 0, 1.0, Lookup.findString(\"rates\", \"country\", \"\", \"UK\"))",
        "3")]
    [InlineData("Lookup.findNumber(\"tiers\", \"price\", 0, Lookup.exists(\"rates\", \"UK\") ? 2 : 1, country)", "2.5")]
    [InlineData("Lookup.findNumber(\"rates\", \"zone\", 1, \"UK\")",
        "at column 1: the field 'zone' of the lookup table 'rates' is not a number")]
    [InlineData("Lookup.findString(\"rates\", \"rate\", \"\", \"UK\")",
        "at column 1: the field 'rate' of the lookup table 'rates' is not a string")]
    [InlineData("Lookup.findNumber(\"rates\", \"gone\", 1, \"UK\")",
        "at column 1: the lookup table 'rates' has no field 'gone'")]
    [InlineData("Lookup.findNumber(\"rates\", \"rate\", 1, \"UK\", 2)",
        "at column 1: the lookup table 'rates' does not have 2 keys")]
    [InlineData("Lookup.exists(\"tiers\", \"UK\", \"UK\")",
        "at column 1: key 1 is not of the kind that the lookup table 'tiers' needs")]
    [InlineData("Lookup.exists(country, \"UK\")",
        "at column 1: the lookup table and its field must be string literals")]
    public void Lookup_OfPublishedData_GivesValueDefaultOrFault(string calculation, string expected) =>
        Given.Any(calculation).ShouldBe(expected);
}
