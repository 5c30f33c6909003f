using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tallystick.Console.Forms;

namespace Tallystick.Console.Tests;

/// <summary>What a form does not show or change of an entity stays as it is stored.</summary>
public sealed class FormJsonTests
{
    private static readonly FormField[] Fields =
    [
        new("name", "Name"),
        new("endDate", "End", InputKind.Instant),
        new("bands", "Bands", InputKind.Rows) { Fields = [new("price", "Price", InputKind.Decimal)] },
    ];

    [Theory]
    [InlineData("2026-12-31T23:59:59", "2026-12-31T23:59:59.999Z")]
    [InlineData("2026-12-31T23:59:58", "2026-12-31T23:59:58Z")]
    public void Instant_WhoseInputIsUnchanged_KeepsItsFractionOfASecond(string typed, string expected)
    {
        var entity = Entity("""{"name":"old","endDate":"2026-12-31T23:59:59.999Z"}""");

        FormJson.Read(Form(("name", "new"), ("endDate", typed)), Fields, entity);

        FormJson.Sent(entity)["endDate"]!.ToString().ShouldBe(expected);
    }

    [Fact]
    public void Row_AfterARemovalAndARefusal_KeepsWhatTheFormDoesNotShowOfIt()
    {
        const string Stored = """{"bands":[{"id":"a","price":1},{"id":"b","price":2}]}""";
        var refused = Entity(Stored);

        FormJson.Read(Form(("bands[1]._row", "1"), ("bands[1].price", "bad")), Fields, refused).Count.ShouldBe(1);
        var shown = FormJson.RowsOf(refused, Fields[2]).ShouldHaveSingleItem();
        var again = Entity(Stored);
        FormJson.Read(
            Form(
                ("bands[0]._row", $"{FormJson.FormerRowOf(shown, 0)}"), ("bands[0].price", "3"),
                ("bands[1]._row", $"{FormJson.FormerRowOf(null, 1)}"), ("bands[1].price", "4")),
            Fields, again);

        FormJson.Sent(again).ToJsonString().ShouldBe("""{"bands":[{"id":"b","price":3},{"price":4}]}""");
    }

    [Fact]
    public void Rows_MoreThanAFormShows_AreAFaultAndLeaveTheEntityAsItIs()
    {
        var entity = new JsonObject
        {
            ["bands"] = new JsonArray([.. Enumerable.Range(0, 201).Select(number => (JsonNode)new JsonObject
            {
                ["price"] = number,
            })]),
        };

        var faults = FormJson.Read(Form(("bands[0]._row", "0"), ("bands[0].price", "1")), Fields, entity);

        faults["bands"].ShouldContain("at most 200 rows");
        entity["bands"]!.AsArray().Count.ShouldBe(201);
    }

    private static JsonObject Entity(string json) => (JsonObject)JsonNode.Parse(json)!;

    private static FormCollection Form(params (string Name, string Value)[] values) =>
        new(values.ToDictionary(pair => pair.Name, pair => new StringValues(pair.Value)));
}
