using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>
/// Makes the uid of a measurement from its record, so that a request that is sent again is not counted again. A log
/// record is identified by an attribute, or else by its content; a data point, by its metric, attributes and times.
/// </summary>
internal sealed class OtlpUid
{
    private const string Standard = "log.record.uid";

    // Log records with identical content in one request are different records.
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);

    /// <summary>The uid of the measurement.</summary>
    /// <param name="record">The record.</param>
    /// <param name="attribute">The attribute that identifies the record; null for none.</param>
    public string Of(OtlpRecord record, string? attribute)
    {
        var given = (attribute is null ? null : TextOf(record, attribute))
            ?? (record.Series is null ? TextOf(record, Standard) : null);
        if (given is not null)
            return TextLength.Of(given) <= MeasurementParser.MaximumUid ? given : Hash(writer => writer.Add(given));
        if (record.Series is not null)
            return Hash(writer => AddPoint(writer, record));
        var content = Hash(writer => AddLogRecord(writer, record));
        var earlier = _seen.GetValueOrDefault(content);
        _seen[content] = earlier + 1;
        return earlier == 0 ? content : Hash(writer =>
        {
            writer.Add(content);
            writer.Add((ulong)earlier);
        });
    }

    /// <summary>Identifies a scope and its resource.</summary>
    public static byte[] DigestOf(OtlpScope scope)
    {
        using var writer = new Writer();
        writer.Add(scope.Resource.Digest());
        writer.Add(scope.Name);
        writer.Add(scope.Version);
        Add(writer, scope.Attributes);
        return writer.End();
    }

    /// <summary>Identifies a resource.</summary>
    public static byte[] DigestOf(OtlpResource resource)
    {
        using var writer = new Writer();
        Add(writer, resource.Attributes);
        return writer.End();
    }

    /// <summary>Identifies the name of a metric.</summary>
    public static byte[] DigestOf(OtlpMetric metric)
    {
        using var writer = new Writer();
        writer.Add(metric.Name);
        return writer.End();
    }

    private static string? TextOf(OtlpRecord record, string attribute) =>
        record.Attributes.Find(attribute)?.Text is { Length: > 0 } text ? text : null;

    private static void AddPoint(Writer writer, OtlpRecord point)
    {
        writer.Add("metric");
        writer.Add(point.Scope.Digest());
        writer.Add(point.Series!.Metric.Digest());
        Add(writer, point.Attributes);
        writer.Add(point.StartTime);
        writer.Add(point.Time);
    }

    private static void AddLogRecord(Writer writer, OtlpRecord record)
    {
        writer.Add("log");
        writer.Add(record.Scope.Digest());
        writer.Add(record.HappenedAt);
        writer.Add((ulong)record.Severity);
        writer.Add(record.SeverityText);
        writer.Add(record.EventName);
        writer.Add(record.TraceId);
        writer.Add(record.SpanId);
        Add(writer, record.Body ?? OtlpValue.Empty);
        Add(writer, record.Attributes);
    }

    // Sorted, because the order of attributes has no meaning.
    private static void Add(Writer writer, OtlpAttributes attributes)
    {
        writer.Add((ulong)attributes.All.Count);
        foreach (var (key, value) in attributes.All.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            writer.Add(key);
            Add(writer, value);
        }
    }

    private static void Add(Writer writer, OtlpValue value)
    {
        writer.Add((ulong)value.Kind);
        writer.Add(value.Text);
        writer.Add((ulong)value.Items.Count);
        foreach (var item in value.Items)
            Add(writer, item);
        if (value.Members is not null)
            Add(writer, value.Members);
    }

    private static string Hash(Action<Writer> write)
    {
        using var writer = new Writer();
        write(writer);
        return Base64Url.EncodeToString(writer.End());
    }

    /// <summary>Hashes values, each preceded by its length, so that different sequences have different bytes.</summary>
    private sealed class Writer : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Add(string text) => Add(Encoding.UTF8.GetBytes(text));

        public void Add(ReadOnlySpan<byte> bytes)
        {
            Add((ulong)bytes.Length);
            _hash.AppendData(bytes);
        }

        public void Add(ulong number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
            _hash.AppendData(bytes);
        }

        public byte[] End() => _hash.GetHashAndReset();

        public void Dispose() => _hash.Dispose();
    }
}
