using Tallystick.Resources.Files;

namespace Tallystick.Storage.Files;

/// <summary>A stream of the first bytes of a file.</summary>
/// <param name="file">The file, positioned at its start.</param>
/// <param name="length">Number of bytes.</param>
internal sealed class FileContent(FileStream file, long length) : OneWayStream
{
    private long _rest = length;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Counted(file.Read(buffer[..(int)Math.Min(buffer.Length, _rest)]));
        }
        catch (Exception failure) when (DirectoryFileStore.IsDiskError(failure))
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
        catch (Exception failure) when (DirectoryFileStore.IsDiskError(failure))
        {
            throw DirectoryFileStore.Outage(failure);
        }
    }

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
