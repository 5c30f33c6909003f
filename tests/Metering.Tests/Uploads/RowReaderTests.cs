using System.Globalization;
using System.Text;
using System.Text.Json;
using Tallystick.Metering.Uploads;

namespace Tallystick.Metering.Tests.Uploads;

/// <summary>
/// Files are split into rows however their bytes arrive, in memory that does not depend on their size.
/// </summary>
public sealed class RowReaderTests
{
    private const int Files = 2_000;

    [Theory]
    [InlineData("[]", "")]
    [InlineData(" \r\n[ \t]\n ", "")]
    [InlineData("\ufeff[{}]", "{}")]
    [InlineData("[{} , {\"a\":[1,{\"b\":\"}]\\\"\\\\\"}]}\n,5,\"x,]\",null,[[]]]",
        "{}|{\"a\":[1,{\"b\":\"}]\\\"\\\\\"}]}|5|\"x,]\"|null|[[]]")]
    // What is in an element is for its reader to judge.
    [InlineData("[{\"a\":},tru,{]]", "{\"a\":}|tru|{]")]
    public void Json_Array_IsSplitIntoItsElements(string file, string rows)
    {
        foreach (var atOnce in new[] { 1, 2, 3, 7, 1000 })
            Rows(Json(file, atOnce)).ShouldBe(rows.Length == 0 ? [] : rows.Split('|'));
    }

    [Theory]
    [InlineData("", "must be a JSON array")]
    [InlineData("{}", "must be a JSON array")]
    [InlineData("{\"measurements\":[]}", "must be a JSON array")]
    [InlineData("null", "must be a JSON array")]
    [InlineData("\0[\0]\0", "must be a JSON array of measurements in UTF-8")]
    [InlineData("[\0{\0}\0]\0", "must be a JSON array of measurements in UTF-8")]
    [InlineData("[", "line 1 must have a measurement")]
    [InlineData("[\n{},\n]", "line 3 must have a measurement")]
    [InlineData("[,{}]", "line 1 must have a measurement")]
    [InlineData("[}]", "line 1 must have a measurement")]
    [InlineData("[{}\n{}]", "line 2 must have a comma")]
    [InlineData("[{}", "line 1 must have a comma")]
    [InlineData("[{\"a\":]}]", "line 1 must have a comma")]
    [InlineData("[{}]]", "nothing after the end")]
    [InlineData("[{}]\n\n[{}]", "line 3 must have nothing after the end")]
    [InlineData("[{}\n,{\"a\":", "The file ends in the middle of the measurement that begins on line 2")]
    [InlineData("[\"x\\", "The file ends in the middle")]
    [InlineData("[1", "The file ends in the middle")]
    public void Json_NotAnArray_IsAFaultOfTheFile(string file, string fault)
    {
        foreach (var atOnce in new[] { 1, 1000 })
            Should.Throw<UploadFault>(() => Rows(Json(file, atOnce))).Message.ShouldContain(fault);
    }

    [Theory]
    [InlineData("a,b", "")]
    [InlineData("a,b\n1,2\r\n\r\n\n3,4", "1,2|3,4")]
    [InlineData("\ufeffa\n\"x\ny\"\n\"\"\"\"\n\"\"", "\"x\ny\"|\"\"\"\"|\"\"")]
    // A stray quotation mark affects its own record only.
    [InlineData("a,b\n1,x\"y\n\"2\"z,3\n4,5\n", "1,x\"y|\"2\"z,3|4,5")]
    public void Csv_File_IsSplitIntoItsRecords(string file, string rows)
    {
        foreach (var atOnce in new[] { 1, 2, 3, 7, 1000 })
        {
            using var reader = Csv(file, atOnce);
            reader.ReadHeader()[0].ShouldBe("a");
            Rows(reader).ShouldBe(rows.Length == 0 ? [] : rows.Split('|'));
        }
    }

    [Theory]
    [InlineData("", "must contain the names of the columns")]
    [InlineData("\n\n", "must contain the names of the columns")]
    [InlineData("a\"b,c\n1,2", "must contain the names of the columns")]
    [InlineData("a\n1\n\"2\n3\n", "A quotation mark in the row that begins on line 3 is never closed")]
    public void Csv_Malformed_IsAFaultOfTheFile(string file, string fault)
    {
        Should.Throw<UploadFault>(() =>
        {
            using var reader = Csv(file, 1);
            reader.ReadHeader();
            Rows(reader);
        }).Message.ShouldContain(fault);
    }

    [Fact]
    public void Rows_ReadAgainFromAnyPlace_AreTheRest()
    {
        var json = "[\n{\"a\":1},\n\n2 , [3,\n4]\n,\"5\"]";
        var csv = "a,b\n1,2\n\n\"3\n\",4\r\n5,6";
        foreach (var open in new Func<RowReader>[] { () => Json(json, 2), () => WithoutHeader(csv) })
        {
            var places = new List<(long Offset, long Line, string Row, long RowLine)>();
            using (var all = open())
            {
                while (all.TryRead())
                    places.Add((all.Offset, all.Line, Encoding.UTF8.GetString(all.Row), all.RowLine));
            }
            foreach (var (index, place) in places.Index())
            {
                using var rest = open();
                rest.Resume(place.Offset, place.Line);
                foreach (var expected in places.Skip(index + 1))
                {
                    rest.TryRead().ShouldBeTrue();
                    (Encoding.UTF8.GetString(rest.Row), rest.RowLine).ShouldBe((expected.Row, expected.RowLine));
                }
                rest.TryRead().ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void Json_RandomArrays_AreSplitAsAParserReadsThem()
    {
        var random = new Random(1);
        for (var file = 0; file < Files; file++)
        {
            var text = new StringBuilder("[");
            var count = random.Next(0, 6);
            for (var index = 0; index < count; index++)
                text.Append(index == 0 ? "" : ",")
                    .Append(Space(random)).Append(Element(random, 3)).Append(Space(random));
            text.Append(']');
            using var parsed = JsonDocument.Parse(text.ToString());

            Rows(Json(text.ToString(), random.Next(1, 9)))
                .ShouldBe(parsed.RootElement.EnumerateArray().Select(element => element.GetRawText()));
        }
    }

    [Theory]
    [InlineData("[\"", 'x')]
    [InlineData("[", '[')]
    [InlineData("[{\"a\":", ' ')]
    [InlineData("[1", '1')]
    [InlineData("[", ' ')]
    [InlineData("", ' ')]
    [InlineData("[{}", '\n')]
    public void Json_WithoutEnd_TakesNoMemory(string start, char then) =>
        ShouldTakeNoMemory(new JsonRows(new RowWindow(new EndlessStream(start, (byte)then, 200_000_000))));

    [Theory]
    [InlineData("", 'x')]
    [InlineData("\"", 'x')]
    [InlineData("a\n", 'x')]
    [InlineData("a\n\"", '"')]
    [InlineData("a\n", '\n')]
    [InlineData("a\n", ',')]
    public void Csv_WithoutEnd_TakesNoMemory(string start, char then) =>
        ShouldTakeNoMemory(new CsvRows(new RowWindow(new EndlessStream(start, (byte)then, 200_000_000))));

    [Fact]
    public void Row_TooLong_IsCutAndTheNextOnesAreRead()
    {
        var longest = new string('x', RowWindow.MaxRow - 2);
        using var rows = Json($"[\"{longest}\",\"{longest}y\",3]", 100_000);

        rows.TryRead().ShouldBeTrue();
        (rows.IsTooLong, rows.Row.Length).ShouldBe((false, RowWindow.MaxRow));
        rows.TryRead().ShouldBeTrue();
        (rows.IsTooLong, rows.Row.Length).ShouldBe((true, RowWindow.KeptOfLongRow));
        rows.TryRead().ShouldBeTrue();
        (rows.IsTooLong, Encoding.UTF8.GetString(rows.Row)).ShouldBe((false, "3"));
    }

    private static void ShouldTakeNoMemory(RowReader rows)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            while (rows.TryRead())
            {
            }
        }
        catch (UploadFault)
        {
            // Whether it is one is for other tests.
        }
        rows.Dispose();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4_000_000);
    }

    private static string Element(Random random, int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => random.Next().ToString(CultureInfo.InvariantCulture),
        1 => JsonSerializer.Serialize(Text(random)),
        2 => "null",
        3 => "-1.5e3",
        4 => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Element(random, depth - 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(index =>
            $"{JsonSerializer.Serialize($"{index}{Text(random)}")}:{Space(random)}{Element(random, depth - 1)}"))}}}",
    };

    private static string Text(Random random) =>
        new([.. Enumerable.Range(0, random.Next(6)).Select(_ => "a\"\\[]{},\n\u00e9"[random.Next(10)])]);

    private static string Space(Random random) => random.Next(3) == 0 ? " \r\n\t"[..random.Next(5)] : "";

    private static JsonRows Json(string file, int atOnce) =>
        new(new RowWindow(new SlowStream(Encoding.UTF8.GetBytes(file), atOnce)));

    private static CsvRows Csv(string file, int atOnce) =>
        new(new RowWindow(new SlowStream(Encoding.UTF8.GetBytes(file), atOnce)));

    private static CsvRows WithoutHeader(string file)
    {
        var rows = Csv(file, 3);
        rows.ReadHeader();
        return rows;
    }

    private static List<string> Rows(RowReader reader)
    {
        using (reader)
        {
            var rows = new List<string>();
            while (reader.TryRead())
                rows.Add(Encoding.UTF8.GetString(reader.Row));
            return rows;
        }
    }
}
