using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>The faults that refuse a whole request.</summary>
internal static class OtlpFaults
{
    /// <summary>The body cannot be read.</summary>
    public static RefusedException Malformed(string message) => new(new Issue("protobuf", "", message));

    /// <summary>A member of a JSON body has the wrong form.</summary>
    public static RefusedException Wrong(string code, string path, string message) =>
        new(new Issue(code, path, message));

    /// <summary>The request has too many records.</summary>
    public static RefusedException TooManyRecords() => new(new Issue(
        "limit", "", FormattableString.Invariant(
            $"The request must have at most {OtlpRecords.Maximum:N0} log records or data points")));

    /// <summary>The measurements made of the request are too large.</summary>
    public static RefusedException TooMuchContent() => new(new Issue(
        "limit", "", FormattableString.Invariant(
            $"The measurements of the request must have fewer than {OtlpSubmission.MaximumTotal:N0} bytes; send fewer ")
        + "records per request"));
}
