using Microsoft.Win32.SafeHandles;
using Tallystick.Testing;

namespace Tallystick.Benchmarks.Load;

/// <summary>
/// What no server can beat: a request that keeps nothing and, after its answer, one write and fdatasync, over a file
/// whose space is there. In turns, since a disk answers more slowly when it rests in between.
/// </summary>
/// <param name="sender">Sends the requests.</param>
/// <param name="bytes">What is written for each of them.</param>
internal sealed class FlushingSender(IBatchSender sender, int bytes) : IBatchSender
{
    private const int FileBytes = 16 * 1024 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _bytes = new byte[bytes];
    private SafeFileHandle? _file;
    private long _offset;

    /// <inheritdoc/>
    public void Send(int template, long[] numbers)
    {
        _file ??= Create();
        sender.Send(template, numbers);
        RandomAccess.Write(_file, _bytes, _offset);
        RawDisk.Flush(_file);
        _offset = (_offset + bytes) % (FileBytes - bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        sender.Dispose();
        _file?.Dispose();
        _directory.Dispose();
    }

    private SafeFileHandle Create()
    {
        var file = File.OpenHandle(_directory.File("raw"), FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, new byte[FileBytes], 0);
        RandomAccess.FlushToDisk(file);
        return file;
    }
}
