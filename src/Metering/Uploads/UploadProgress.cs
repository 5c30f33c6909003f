using System.Globalization;

namespace Tallystick.Metering.Uploads;

/// <summary>How far the rows of a file are in the log.</summary>
/// <param name="Offset">Offset after the last row, in the uncompressed file.</param>
/// <param name="Line">The line of that offset.</param>
/// <param name="Accepted">The number of rows that are measurements.</param>
/// <param name="Refused">The number of rows that are not.</param>
internal readonly record struct UploadProgress(long Offset, long Line, long Accepted, long Refused)
{
    private const string SourceName = "fileUpload";

    /// <summary>The number of rows.</summary>
    public long Rows => Accepted + Refused;

    /// <summary>
    /// The source of the batch that ends at this place: the log itself shows how far a file is, whenever the process
    /// ended.
    /// </summary>
    public string ToSource(string jobId) => $"{SourceName} {jobId} {this}";

    /// <summary>The place in the source of a batch; null for a batch of anything but the job.</summary>
    public static UploadProgress? FromSource(string source, string jobId)
    {
        var start = $"{SourceName} {jobId} ";
        return source.StartsWith(start, StringComparison.Ordinal) ? Parse(source[start.Length..]) : null;
    }

    /// <summary>Reads the output of <see cref="ToString"/>.</summary>
    public static UploadProgress Parse(string text) =>
        text.Split(' ') is [var offset, var line, var accepted, var refused]
        ? new UploadProgress(Number(offset), Number(line), Number(accepted), Number(refused))
        : throw new FormatException($"'{text}' is not the progress of an upload.");

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Offset} {Line} {Accepted} {Refused}");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
