using System.Buffers;
using System.Globalization;
using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Meters;
using Tallystick.Metering.OtlpMappings;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>A measurement in JSON and the record that it was made of.</summary>
/// <param name="Record">The record.</param>
/// <param name="Number">Number of the record in the request, from 1.</param>
/// <param name="Json">The measurement.</param>
internal readonly record struct OtlpMeasurement(OtlpRecord Record, int Number, ReadOnlyMemory<byte> Json);

/// <summary>
/// Turns the records of a request into measurements, and these into bodies of <c>POST …/measurements</c>, so that
/// they are checked and kept exactly like measurements. Records that match no mapping are ignored.
/// </summary>
internal sealed class OtlpSubmission(IReadOnlyList<OtlpRule> rules, OtlpRejections rejections)
{
    /// <summary>
    /// The smallest total size of measurements that is refused. Measurements can be larger than the request, because an
    /// attribute of a resource is copied to each of its records.
    /// </summary>
    public const int MaximumTotal = 16_000_000;

    // The limit of a submission without the frame of its body.
    private const int Room = 512_000 - 32;
    private const string TooLarge = "its measurement is too large";
    private const string NotAddable =
        "its values are not deltas; export it with delta temporality "
        + "(OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta, or the Collector's cumulativetodelta processor)";

    private readonly OtlpUid _uids = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly List<OtlpMeasurement> _measurements = [];
    private long _total;

    /// <summary>The measurements so far.</summary>
    public IReadOnlyList<OtlpMeasurement> Measurements => _measurements;

    /// <summary>Adds the measurement of a record, unless no mapping matches or the record is rejected.</summary>
    /// <exception cref="RefusedException">The measurements are too large.</exception>
    public void Add(OtlpRecord record, int number)
    {
        if (record.IsWithoutValue || rules.FirstOrDefault(rule => rule.Matches(record)) is not { } rule)
            return;
        _buffer.ResetWrittenCount();
        var reason = Write(record, rule);
        // What was written of a rejected record counts, because it takes as much time.
        _total += _buffer.WrittenCount;
        if (_total >= MaximumTotal)
            throw OtlpFaults.TooMuchContent();
        if (reason is not null)
        {
            rejections.Add(record, number, reason);
            return;
        }
        _measurements.Add(new OtlpMeasurement(record, number, _buffer.WrittenSpan.ToArray()));
    }

    /// <summary>Divides measurements so that each part is small enough for a submission.</summary>
    public static IEnumerable<IReadOnlyList<OtlpMeasurement>> Batches(IReadOnlyList<OtlpMeasurement> measurements)
    {
        var batch = new List<OtlpMeasurement>();
        var bytes = 0;
        foreach (var measurement in measurements)
        {
            if (batch.Count == SubmissionParser.MaximumMeasurements
                || (batch.Count > 0 && bytes + measurement.Json.Length > Room))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(measurement);
            bytes += measurement.Json.Length + 1;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>The body of a submission.</summary>
    public static ReadOnlyMemory<byte> Body(IReadOnlyList<OtlpMeasurement> batch)
    {
        var body = new ArrayBufferWriter<byte>(batch.Sum(measurement => measurement.Json.Length + 1) + 32);
        body.Write("{\"measurements\":["u8);
        foreach (var (index, measurement) in batch.Index())
        {
            if (index > 0)
                body.Write(","u8);
            body.Write(measurement.Json.Span);
        }
        body.Write("]}"u8);
        return body.WrittenMemory;
    }

    /// <returns>Why the record is rejected; null if its measurement is in the buffer.</returns>
    private string? Write(OtlpRecord record, OtlpRule rule)
    {
        if (record.Series is { CanBeAdded: false })
            return NotAddable;
        if (record.HappenedAt == 0)
            return "it has no time";
        if (record.HappenedAt > long.MaxValue)
            return "its time is after the year 2261";
        if (TextOf(OtlpRule.ValueOf(rule.Account, record)) is not { Length: > 0 } account)
            return $"the mapping '{rule.Name}' finds no account in it";
        if (!TextLength.IsAtMost(account, MeasurementParser.MaximumCode))
            return $"account must have at most {MeasurementParser.MaximumCode} characters";
        using var writer = new Utf8JsonWriter(_buffer);
        writer.WriteStartObject();
        writer.WriteString("uid", _uids.Of(record, rule.Uid));
        writer.WriteString("meter", rule.Meter);
        writer.WriteString("account", account);
        writer.WriteString("ts", InstantText.Write(
            NodaConstants.UnixEpoch + Duration.FromNanoseconds((long)record.HappenedAt)));
        if (WriteFields(writer, record, rule) is { } fault)
            return fault;
        writer.WriteEndObject();
        writer.Flush();
        return _buffer.WrittenCount > Room ? TooLarge : null;
    }

    // A field without a value is omitted, so that the measurement is kept as failed and can be corrected.
    private static string? WriteFields(Utf8JsonWriter writer, OtlpRecord record, OtlpRule rule)
    {
        DataFieldCategory? open = null;
        foreach (var (category, source) in rule.Fields)
        {
            if (OtlpRule.ValueOf(source, record) is not { } value)
                continue;
            if (open != category)
            {
                if (open is not null)
                    writer.WriteEndObject();
                writer.WriteStartObject(MeasurementMembers.NameOf(category));
                open = category;
            }
            // The same long text can be in many fields of many records: it is not copied in vain.
            if (writer.BytesCommitted + writer.BytesPending + value.Text.Length > Room)
                return TooLarge;
            if (WriteField(writer, source, value, category) is { } fault)
                return $"the field '{source.Code}' {fault}";
        }
        if (open is not null)
            writer.WriteEndObject();
        return null;
    }

    private static string? WriteField(
        Utf8JsonWriter writer, OtlpField source, OtlpValue value, DataFieldCategory category)
    {
        if (!category.IsNumeric())
        {
            if (TextOf(value) is not { } text)
                return "must be a string, a number, or true or false";
            if (category == DataFieldCategory.Metadata
                && !TextLength.IsAtMost(text, MeasurementParser.MaximumMetadata))
                return $"must have at most {MeasurementParser.MaximumMetadata} characters";
            writer.WriteString(source.Code, text);
            return null;
        }
        if (value.Kind is not (OtlpKind.Number or OtlpKind.Text))
            return "must be a number, or a string that contains one";
        if (!ExactNumber.TryParse(value.Text, out var number))
            return $"must be a number, or a string that contains one; it {ExactNumber.Rule}";
        writer.WritePropertyName(source.Code);
        writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture));
        return null;
    }

    private static string? TextOf(OtlpValue? value) =>
        value is null or { Kind: OtlpKind.List or OtlpKind.Map or OtlpKind.Empty } ? null : value.Text;
}
