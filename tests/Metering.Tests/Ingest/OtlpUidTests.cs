using Tallystick.Metering.Ingest.Otlp;
using Tallystick.Metering.OtlpMappings;
using Tallystick.Testing;
using static Tallystick.Testing.OtlpMessages;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>The uids of records: the same for what is sent again, different for anything else.</summary>
public sealed class OtlpUidTests
{
    private static readonly ProtobufMessage Usual = Log();

    [Fact]
    public void LogRecord_SentAgain_HasTheSameUid()
    {
        var uid = Uids(Usual).ShouldHaveSingleItem();

        uid.Length.ShouldBe(43);
        Uids(Log()).ShouldBe([uid]);
        Uids(Request([("b", 2), ("a", 1)], LogRecord("hi", FirstOfMarch, "e", ("y", 2), ("x", 1)))).ShouldBe([uid]);
    }

    [Fact]
    public void LogRecord_DifferentInAnything_HasAnotherUid()
    {
        ProtobufMessage[] others =
        [
            Request([("a", 1)], LogRecord("hi", FirstOfMarch, "e", ("x", 1), ("y", 2))),
            Request([("a", 1), ("b", 3)], LogRecord("hi", FirstOfMarch, "e", ("x", 1), ("y", 2))),
            Request([("a", 1), ("b", "2")], LogRecord("hi", FirstOfMarch, "e", ("x", 1), ("y", 2))),
            Request([("a", 1), ("b", 2)], LogRecord("ho", FirstOfMarch, "e", ("x", 1), ("y", 2))),
            Request([("a", 1), ("b", 2)], LogRecord("hi", FirstOfMarch + 1, "e", ("x", 1), ("y", 2))),
            Request([("a", 1), ("b", 2)], LogRecord("hi", FirstOfMarch, "f", ("x", 1), ("y", 2))),
            Request([("a", 1), ("b", 2)], LogRecord("hi", FirstOfMarch, "e", ("x", 2), ("y", 1))),
            Request([("a", 1), ("b", 2)], LogRecord("hi", FirstOfMarch, "e", ("xx", 1), ("y", 2))),
            Request([("a", 1), ("b", 2)], LogRecord("hi", FirstOfMarch, "e", ("x", 1), ("y", 2)).Bytes(10, 1)),
            Request([("a", 1), ("b", 2)], LogRecord("hi", FirstOfMarch, "e", ("x", 1), ("y", (object[])[2]))),
        ];

        others.Append(Usual).SelectMany(one => Uids(one)).ShouldBeUnique();
    }

    [Fact]
    public void LogRecords_IdenticalInARequest_AreDifferentRecords()
    {
        var record = LogRecord("hi");
        var uids = Uids(Request([], record, record, record));

        uids.ShouldBeUnique();
        Uids(Request([], record, record, record)).ShouldBe(uids);
        Uids(Request([], record)).ShouldBe(uids.Take(1));
    }

    [Theory]
    [InlineData("log.record.uid", null, "r-1")]
    [InlineData("request", "request", "r-1")]
    [InlineData("log.record.uid", "request", "r-1")]
    [InlineData("request", null, null)]
    public void LogRecord_WithItsOwnId_IsIdentifiedByIt(string key, string? attribute, string? expected)
    {
        var uid = Uids(Request([], LogRecord("hi", FirstOfMarch, null, (key, "r-1"))), attribute: attribute)[0];

        if (expected is null)
            uid.Length.ShouldBe(43);
        else
            uid.ShouldBe(expected);
    }

    [Fact]
    public void Id_OfTheResource_IdentifiesNoRecord() =>
        Uids(
            Request([("request", "r-1")], LogRecord("a"), LogRecord("b")), attribute: "request")
            .ShouldAllBe(uid => uid.Length == 43);

    [Fact]
    public void Id_TooLongForAUid_IsHashed()
    {
        var records = new[] { 'a', 'b', 'a' }.Select(letter => LogRecord(
            "hi", FirstOfMarch, null, ("log.record.uid", new string('x', 50) + letter))).ToArray();

        var uids = Uids(Request([], records));

        uids[0].Length.ShouldBe(43);
        uids[1].ShouldNotBe(uids[0]);
        uids[2].ShouldBe(uids[0]);
    }

    [Fact]
    public void DataPoint_OfTheSameSeriesAndTime_HasTheSameUid()
    {
        var uid = Point(Metric("m", 7, NumberPoint(1, FirstOfMarch, ("k", "v")), Delta));

        Point(Metric("m", 7, NumberPoint(2, FirstOfMarch, ("k", "v")), Delta)).ShouldBe(uid);
        new[]
        {
            uid,
            Point(Metric("n", 7, NumberPoint(1, FirstOfMarch, ("k", "v")), Delta)),
            Point(Metric("m", 7, NumberPoint(1, FirstOfMarch + 1, ("k", "v")), Delta)),
            Point(Metric("m", 7, NumberPoint(1, FirstOfMarch, ("k", "w")), Delta)),
        }.ShouldBeUnique();

        static string Point(ProtobufMessage metric) =>
            Uids(Request([], metric), OtlpSignal.Metrics).ShouldHaveSingleItem();
    }

    private static ProtobufMessage Log() =>
        Request([("a", 1), ("b", 2)], LogRecord("hi", FirstOfMarch, "e", ("x", 1), ("y", 2)));

    private static List<string> Uids(
        ProtobufMessage request, OtlpSignal signal = OtlpSignal.Logs, string? attribute = null)
    {
        var uids = new OtlpUid();
        return [.. ProtobufReader.Read(request.ToArray(), signal).All.Select(record => uids.Of(record, attribute))];
    }
}
