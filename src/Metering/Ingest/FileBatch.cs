using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Encodes rows of an uploaded file as one batch, with the rules of a submission. A row that breaks them becomes a
/// <see cref="RefusedRow"/> of the batch. Not thread-safe.
/// </summary>
internal sealed class FileBatch
{
    private const int MaxRows = 1000;
    private const int MaxBytes = 1024 * 1024;
    private const int MaxReasons = 10;
    private const int MaxDigits = 20;
    private const string RowPath = "measurements[0]";

    private readonly BatchWriter _batch = new();
    private readonly SubmissionIssues _issues = new();
    private readonly MeasurementParser _parser;
    private readonly string _organizationId;
    private readonly byte[] _uidStart;

    public FileBatch(IngestOptions options, string organizationId, string jobId)
    {
        (_organizationId, _uidStart) = (organizationId, Encoding.UTF8.GetBytes($"{jobId}."));
        _parser = new MeasurementParser(options, _batch, _issues);
    }

    /// <summary>When the rows are received.</summary>
    public Instant ReceivedAt { get; private set; }

    public int Count => _batch.Count;

    public bool IsFull => _batch.Count >= MaxRows || _batch.Length >= MaxBytes;

    public void Begin(Instant receivedAt)
    {
        ReceivedAt = receivedAt;
        _parser.ReceivedAt = Nanoseconds.Of(receivedAt);
        _batch.Begin(_organizationId, _parser.ReceivedAt);
    }

    /// <summary>Adds a row unless it is invalid.</summary>
    /// <param name="row">Number of the row.</param>
    /// <param name="json">The measurement.</param>
    /// <returns>What is wrong with it; null if it was added.</returns>
    public string? TryAdd(long row, ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return "The row is not valid UTF-8";
        _issues.Clear();
        SetUid(row);
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            _parser.Read(ref reader, 0);
            reader.Read(); // throws if anything follows the measurement
        }
        catch (JsonException)
        {
            return "The row is not valid JSON";
        }
        return _issues.Count == 0 ? null : Reason();
    }

    /// <summary>Adds a row that is invalid.</summary>
    /// <param name="row">The row.</param>
    /// <param name="meter">Code of its meter; empty if unknown.</param>
    /// <param name="account">Code of its account, so that an erasure finds the row; empty if unknown.</param>
    public void AddRefused(RefusedRow row, string meter, string account)
    {
        SetUid(row.Row);
        _batch.Row(
            _parser.OtherwiseUid.Written, _batch.Meter(Encoding.UTF8.GetBytes(meter)),
            _batch.List(RefusedRow.List.Span), _batch.Account(Encoding.UTF8.GetBytes(account)), _parser.ReceivedAt,
            null, row.Values.Span);
    }

    /// <summary>Ends the batch; its bytes stay valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> End(string source) => _batch.End(Encoding.UTF8.GetBytes(source));

    // Derived from the file, so that a row has the same uid whenever it is read. A uid has at most 50 characters: 36 of
    // the job, and a number of up to 13 digits, more than any file has rows.
    private void SetUid(long row)
    {
        var uid = _parser.OtherwiseUid;
        uid.Clear();
        uid.Write(_uidStart);
        Utf8Formatter.TryFormat(row, uid.Reserve(MaxDigits), out var length);
        uid.Advance(length);
    }

    private string Reason()
    {
        var all = _issues.All.Select(issue => issue with
        {
            Path = issue.Path.StartsWith(RowPath, StringComparison.Ordinal)
                ? issue.Path[RowPath.Length..].TrimStart('.') : issue.Path,
        }).Select(issue => issue.Path.Length == 0 ? $"The row {issue.Message}" : issue.ToString()).ToList();
        return string.Join("; ", all.Take(MaxReasons)) + (all.Count > MaxReasons ? "; and more" : "");
    }
}
