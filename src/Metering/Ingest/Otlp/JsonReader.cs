using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.OtlpMappings;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>Reads the requests of OTLP in the JSON encoding. Unknown members are ignored.</summary>
internal sealed class JsonReader
{
    private readonly OtlpRecords _records;
    private readonly bool _isLogs;

    private JsonReader(OtlpSignal signal)
    {
        _records = new OtlpRecords(signal);
        _isLogs = signal == OtlpSignal.Logs;
    }

    /// <exception cref="RefusedException">The body is malformed or has too many records.</exception>
    public static OtlpRecords Read(ReadOnlyMemory<byte> body, OtlpSignal signal)
    {
        using var document = JsonBody.Parse(body, "The request body");
        var reader = new JsonReader(signal);
        reader.ReadRequest(new JsonNodeAt(document.RootElement, null, null));
        return reader._records;
    }

    private void ReadRequest(JsonNodeAt request)
    {
        var groups = _isLogs ? "resourceLogs" : "resourceMetrics";
        foreach (var (name, value) in request.Members())
        {
            if (name != groups)
                continue;
            foreach (var group in value.Items())
                ReadResourceGroup(group);
        }
    }

    private void ReadResourceGroup(JsonNodeAt group)
    {
        var resource = new OtlpResource();
        var groups = _isLogs ? "scopeLogs" : "scopeMetrics";
        foreach (var (name, value) in group.Members())
        {
            if (name == "resource")
                ReadAttributesOf(value, resource.Attributes);
            else if (name == groups)
            {
                foreach (var scope in value.Items())
                    ReadScopeGroup(scope, new OtlpScope(resource));
            }
        }
    }

    private void ReadScopeGroup(JsonNodeAt group, OtlpScope scope)
    {
        var records = _isLogs ? "logRecords" : "metrics";
        foreach (var (name, value) in group.Members())
        {
            if (name == "scope")
                ReadScope(value, scope);
            else if (name == records)
            {
                foreach (var item in value.Items())
                {
                    if (_isLogs)
                        ReadLogRecord(item, _records.Add(new OtlpRecord(scope)));
                    else
                        ReadMetric(item, scope);
                }
            }
        }
    }

    private static void ReadScope(JsonNodeAt node, OtlpScope scope)
    {
        foreach (var (name, value) in node.Members())
        {
            if (name == "name")
                scope.Name = value.Text();
            else if (name == "version")
                scope.Version = value.Text();
        }
        ReadAttributesOf(node, scope.Attributes);
    }

    private static void ReadLogRecord(JsonNodeAt node, OtlpRecord record)
    {
        foreach (var (name, value) in node.Members())
        {
            switch (name)
            {
                case "timeUnixNano":
                    record.Time = value.Unsigned();
                    break;
                case "observedTimeUnixNano":
                    record.ObservedTime = value.Unsigned();
                    break;
                case "severityNumber":
                    record.Severity = value.Integer();
                    break;
                case "severityText":
                    record.SeverityText = value.Text();
                    break;
                case "body":
                    record.Body = ReadValue(value);
                    break;
                case "attributes":
                    ReadAttributes(value, record.Attributes);
                    break;
                case "traceId":
                    record.TraceId = value.Hexadecimal();
                    break;
                case "spanId":
                    record.SpanId = value.Hexadecimal();
                    break;
                case "eventName":
                    record.EventName = value.Text();
                    break;
            }
        }
    }

    private void ReadMetric(JsonNodeAt node, OtlpScope scope)
    {
        var metric = new OtlpMetric();
        foreach (var (name, value) in node.Members())
        {
            switch (name)
            {
                case "name":
                    metric.Name = value.Text();
                    break;
                case "gauge":
                    ReadPoints(value, scope, new OtlpSeries(metric), isNumber: true);
                    break;
                case "sum":
                    ReadPoints(value, scope, new OtlpSeries(metric) { Temporality = 0 }, isNumber: true);
                    break;
                case "histogram" or "exponentialHistogram":
                    ReadPoints(value, scope, new OtlpSeries(metric) { Temporality = 0 }, isNumber: false);
                    break;
                case "summary":
                    ReadPoints(value, scope, new OtlpSeries(metric, isSummary: true), isNumber: false);
                    break;
            }
        }
    }

    private void ReadPoints(JsonNodeAt node, OtlpScope scope, OtlpSeries series, bool isNumber)
    {
        foreach (var (name, value) in node.Members())
        {
            if (name == "aggregationTemporality" && series.Temporality is not null)
                series.Temporality = value.Integer();
            else if (name == "dataPoints")
            {
                foreach (var item in value.Items())
                    ReadPoint(item, _records.Add(new OtlpRecord(scope, series)), isNumber);
            }
        }
    }

    private static void ReadPoint(JsonNodeAt node, OtlpRecord point, bool isNumber)
    {
        point.Count = OtlpValue.OfInteger(isNumber ? 1 : 0);
        foreach (var (name, value) in node.Members())
        {
            switch (name)
            {
                case "startTimeUnixNano":
                    point.StartTime = value.Unsigned();
                    break;
                case "timeUnixNano":
                    point.Time = value.Unsigned();
                    break;
                case "attributes":
                    ReadAttributes(value, point.Attributes);
                    break;
                case "flags":
                    point.Flags = value.Integer();
                    break;
                case "asInt" when isNumber:
                    point.Value = OtlpValue.OfInteger(value.Integer());
                    break;
                case "asDouble" when isNumber:
                case "sum" when !isNumber:
                    point.Value = OtlpValue.OfNumber(value.Number());
                    break;
                case "count" when !isNumber:
                    point.Count = OtlpValue.OfCount(value.Unsigned());
                    break;
            }
        }
    }

    private static void ReadAttributesOf(JsonNodeAt node, OtlpAttributes target)
    {
        foreach (var (name, value) in node.Members())
        {
            if (name == "attributes")
                ReadAttributes(value, target);
        }
    }

    private static void ReadAttributes(JsonNodeAt list, OtlpAttributes target)
    {
        foreach (var item in list.Items())
        {
            var (key, content) = ("", OtlpValue.Empty);
            foreach (var (name, value) in item.Members())
            {
                if (name == "key")
                    key = value.Text();
                else if (name == "value")
                    content = ReadValue(value);
            }
            target.Add(key, content);
        }
    }

    // The parser limits the depth.
    private static OtlpValue ReadValue(JsonNodeAt node)
    {
        var read = OtlpValue.Empty;
        foreach (var (name, value) in node.Members())
        {
            read = name switch
            {
                "stringValue" => OtlpValue.OfText(value.Text()),
                "boolValue" => OtlpValue.OfBoolean(value.Boolean()),
                "intValue" => OtlpValue.OfInteger(value.Integer()),
                "doubleValue" => OtlpValue.OfNumber(value.Number()),
                "bytesValue" => OtlpValue.OfBytes(value.Bytes()),
                "arrayValue" => OtlpValue.OfList(ReadList(value)),
                "kvlistValue" => OtlpValue.OfMap(ReadMap(value)),
                _ => read,
            };
        }
        return read;
    }

    private static List<OtlpValue> ReadList(JsonNodeAt node)
    {
        var items = new List<OtlpValue>();
        foreach (var (name, value) in node.Members())
        {
            if (name == "values")
                items.AddRange(value.Items().Select(ReadValue));
        }
        return items;
    }

    private static OtlpAttributes ReadMap(JsonNodeAt node)
    {
        var members = new OtlpAttributes();
        foreach (var (name, value) in node.Members())
        {
            if (name == "values")
                ReadAttributes(value, members);
        }
        return members;
    }
}
