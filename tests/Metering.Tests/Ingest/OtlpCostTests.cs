using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest.Otlp;
using Tallystick.Metering.OtlpMappings;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Testing;
using static Tallystick.Testing.OtlpMessages;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>
/// What records share is not read or copied again for each of them: the cost of a request depends on its size only.
/// </summary>
public sealed class OtlpCostTests
{
    private const int Many = 10_000;

    // A measure of what was copied for each record.
    private const long MaxAllocated = 10_000;

    private static readonly string Long = new('x', 600_000);

    private static readonly OtlpMapping Metrics = new()
    {
        Name = "bytes",
        Signal = OtlpSignal.Metrics,
        MeterId = "meter-m",
        Account = new OtlpSource { Constant = "acme" },
        Fields = [new OtlpField { Code = "n", Property = OtlpProperty.Value }],
    };

    [Fact]
    public void Batch_OfTheCollectorsSize_IsAcceptedWhateverItsPoints()
    {
        const int batch = 1_000_000;
        const int envelope = 100;
        const int point = 20;
        var request = Request([("customer", "acme")], Points("bytes", (batch - envelope) / point)).ToArray();
        request.Length.ShouldBeInRange(batch - envelope, batch);

        var (measurements, result) = Submit(request, Metrics);

        measurements.ShouldBe((batch - envelope) / point);
        result.Rejected.ShouldBe(0);
    }

    [Fact]
    public void Name_OfAMetricWithManyPoints_IsHashedOnce() =>
        Submit(Request([], Points(Long, Many)).ToArray(), Metrics).Measurements.ShouldBe(Many);

    [Fact]
    public void Resource_OfManyScopes_IsHashedOnce()
    {
        var scope = new ProtobufMessage().Message(2, LogRecord(null)).ToArray();
        var group = new ProtobufMessage().Message(1, new ProtobufMessage().Message(
            1, new ProtobufMessage().Text(1, "long").Message(2, Value(Long))));
        for (var index = 0; index < Many; index++)
            group.Bytes(2, scope);
        var logs = Metrics with
        {
            Signal = OtlpSignal.Logs,
            Fields = [new OtlpField { Code = "n", Constant = "1" }],
        };

        Submit(new ProtobufMessage().Message(1, group).ToArray(), logs).Measurements.ShouldBe(Many);
    }

    [Fact]
    public void Text_LongerThanAMeasurement_RejectsRecordsWithoutBeingCopied()
    {
        var mapping = Metrics with { Fields = [new OtlpField { Code = "t", Property = OtlpProperty.Name }] };

        var (_, result) = Submit(Request([], Points(Long, Many)).ToArray(), mapping);

        result.Rejected.ShouldBe(Many);
        result.Message.ShouldContain("its measurement is too large");
    }

    [Fact]
    public void Account_TooLong_RejectsRecordsWithoutBeingCopied()
    {
        var mapping = Metrics with { Account = new OtlpSource { Attributes = ["customer"] } };

        var (_, result) = Submit(Request([("customer", Long)], Points("bytes", Many)).ToArray(), mapping);

        result.Rejected.ShouldBe(Many);
        result.Message.ShouldContain("account must have at most 80 characters");
    }

    [Fact]
    public void Measurements_RejectedAsTooLarge_CountTowardsTheTotal()
    {
        // Each quotation mark is written as six bytes.
        var name = new string('"', 300_000);
        var mapping = Metrics with { Fields = [new OtlpField { Code = "t", Property = OtlpProperty.Name }] };

        Should.Throw<RefusedException>(() => Submit(Request([], Points(name, 100)).ToArray(), mapping))
            .Issues.ShouldHaveSingleItem().Code.ShouldBe("limit");
    }

    private static ProtobufMessage Points(string metric, int count)
    {
        var data = new ProtobufMessage();
        for (var index = 0; index < count; index++)
            data.Message(1, new ProtobufMessage().Fixed64(3, FirstOfMarch + (ulong)index).Fixed64(6, 1));
        return new ProtobufMessage().Text(1, metric).Message(7, data.Varint(2, Delta));
    }

    private static (int Measurements, OtlpResult Result) Submit(byte[] request, OtlpMapping mapping)
    {
        var records = ProtobufReader.Read(request, mapping.Signal).All;
        var rejections = new OtlpRejections();
        var rule = new OtlpRule(mapping, Make.Meter("m", "measure.n", "what.t"));
        var submission = new OtlpSubmission([rule], rejections);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var (index, record) in records.Index())
            submission.Add(record, index + 1);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        allocated.ShouldBeLessThan(MaxAllocated * records.Count);
        return (submission.Measurements.Count, rejections.End(""));
    }
}
