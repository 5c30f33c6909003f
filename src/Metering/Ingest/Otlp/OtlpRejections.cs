namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>The response to an accepted request.</summary>
/// <param name="Rejected">Number of log records or data points that were not accepted.</param>
/// <param name="Message">Why they were not accepted, or a warning; empty for none.</param>
public readonly record struct OtlpResult(long Rejected, string Message);

/// <summary>Collects the records of a request that are not accepted, and the reasons of the first of them.</summary>
internal sealed class OtlpRejections
{
    private const int MaximumReasons = 5;

    private readonly List<string> _reasons = [];
    private long _count;

    /// <summary>Adds a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="number">Its number in the request, from 1.</param>
    /// <param name="reason">Why it is not accepted.</param>
    public void Add(OtlpRecord record, int number, string reason)
    {
        _count++;
        if (_reasons.Count >= MaximumReasons)
            return;
        var what = record.Series is { } series
            ? $"data point {number}, of the metric '{Foundation.Json.RepeatedMembers.InPath(series.Metric.Name)}'"
            : $"log record {number}";
        _reasons.Add($"{what}: {reason}");
    }

    /// <summary>The response.</summary>
    /// <param name="warning">A warning if all records were accepted; empty for none.</param>
    public OtlpResult End(string warning)
    {
        if (_count == 0)
            return new OtlpResult(0, warning);
        var more = _count > _reasons.Count ? "; …" : "";
        return new OtlpResult(_count, $"Rejected: {string.Join("; ", _reasons)}{more}");
    }
}
