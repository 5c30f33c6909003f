using System.Text.Json;
using System.Text.Unicode;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Reads the body of a submission, <c>{"measurements": [1..1000]}</c>, straight from its bytes. Strict: nothing is
/// coerced, cut or rounded; unknown members are ignored; of a member given twice the last counts.
/// </summary>
internal static class SubmissionParser
{
    private const int MaximumMeasurements = 1000;
    private const string ListPath = "measurements";
    private const string ListRule = "must be a list of 1 to 1000 measurements";

    /// <exception cref="RefusedException">The body has faults.</exception>
    public static IReadOnlyList<Measurement> Parse(ReadOnlySpan<byte> body, Instant receivedAt, IngestOptions options)
    {
        if (!Utf8.IsValid(body))
            throw Malformed("the body is not well-formed UTF-8");
        try
        {
            var reader = new Utf8JsonReader(body);
            return ReadBody(ref reader, new MeasurementParser(receivedAt, options));
        }
        catch (JsonException exception)
        {
            throw Malformed(
                $"the body is not well-formed JSON at line {exception.LineNumber + 1}, "
                + $"byte {exception.BytePositionInLine + 1}");
        }
    }

    private static IReadOnlyList<Measurement> ReadBody(ref Utf8JsonReader reader, MeasurementParser parser)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            reader.Read();
            throw new RefusedException(new Issue(
                SubmissionIssues.WrongType, "", "the body must be an object such as {\"measurements\": [...]}"));
        }
        var measurements = new List<Measurement>();
        var isGiven = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isList = JsonText.TryRead(ref reader, out var name) && name == ListPath;
            reader.Read();
            if (!isList)
            {
                reader.Skip();
                continue;
            }
            isGiven = reader.TokenType != JsonTokenType.Null;
            measurements.Clear();
            parser.Issues.Clear();
            if (isGiven)
                ReadList(ref reader, parser, measurements);
        }
        reader.Read(); // nothing may follow; the reader says where something does
        if (!isGiven)
            parser.Issues.Add(SubmissionIssues.Required, ListPath, SubmissionIssues.IsRequired);
        parser.Issues.ThrowIfAny();
        return measurements;
    }

    private static void ReadList(ref Utf8JsonReader reader, MeasurementParser parser, List<Measurement> measurements)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            parser.Issues.Add(SubmissionIssues.WrongType, ListPath, ListRule);
            return;
        }
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count < MaximumMeasurements && parser.Read(ref reader, count) is { } measurement)
                measurements.Add(measurement);
            else
                reader.Skip();
            count++;
        }
        if (count is 0 or > MaximumMeasurements)
            parser.Issues.Add(SubmissionIssues.OutOfRange, ListPath, $"{ListRule}; it has {count}");
    }

    private static RefusedException Malformed(string message) =>
        new(new Issue(SubmissionIssues.BadJson, "", message));
}
