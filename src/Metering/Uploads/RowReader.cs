namespace Tallystick.Metering.Uploads;

/// <summary>Splits a file into rows, without checking what is in them.</summary>
internal abstract class RowReader(RowWindow window) : IDisposable
{
    /// <summary>The file.</summary>
    protected RowWindow Window => window;

    /// <summary>The row; only the start of a row that is too long.</summary>
    public virtual ReadOnlySpan<byte> Row => window.Row;

    /// <summary>The line on which the row begins.</summary>
    public long RowLine => window.RowLine;

    /// <summary>Whether the row has more than <see cref="RowWindow.MaxRow"/> bytes.</summary>
    public bool IsTooLong => window.IsTooLong;

    /// <summary>The offset after the row, from which <see cref="Resume"/> can continue.</summary>
    public long Offset => window.Offset;

    /// <summary>The line of <see cref="Offset"/>.</summary>
    public long Line => window.Line;

    /// <summary>Reads the next row.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="UploadFault">The file as a whole is not well-formed.</exception>
    public abstract bool TryRead();

    /// <summary>Continues after a row that was read before.</summary>
    public virtual void Resume(long offset, long line) => window.SkipTo(offset, line);

    /// <inheritdoc/>
    public void Dispose() => window.Dispose();
}
