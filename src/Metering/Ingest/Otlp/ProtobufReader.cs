using Google.Protobuf;
using Tallystick.Foundation.Values;
using Tallystick.Metering.OtlpMappings;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>
/// Reads the requests of OTLP in the protobuf encoding: <c>ExportLogsServiceRequest</c> and
/// <c>ExportMetricsServiceRequest</c>. Field numbers are those of opentelemetry-proto 1.x.
/// </summary>
internal sealed class ProtobufReader
{
    private const int MaximumDepth = 20;

    // Wire types of tags.
    private const uint Varint = 0;
    private const uint Fixed64 = 1;
    private const uint Delimited = 2;

    private readonly ProtobufInput _input;
    private readonly OtlpRecords _records;

    private ProtobufReader(ReadOnlyMemory<byte> body, OtlpSignal signal)
    {
        _input = new ProtobufInput(body);
        _records = new OtlpRecords(signal);
    }

    /// <exception cref="RefusedException">The body is malformed or has too many records.</exception>
    public static OtlpRecords Read(ReadOnlyMemory<byte> body, OtlpSignal signal)
    {
        var reader = new ProtobufReader(body, signal);
        try
        {
            reader.ReadRequest();
            return reader._records;
        }
        catch (InvalidDataException fault)
        {
            throw OtlpFaults.Malformed($"The request body is not a valid OTLP message: {fault.Message}");
        }
        catch (InvalidProtocolBufferException)
        {
            throw OtlpFaults.Malformed("The request body is not a valid OTLP message: it is truncated or malformed");
        }
        catch (System.Text.DecoderFallbackException)
        {
            throw OtlpFaults.Malformed("The request body is not a valid OTLP message: a string is not valid UTF-8");
        }
    }

    private static uint Tag(int field, uint wireType) => ((uint)field << 3) | wireType;

    private void ReadRequest()
    {
        while (_input.Next(_input.End, out var tag))
        {
            if (tag == Tag(1, Delimited))
                ReadResourceGroup();
            else
                _input.Skip();
        }
    }

    // ResourceLogs or ResourceMetrics
    private void ReadResourceGroup()
    {
        var end = _input.Begin();
        var resource = new OtlpResource();
        while (_input.Next(end, out var tag))
        {
            if (tag == Tag(1, Delimited))
                ReadAttributesOf(resource.Attributes, attributes: 1);
            else if (tag == Tag(2, Delimited))
                ReadScopeGroup(new OtlpScope(resource));
            else
                _input.Skip();
        }
    }

    // ScopeLogs or ScopeMetrics
    private void ReadScopeGroup(OtlpScope scope)
    {
        var end = _input.Begin();
        while (_input.Next(end, out var tag))
        {
            if (tag == Tag(1, Delimited))
                ReadScope(scope);
            else if (tag != Tag(2, Delimited))
                _input.Skip();
            else if (_records.Signal == OtlpSignal.Logs)
                ReadLogRecord(_records.Add(new OtlpRecord(scope)));
            else
                ReadMetric(scope);
        }
    }

    private void ReadScope(OtlpScope scope)
    {
        var end = _input.Begin();
        while (_input.Next(end, out var tag))
        {
            if (tag == Tag(1, Delimited))
                scope.Name = _input.Text();
            else if (tag == Tag(2, Delimited))
                scope.Version = _input.Text();
            else if (tag == Tag(3, Delimited))
                ReadAttribute(scope.Attributes, 0);
            else
                _input.Skip();
        }
    }

    private void ReadLogRecord(OtlpRecord record)
    {
        var end = _input.Begin();
        while (_input.Next(end, out var tag))
        {
            switch (tag)
            {
                case (1 << 3) | Fixed64:
                    record.Time = _input.Fixed64();
                    break;
                case (2 << 3) | Varint:
                    record.Severity = _input.Varint();
                    break;
                case (3 << 3) | Delimited:
                    record.SeverityText = _input.Text();
                    break;
                case (5 << 3) | Delimited:
                    record.Body = ReadValue(0);
                    break;
                case (6 << 3) | Delimited:
                    ReadAttribute(record.Attributes, 0);
                    break;
                case (9 << 3) | Delimited:
                    record.TraceId = Convert.ToHexStringLower(_input.Bytes());
                    break;
                case (10 << 3) | Delimited:
                    record.SpanId = Convert.ToHexStringLower(_input.Bytes());
                    break;
                case (11 << 3) | Fixed64:
                    record.ObservedTime = _input.Fixed64();
                    break;
                case (12 << 3) | Delimited:
                    record.EventName = _input.Text();
                    break;
                default:
                    _input.Skip();
                    break;
            }
        }
    }

    private void ReadMetric(OtlpScope scope)
    {
        var end = _input.Begin();
        var metric = new OtlpMetric();
        while (_input.Next(end, out var tag))
        {
            switch (tag)
            {
                case (1 << 3) | Delimited:
                    metric.Name = _input.Text();
                    break;
                case (5 << 3) | Delimited:
                    ReadPoints(scope, new OtlpSeries(metric), PointFields.Number);
                    break;
                case (7 << 3) | Delimited:
                    ReadPoints(scope, new OtlpSeries(metric) { Temporality = 0 }, PointFields.Number);
                    break;
                case (9 << 3) | Delimited:
                    ReadPoints(scope, new OtlpSeries(metric) { Temporality = 0 }, PointFields.Histogram);
                    break;
                case (10 << 3) | Delimited:
                    ReadPoints(scope, new OtlpSeries(metric) { Temporality = 0 }, PointFields.ExponentialHistogram);
                    break;
                case (11 << 3) | Delimited:
                    ReadPoints(scope, new OtlpSeries(metric, isSummary: true), PointFields.Summary);
                    break;
                default:
                    _input.Skip();
                    break;
            }
        }
    }

    // Gauge, Sum, Histogram, ExponentialHistogram or Summary
    private void ReadPoints(OtlpScope scope, OtlpSeries series, PointFields fields)
    {
        var end = _input.Begin();
        while (_input.Next(end, out var tag))
        {
            if (tag == Tag(1, Delimited))
                ReadPoint(_records.Add(new OtlpRecord(scope, series)), fields);
            else if (tag == Tag(2, Varint) && series.Temporality is not null)
                series.Temporality = _input.Varint();
            else
                _input.Skip();
        }
    }

    private void ReadPoint(OtlpRecord point, PointFields fields)
    {
        var end = _input.Begin();
        point.Count = OtlpValue.OfInteger(fields.IsHistogram ? 0 : 1);
        while (_input.Next(end, out var tag))
        {
            if (tag == Tag(2, Fixed64))
                point.StartTime = _input.Fixed64();
            else if (tag == Tag(3, Fixed64))
                point.Time = _input.Fixed64();
            else if (tag == Tag(fields.Attributes, Delimited))
                ReadAttribute(point.Attributes, 0);
            else if (tag == Tag(fields.Flags, Varint))
                point.Flags = _input.Varint();
            else if (tag == Tag(fields.Value, Fixed64))
                point.Value = OtlpValue.OfBits(_input.Fixed64());
            else if (fields.IsHistogram && tag == Tag(4, Fixed64))
                point.Count = OtlpValue.OfCount(_input.Fixed64());
            else if (!fields.IsHistogram && tag == Tag(6, Fixed64))
                point.Value = OtlpValue.OfInteger((long)_input.Fixed64());
            else
                _input.Skip();
        }
    }

    // A message whose attributes are in the given field.
    private void ReadAttributesOf(OtlpAttributes target, int attributes, int depth = 0)
    {
        var end = _input.Begin();
        while (_input.Next(end, out var tag))
        {
            if (tag == Tag(attributes, Delimited))
                ReadAttribute(target, depth);
            else
                _input.Skip();
        }
    }

    private void ReadAttribute(OtlpAttributes target, int depth)
    {
        var end = _input.Begin();
        var (key, value) = ("", OtlpValue.Empty);
        while (_input.Next(end, out var tag))
        {
            if (tag == Tag(1, Delimited))
                key = _input.Text();
            else if (tag == Tag(2, Delimited))
                value = ReadValue(depth);
            else
                _input.Skip();
        }
        target.Add(key, value);
    }

    private OtlpValue ReadValue(int depth)
    {
        if (depth > MaximumDepth)
            throw new InvalidDataException($"a value is nested more than {MaximumDepth} levels deep");
        var end = _input.Begin();
        var value = OtlpValue.Empty;
        while (_input.Next(end, out var tag))
        {
            switch (tag)
            {
                case (1 << 3) | Delimited:
                    value = OtlpValue.OfText(_input.Text());
                    break;
                case (2 << 3) | Varint:
                    value = OtlpValue.OfBoolean(_input.Boolean());
                    break;
                case (3 << 3) | Varint:
                    value = OtlpValue.OfInteger(_input.Varint());
                    break;
                case (4 << 3) | Fixed64:
                    value = OtlpValue.OfBits(_input.Fixed64());
                    break;
                case (5 << 3) | Delimited:
                    value = ReadList(depth + 1);
                    break;
                case (6 << 3) | Delimited:
                    var members = new OtlpAttributes();
                    ReadAttributesOf(members, attributes: 1, depth + 1);
                    value = OtlpValue.OfMap(members);
                    break;
                case (7 << 3) | Delimited:
                    value = OtlpValue.OfBytes(_input.Bytes());
                    break;
                default:
                    _input.Skip();
                    break;
            }
        }
        return value;
    }

    private OtlpValue ReadList(int depth)
    {
        var end = _input.Begin();
        var items = new List<OtlpValue>();
        while (_input.Next(end, out var tag))
        {
            if (tag == Tag(1, Delimited))
                items.Add(ReadValue(depth));
            else
                _input.Skip();
        }
        return OtlpValue.OfList(items);
    }

    /// <summary>The field numbers of a kind of data point.</summary>
    private sealed record PointFields(int Value, int Attributes, int Flags, bool IsHistogram = true)
    {
        public static PointFields Number { get; } = new(4, 7, 8, IsHistogram: false);

        public static PointFields Histogram { get; } = new(5, 9, 10);

        public static PointFields ExponentialHistogram { get; } = new(5, 1, 10);

        public static PointFields Summary { get; } = new(5, 7, 8);
    }
}
