namespace Tallystick.Storage.Files;

/// <summary>The first bytes of a file, to be read once.</summary>
/// <param name="file">The file, at its beginning.</param>
/// <param name="length">How many bytes.</param>
internal sealed class FileContent(FileStream file, long length) : Stream
{
    private long _rest = length;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Counted(file.Read(buffer[..(int)Math.Min(buffer.Length, _rest)]));
        }
        catch (Exception failure) when (DirectoryFileStore.IsOfTheDisk(failure))
        {
            throw DirectoryFileStore.Outage(failure);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Counted(await file.ReadAsync(
                buffer[..(int)Math.Min(buffer.Length, _rest)], cancellationToken));
        }
        catch (Exception failure) when (DirectoryFileStore.IsOfTheDisk(failure))
        {
            throw DirectoryFileStore.Outage(failure);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            file.Dispose();
        base.Dispose(disposing);
    }

    private int Counted(int read)
    {
        _rest -= read;
        return read;
    }
}
