using Tallystick.Metering.OtlpMappings;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>What produced records. Filled while it is read, because its parts can be in any order.</summary>
internal sealed class OtlpResource
{
    private byte[]? _digest;

    public OtlpAttributes Attributes { get; } = new();

    /// <summary>Identifies the resource. Computed once for all of its scopes.</summary>
    public ReadOnlySpan<byte> Digest() => _digest ??= OtlpUid.DigestOf(this);
}

/// <summary>The instrumentation that produced records.</summary>
internal sealed class OtlpScope(OtlpResource resource)
{
    private byte[]? _digest;

    public OtlpResource Resource => resource;

    public string Name { get; set; } = "";

    public string Version { get; set; } = "";

    public OtlpAttributes Attributes { get; } = new();

    /// <summary>Identifies resource and scope. Computed once for all records of the scope.</summary>
    public ReadOnlySpan<byte> Digest() => _digest ??= OtlpUid.DigestOf(this);
}

/// <summary>A metric.</summary>
internal sealed class OtlpMetric
{
    private byte[]? _digest;

    public string Name { get; set; } = "";

    /// <summary>Identifies the name. Computed once for all data points of the metric.</summary>
    public ReadOnlySpan<byte> Digest() => _digest ??= OtlpUid.DigestOf(this);
}

/// <summary>The data points of a metric.</summary>
internal sealed class OtlpSeries(OtlpMetric metric, bool isSummary = false)
{
    public const int Delta = 1;

    public OtlpMetric Metric => metric;

    /// <summary>The temporality as sent; null for gauges and summaries, which have none.</summary>
    public long? Temporality { get; set; }

    /// <summary>
    /// Whether each point contains only the usage since the previous one, or is a reading of its own. The values of
    /// other points must not be added up.
    /// </summary>
    public bool CanBeAdded => !isSummary && Temporality is null or Delta;
}

/// <summary>A log record or a data point.</summary>
internal sealed class OtlpRecord(OtlpScope scope, OtlpSeries? series = null)
{
    // Data points with this flag state that there is no value.
    private const long NoRecordedValue = 1;

    public OtlpScope Scope => scope;

    /// <summary>The data points that it belongs to; null for a log record.</summary>
    public OtlpSeries? Series => series;

    public OtlpAttributes Attributes { get; } = new();

    /// <summary>Nanoseconds since 1970; 0 if absent.</summary>
    public ulong Time { get; set; }

    /// <summary>When a log record was collected.</summary>
    public ulong ObservedTime { get; set; }

    /// <summary>Start of the period of a data point.</summary>
    public ulong StartTime { get; set; }

    public string EventName { get; set; } = "";

    public OtlpValue? Body { get; set; }

    public long Severity { get; set; }

    public string SeverityText { get; set; } = "";

    /// <summary>Trace id in hexadecimal.</summary>
    public string TraceId { get; set; } = "";

    /// <summary>Span id in hexadecimal.</summary>
    public string SpanId { get; set; } = "";

    /// <summary>Value of a data point; the sum of a histogram.</summary>
    public OtlpValue? Value { get; set; }

    /// <summary>Number of values of a histogram.</summary>
    public OtlpValue? Count { get; set; }

    public long Flags { get; set; }

    /// <summary>Whether a data point contains nothing.</summary>
    public bool IsWithoutValue => series is not null && (Flags & NoRecordedValue) != 0;

    /// <summary>When it happened, in nanoseconds since 1970; 0 if unknown.</summary>
    public ulong HappenedAt => Time != 0 ? Time : ObservedTime;

    /// <summary>Name of the event or metric; empty if a log record is not an event.</summary>
    public string Name => series?.Metric.Name
        ?? (EventName.Length > 0 ? EventName : Attributes.Find("event.name")?.Text ?? "");

    /// <summary>The value of an attribute of the record, its scope or its resource; null if there is none.</summary>
    public OtlpValue? Find(string key) =>
        Attributes.Find(key) ?? scope.Attributes.Find(key) ?? scope.Resource.Attributes.Find(key);

    /// <summary>The value of a property; null if there is none.</summary>
    public OtlpValue? Find(OtlpProperty property) => property switch
    {
        OtlpProperty.Name => TextOf(Name),
        OtlpProperty.Scope => TextOf(scope.Name),
        OtlpProperty.Body => Body is { Kind: not OtlpKind.Empty } ? Body : null,
        OtlpProperty.Value => Value,
        OtlpProperty.Count => Count,
    };

    private static OtlpValue? TextOf(string text) => text.Length == 0 ? null : OtlpValue.OfText(text);
}

/// <summary>The records of a request, up to a limit.</summary>
internal sealed class OtlpRecords(OtlpSignal signal)
{
    /// <summary>
    /// Maximum number of records in a request. A data point with a time and a value has at least 20 bytes, so that
    /// 1,000,000 bytes of them, the largest batch that the documentation configures in the Collector, are accepted.
    /// </summary>
    public const int Maximum = 50_000;

    private readonly List<OtlpRecord> _all = [];

    public OtlpSignal Signal => signal;

    public IReadOnlyList<OtlpRecord> All => _all;

    /// <exception cref="Foundation.Values.RefusedException">There are too many.</exception>
    public OtlpRecord Add(OtlpRecord record)
    {
        if (_all.Count == Maximum)
            throw OtlpFaults.TooManyRecords();
        _all.Add(record);
        return record;
    }
}
