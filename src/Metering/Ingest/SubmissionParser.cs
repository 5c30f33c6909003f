using System.Text.Json;
using System.Text.Unicode;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Reads the body of a submission, <c>{"measurements": [1..1000]}</c>, straight from its bytes into an encoded batch.
/// Strict: nothing is coerced, truncated or rounded. Unknown members are ignored, but repeated members are refused. Not
/// thread-safe.
/// </summary>
internal sealed class SubmissionParser
{
    /// <summary>Maximum number of measurements in a submission.</summary>
    internal const int MaximumMeasurements = 1000;

    private const string ListPath = "measurements";
    private const string ListRule = "must be an array of 1 to 1000 measurements";

    private readonly BatchWriter _batch = new();
    private readonly SubmissionIssues _issues = new();
    private readonly UnknownMembers _unknown;
    private readonly MeasurementParser _measurements;

    public SubmissionParser(IngestOptions options)
    {
        _unknown = new UnknownMembers(_issues);
        _measurements = new MeasurementParser(options, _batch, _issues);
    }

    /// <returns>The encoded batch; valid until the next call.</returns>
    /// <exception cref="RefusedException">The body has faults.</exception>
    public ReadOnlyMemory<byte> Parse(string organizationId, ReadOnlySpan<byte> body, Instant receivedAt)
    {
        body = JsonBody.WithoutMark(body);
        if (!Utf8.IsValid(body))
            throw Malformed("the body is not valid UTF-8");
        _issues.Clear();
        _measurements.ReceivedAt = Nanoseconds.Of(receivedAt);
        try
        {
            var reader = new Utf8JsonReader(body);
            ReadBody(ref reader, organizationId);
        }
        catch (JsonException exception)
        {
            throw Malformed(
                $"the body is not valid JSON at line {exception.LineNumber + 1}, byte "
                + $"{exception.BytePositionInLine + 1}");
        }
        _issues.ThrowIfAny();
        return _batch.End();
    }

    private void ReadBody(ref Utf8JsonReader reader, string organizationId)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            reader.Read();
            throw new RefusedException(new Issue(
                SubmissionIssues.WrongType, "", "the body must be an object such as {\"measurements\": [...]}"));
        }
        var (isGiven, isSeen) = (false, false);
        _unknown.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!JsonText.IsAt(ref reader, "measurements"u8))
            {
                _unknown.Skip(ref reader, null);
                continue;
            }
            reader.Read();
            if (isSeen)
            {
                _issues.Add(RepeatedMembers.Code, ListPath, RepeatedMembers.Message);
                reader.Skip();
                continue;
            }
            isSeen = true;
            isGiven = reader.TokenType != JsonTokenType.Null;
            if (isGiven)
                ReadList(ref reader, organizationId);
        }
        reader.Read(); // throws if anything follows the body
        if (!isGiven)
            _issues.Add(SubmissionIssues.Required, ListPath, SubmissionIssues.IsRequired);
    }

    private void ReadList(ref Utf8JsonReader reader, string organizationId)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            _issues.Add(SubmissionIssues.WrongType, ListPath, ListRule);
            return;
        }
        _batch.Begin(organizationId, _measurements.ReceivedAt);
        var count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (count < MaximumMeasurements)
                _measurements.Read(ref reader, count);
            else
                reader.Skip();
        }
        if (count is 0 or > MaximumMeasurements)
            _issues.Add(SubmissionIssues.OutOfRange, ListPath, $"{ListRule}; it has {count}");
    }

    private static RefusedException Malformed(string message) =>
        new(new Issue(SubmissionIssues.BadJson, "", message));
}
