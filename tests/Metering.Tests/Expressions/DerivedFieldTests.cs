using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Tests.Expressions;

/// <summary>
/// What derived fields of a meter may say. The meter has the numbers <c>bytes</c> and <c>files</c> and the texts
/// <c>country</c> and <c>city</c>; the organization has custom fields <c>tier</c> of accounts and <c>rate</c> of
/// products and of itself.
/// </summary>
public sealed class DerivedFieldTests
{
    [Theory]
    [InlineData("MEASURE", "bytes / files")]
    [InlineData("MEASURE", "(bytes % 2 - files ^ 2) * -1 + +1")]
    [InlineData("MEASURE", "Math.round(bytes / 1024, 2) + Math.PI")]
    [InlineData("MEASURE", "Math.max(bytes, files, 0) - Math.min(1, 2) + Math.floor(1.5) + Math.ceil(1.5, -2)")]
    [InlineData("MEASURE", "Math.pow(bytes, 2) + Math.abs(-2)")]
    [InlineData("MEASURE", "isnull(bytes, 0) * 2")]
    [InlineData("MEASURE", "bytes > 10 ? bytes : null")]
    [InlineData("MEASURE", "country == \"UK\" AND city != 'York'")]
    [InlineData("MEASURE", "IN(country, \"UK\", \"FR\") ? 1 : 2")]
    [InlineData("MEASURE", "IN(bytes > 1, files > 1) OR !(bytes >= 0)")]
    [InlineData("MEASURE", "gibytes * 2", "gibytes = bytes / 1073741824")]
    [InlineData("MEASURE", "ts.hour * 60 + ets.minute")]
    [InlineData("MEASURE", "ets.epochSeconds - ts.epochSeconds")]
    [InlineData("MEASURE", "ts < receivedAt")]
    [InlineData("MEASURE", "DateTime.parse(\"2026-01-01\", DateTime.TS_FMT).year")]
    [InlineData("MEASURE", "Number(country) + (Number) city")]
    [InlineData("MEASURE", "bytes * account.customFields.tier")]
    [InlineData("MEASURE", "bytes * account.tier * organization.rate")]
    [InlineData("MEASURE", "Lookup.findNumber(\"rates\", \"rate\", 1, \"country\")")]
    [InlineData("MEASURE", "Lookup.exists(\"rates\", country)")]
    [InlineData("MEASURE", "Lookup.findNumber(\"not there\", \"whatever\", null, bytes, city, 3)")]
    [InlineData("MEASURE", "null")]
    [InlineData("WHAT", "country + \"-\" + city")]
    [InlineData("WHAT", "\"size \" + bytes + (bytes > 1)")]
    [InlineData("WHAT", "String(bytes)")]
    [InlineData("WHAT", "account + meter")]
    [InlineData("WHAT", "DateTime.format(ts)")]
    [InlineData("WHAT", "Lookup.findString(\"rates\", \"zone\", \"none\", country)")]
    [InlineData("WHAT", "bytes > 10")]
    [InlineData("WHAT", "account.tier")]
    public void DerivedField_NamesAndKindsRight_IsAccepted(
        string category, string calculation, params string[] before) =>
        Faults(category, calculation, before).ShouldBeEmpty();

    [Theory]
    [InlineData("MEASURE", "byte / files", "unknown_name", "at column 1: unknown name 'byte'")]
    [InlineData("MEASURE", "bytes / file", "unknown_name", "at column 9: unknown name 'file'")]
    [InlineData("MEASURE", "bytes + aggregation.total", "unknown_name", "at column 9: unknown name 'aggregation")]
    [InlineData("MEASURE", "account.customFields.size", "unknown_name", "no custom field 'size' of account")]
    [InlineData("MEASURE", "account.size", "unknown_name", "unknown name 'account.size'")]
    [InlineData("MEASURE", "product.rate", "unknown_name", "unknown name 'product.rate'")]
    [InlineData("MEASURE", "plan.customFields.rate", "unknown_name", "unknown name 'plan.customFields.rate'")]
    [InlineData("MEASURE", "ts.century", "unknown_name", "unknown name 'ts.century'")]
    [InlineData("MEASURE", "DateTime.parse(country).century", "unknown_name", "a date-time has no 'century'")]
    [InlineData("MEASURE", "Math.sqrt(bytes)", "unknown_function", "unknown function 'Math.sqrt'")]
    [InlineData("MEASURE", "math.max(1, 2)", "unknown_function", "unknown function 'math.max'")]
    [InlineData("MEASURE", "Math.max(1)", "arguments", "Math.max expects at least 2 arguments, but got 1")]
    [InlineData("MEASURE", "Math.round(1, 2, 3)", "arguments", "Math.round expects 1 to 2 arguments, but got 3")]
    [InlineData("MEASURE", "Math.pow(1)", "arguments", "Math.pow expects 2 arguments")]
    [InlineData("MEASURE", "isnull()", "arguments", "isnull expects 2 arguments, but got 0")]
    [InlineData("MEASURE", "country * 2", "type", "at column 1: '*' requires a number, but this is a string")]
    [InlineData("MEASURE", "2 - (bytes > 1)", "type", "at column 12: '-' requires a number, but this is a boolean")]
    [InlineData("MEASURE", "bytes + (files > 1)", "type", "'+' requires numbers or strings")]
    [InlineData("MEASURE", "ts + 1", "type", "'+' requires numbers or strings, but this is a date-time")]
    [InlineData("MEASURE", "-country", "type", "at column 2: the sign '-' requires a number")]
    [InlineData("MEASURE", "!bytes", "type", "'!' requires a boolean")]
    [InlineData("MEASURE", "bytes AND true", "type", "at column 1: 'AND' requires a boolean, but this is a number")]
    [InlineData("MEASURE", "bytes ? 1 : 2", "type", "'?' requires a boolean")]
    [InlineData("MEASURE", "true ? 1 : \"x\"", "type", "'? :' requires branches of the same type")]
    [InlineData("MEASURE", "bytes == country", "type", "at column 7: '==' requires values of the same type")]
    [InlineData("MEASURE", "(1 > 2) > (2 > 1)", "type", "cannot compare booleans")]
    [InlineData("MEASURE", "IN(bytes, \"1\")", "type", "IN requires values of the same type")]
    [InlineData("MEASURE", "Math.abs(country)", "type", "Math.abs requires a number, but this is a string")]
    [InlineData("MEASURE", "Lookup.findNumber(\"t\", \"f\", \"x\", 1)", "type", "Lookup.findNumber requires a number")]
    [InlineData("MEASURE", "Lookup.findNumber(\"t\", \"f\", 1)", "arguments", "expects at least 4 arguments")]
    [InlineData("MEASURE", "Lookup.findNumber(\"rates\", \"rate\", 1, city, city)", "arguments", "has 1 keys")]
    [InlineData("MEASURE", "Lookup.exists(\"rates\", city, city)", "arguments", "has 1 keys, and 2 are given")]
    [InlineData("MEASURE", "Lookup.findNumber(\"rates\", \"zone\", 1, city)", "type", "the field 'zone' is a string")]
    [InlineData("MEASURE", "Lookup.findNumber(\"rates\", \"prize\", 1, city)", "unknown_name", "no field 'prize'")]
    [InlineData("MEASURE", "Number(ts)", "type", "use one of its parts")]
    [InlineData("MEASURE", "country", "type", "returns a string, but a number is required")]
    [InlineData("MEASURE", "ts", "type", "returns a date-time, but a number is required")]
    [InlineData("WHAT", "bytes", "type", "returns a number, but a string is required")]
    [InlineData("MEASURE", "bytes +", "syntax", "at column 8: expected a value at the end")]
    [InlineData("MEASURE", "d + 1", "cycle", "'d' depends on itself: d → d")]
    public void DerivedField_NameOrKindWrong_IsRefusedWithItsColumn(
        string category, string calculation, string code, string message)
    {
        var fault = Faults(category, calculation).ShouldHaveSingleItem();

        fault.Code.ShouldBe(code);
        fault.Path.ShouldBe("derivedFields[0].calculation");
        fault.Message.ShouldContain(message);
    }

    [Fact]
    public void DerivedField_SeveralFaults_AreAllTold() =>
        Faults("MEASURE", "a + b * country").Select(fault => fault.Message[..12])
            .ShouldBe(["at column 1:", "at column 5:", "at column 9:"]);

    [Fact]
    public void DerivedFields_NeedingEachOther_AreRefusedWithTheCircle()
    {
        var faults = Faults("MEASURE", "c + 1", "a = b + 1", "b = d + 1", "c = a");

        faults.Select(fault => $"{fault.Code} {fault.Path} {fault.Message}").ShouldBe(
        [
            "cycle derivedFields[0].calculation at column 1: 'a' depends on itself: a → b → d → c → a",
            "cycle derivedFields[1].calculation at column 1: 'b' depends on itself: b → d → c → a → b",
        ]);
    }

    [Fact]
    public void DerivedField_NeedingALaterOne_IsRefusedWithTheOrder()
    {
        var fault = Faults("MEASURE", "bytes", "a = d + 1").ShouldHaveSingleItem();

        fault.ShouldBe(new Issue(
            "order", "derivedFields[0].calculation", "at column 1: 'd' is listed after 'a'; list it before"));
    }

    [Fact]
    public void DerivedFields_WithTooManyOperatorsInTotal_AreRefused()
    {
        var many = "bytes" + string.Concat(Enumerable.Repeat(" + 1", 999));

        Faults("MEASURE", "a + b", $"a = {many}", $"b = {many}").ShouldBeEmpty();
        Faults("MEASURE", "a + b + Math.abs(1)", $"a = {many}", $"b = {many}").ShouldHaveSingleItem()
            .ShouldBe(new Issue("limit", "derivedFields",
                "have 2,001 operators and function calls in total; the maximum is 2,000"));
    }

    [Fact]
    public void DerivedField_OfAProduct_MayNameItsCustomFields() =>
        Faults(Meter("MEASURE", "bytes * product.customFields.rate", []) with { ProductId = "p" }).ShouldBeEmpty();

    private static IReadOnlyList<Issue> Faults(string category, string calculation, params string[] before) =>
        Faults(Meter(category, calculation, before));

    private static IReadOnlyList<Issue> Faults(Meter meter)
    {
        var issues = new Issues();
        var rates = new LookupSchema(
            new Dictionary<string, ValueKind> { ["rate"] = ValueKind.Number, ["zone"] = ValueKind.Text }, KeyCount: 1);
        var one = new CustomFieldValue(null, 1);
        var customFields = new CustomFieldDefaults
        {
            Account = new Dictionary<string, CustomFieldValue> { ["tier"] = one },
            Product = new Dictionary<string, CustomFieldValue> { ["rate"] = one },
            Organization = new Dictionary<string, CustomFieldValue> { ["rate"] = one },
        };
        DerivedFieldRules.Check(
            meter, DerivedFieldRules.Read(meter, issues), customFields,
            table => table == "rates" ? rates : null, issues);
        return issues.All;
    }

    /// <summary>The meter with derived fields, as <c>code = calculation</c>, and then one named <c>d</c>.</summary>
    private static Meter Meter(string category, string calculation, string[] before) => new()
    {
        Name = "Storage",
        Code = "storage",
        DataFields =
        [
            Field(DataFieldCategory.Measure, "bytes"), Field(DataFieldCategory.Measure, "files"),
            Field(DataFieldCategory.Where, "country"), Field(DataFieldCategory.Where, "city"),
        ],
        DerivedFields =
        [
            .. before.Select(text => text.Split(" = ")).Select(parts => Derived("MEASURE", parts[0], parts[1])),
            Derived(category, "d", calculation),
        ],
    };

    private static DataField Field(DataFieldCategory category, string code) =>
        new() { Category = category, Code = code, Name = code };

    private static DerivedField Derived(string category, string code, string calculation) => new()
    {
        Category = Enum.Parse<DataFieldCategory>(category, ignoreCase: true),
        Code = code,
        Name = code,
        Calculation = calculation,
    };
}
