namespace Tallystick.Testing;

/// <summary>Messages of OpenTelemetry, with the field numbers of its specification.</summary>
public static class OtlpMessages
{
    /// <summary>2026-03-01T00:00:00.000000001Z</summary>
    public const ulong FirstOfMarch = 1_772_323_200_000_000_001;

    /// <summary>Temporality of values since the previous point.</summary>
    public const int Delta = 1;

    /// <summary>Temporality of values since the start.</summary>
    public const int Cumulative = 2;

    /// <summary>
    /// An <c>ExportLogsServiceRequest</c> or <c>ExportMetricsServiceRequest</c> of one resource and scope.
    /// </summary>
    /// <param name="resource">Attributes of the resource.</param>
    /// <param name="records">Log records or metrics.</param>
    public static ProtobufMessage Request(
        IReadOnlyList<(string Key, object Value)> resource, params ProtobufMessage[] records) =>
        new ProtobufMessage().Message(1, new ProtobufMessage()
            .Message(1, With(new ProtobufMessage(), 1, resource))
            .Message(2, new ProtobufMessage()
                .Message(1, new ProtobufMessage().Text(1, "chat").Text(2, "1.0"))
                .Messages(2, records)));

    /// <summary>A <c>LogRecord</c>.</summary>
    public static ProtobufMessage LogRecord(
        string? body, ulong time = FirstOfMarch, string? eventName = null,
        params (string Key, object Value)[] attributes)
    {
        var record = new ProtobufMessage();
        if (time != 0)
            record.Fixed64(1, time);
        if (body is not null)
            record.Message(5, Value(body));
        With(record, 6, attributes);
        return eventName is null ? record : record.Text(12, eventName);
    }

    /// <summary>A <c>Metric</c> with one point.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">
    /// The field of its kind: gauge 5, sum 7, histogram 9, exponential histogram 10, summary 11.
    /// </param>
    /// <param name="point">The data point.</param>
    /// <param name="temporality">The temporality; null for a kind without one.</param>
    public static ProtobufMessage Metric(string name, int kind, ProtobufMessage point, int? temporality)
    {
        var data = new ProtobufMessage().Message(1, point);
        if (temporality is { } given)
            data.Varint(2, given);
        return new ProtobufMessage().Text(1, name).Message(kind, data);
    }

    /// <summary>A <c>NumberDataPoint</c>.</summary>
    public static ProtobufMessage NumberPoint(
        object value, ulong time = FirstOfMarch, params (string Key, object Value)[] attributes)
    {
        var point = new ProtobufMessage().Fixed64(2, FirstOfMarch - 60).Fixed64(3, time);
        if (value is double number)
            point.Double(4, number);
        else
            point.Fixed64(6, (ulong)Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
        return With(point, 7, attributes);
    }

    /// <summary>A <c>HistogramDataPoint</c>.</summary>
    public static ProtobufMessage HistogramPoint(
        double sum, ulong count, params (string Key, object Value)[] attributes) =>
        With(
            new ProtobufMessage().Fixed64(2, FirstOfMarch - 60).Fixed64(3, FirstOfMarch)
                .Fixed64(4, count).Double(5, sum).Double(11, 1).Double(12, sum),
            9, attributes);

    /// <summary>An <c>AnyValue</c>: text, truth, integer, floating-point number, bytes, list or map.</summary>
    public static ProtobufMessage Value(object value) => value switch
    {
        string text => new ProtobufMessage().Text(1, text),
        bool flag => new ProtobufMessage().Varint(2, flag ? 1 : 0),
        int or long => new ProtobufMessage().Varint(
            3, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
        double number => new ProtobufMessage().Double(4, number),
        object[] list => new ProtobufMessage().Message(
            5, new ProtobufMessage().Messages(1, [.. list.Select(Value)])),
        IReadOnlyList<(string Key, object Value)> map => new ProtobufMessage().Message(
            6, With(new ProtobufMessage(), 1, map)),
        byte[] bytes => new ProtobufMessage().Bytes(7, bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    private static ProtobufMessage With(
        ProtobufMessage message, int field, IReadOnlyList<(string Key, object Value)> attributes) =>
        attributes.Aggregate(message, (parent, attribute) => parent.Message(
            field, new ProtobufMessage().Text(1, attribute.Key).Message(2, Value(attribute.Value))));
}
