using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Uploads;

namespace Tallystick.Metering.Tests.Uploads;

/// <summary>Records of a CSV file become measurements in the form of a submission.</summary>
public sealed class CsvColumnsTests
{
    private static readonly Meter Meter = new()
    {
        Id = "1",
        Name = "Calls",
        Code = "calls",
        DataFields =
        [
            new DataField { Category = DataFieldCategory.Measure, Code = "n", Name = "N", Unit = "1" },
            new DataField { Category = DataFieldCategory.What, Code = "kind", Name = "Kind" },
        ],
        DerivedFields = [],
    };

    [Theory]
    [InlineData("1,x", """{"meter":"calls","measure":{"n":1},"what":{"kind":"x"}}""")]
    [InlineData("\"-1.50e3\",\"a \"\"b\"\", c\"", """
        {"meter":"calls","measure":{"n":-1.50e3},"what":{"kind":"a \"b\", c"}}
        """)]
    [InlineData(",\"\"", """{"meter":"calls","measure":{},"what":{"kind":""}}""")]
    [InlineData("0,\"\"\"\"", """{"meter":"calls","measure":{"n":0},"what":{"kind":"\""}}""")]
    [InlineData("0.10,", """{"meter":"calls","measure":{"n":0.10},"what":{}}""")]
    public void Record_WithValues_IsAMeasurement(string record, string measurement) =>
        Write(record).ShouldBe(measurement.Trim());

    [Theory]
    [InlineData("x,x")]
    [InlineData("\"\",x")]
    [InlineData("007,x")]
    [InlineData("+1,x")]
    [InlineData(" 1,x")]
    [InlineData("1 ,x")]
    [InlineData("1.,x")]
    [InlineData(".5,x")]
    [InlineData("1e,x")]
    [InlineData("1e+,x")]
    [InlineData("--1,x")]
    [InlineData("-,x")]
    [InlineData("1e99,x")]
    [InlineData("NaN,x")]
    [InlineData("true,x")]
    [InlineData("\"1,5\",x")]
    [InlineData("12345678901234567890123456789,x")]
    public void Number_ThatIsNone_IsAFault(string record) =>
        Write(record).ShouldStartWith(
            "measure.n: must be a number in JSON syntax, such as -1234.5 or 0.5, and must have at most 28 significant");

    [Theory]
    [InlineData("1")]
    [InlineData("1,x,")]
    [InlineData("1,x\"")]
    [InlineData("1,\"x\"y")]
    [InlineData("1,\"x")]
    public void Record_Malformed_IsAFault(string record) =>
        Write(record).ShouldBe("The row must have 2 values, quoted as in RFC 4180");

    [Fact]
    public void Columns_OfAHeader_AreResolvedByTheMeter() =>
        CsvColumns.Resolve(["kind", "ts", "measure.n", "ets", "uid", "account"], Meter)
            .ShouldBe(["what.kind", "ts", "measure.n", "ets", "uid", "account"]);

    [Fact]
    public void Columns_MoreThanTheMeterCanHave_AreNotComparedWithEachOther()
    {
        var header = Enumerable.Repeat("measure.n", 200_000).ToArray();

        Should.Throw<UploadFault>(() => CsvColumns.Resolve(header, Meter)).Message
            .ShouldBe("The first line has 200000 columns; a file of the meter 'calls' has at most 7");
        Should.Throw<UploadFault>(() => CsvColumns.Resolve(["account", "ts", "kind", "n", "x", "x", "n"], Meter))
            .Message.ShouldBe("The first line does not name the columns: the meter 'calls' has no data field 'x'; "
                + "the column 'n' is repeated");
    }

    private static string Write(string record)
    {
        var columns = new CsvColumns(["measure.n", "what.kind"], Meter.Code!);
        return columns.TryWrite(Encoding.UTF8.GetBytes(record), out var json)
            ?? JsonNode.Parse(json)!.ToJsonString(new JsonSerializerOptions
            {
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            });
    }
}
