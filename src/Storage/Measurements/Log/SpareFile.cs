using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// Keeps a file of zeros ready for when the one being written is full. To flush bytes that exist already is faster,
/// since the file system has nothing of its own to write: measured 0.7 against 1.4 ms for 60 KB, 4 against 10 ms for
/// 4 MB.
/// </summary>
internal sealed class SpareFile(string directory, LogOptions options) : IDisposable
{
    private static readonly byte[] Zeros = new byte[1024 * 1024];

    private readonly string _path = Path.Combine(directory, "spare");
    private readonly CancellationTokenSource _stop = new();
    private Task<EmptyFile?>? _filling;

    /// <summary>Begins to fill a file in the background, unless there is one.</summary>
    public void Prepare(long bytes)
    {
        if (_filling is null)
            _filling = StartFilling(bytes);
    }

    /// <summary>Hands the file over; null when it is not ready, or could not be made.</summary>
    public EmptyFile? Take()
    {
        if (_filling is not { IsCompleted: true } done)
            return null;
        _filling = null;
        return done.Result;
    }

    /// <summary>Fills a file with zeros and makes them durable.</summary>
    /// <exception cref="Exception">There is no room, or the disk fails; nothing is left behind.</exception>
    public static EmptyFile Fill(string path, long bytes, LogOptions options, CancellationToken cancellationToken)
    {
        var handle = Create(path);
        try
        {
            for (var offset = 0L; offset < bytes; offset += Zeros.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                options.Write(handle, Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, bytes - offset)), offset);
                // In small steps, so that the flushes of the log need not wait for all of it.
                Disk.Flush(handle);
            }
            return new EmptyFile(path, handle, bytes);
        }
        catch
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Creates a file without bytes, in place of one of the name.</summary>
    public static SafeFileHandle Create(string path) =>
        File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Stops filling and deletes the file.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        if (_filling?.Result is { } file)
        {
            file.Handle.Dispose();
            File.Delete(file.Path);
        }
        _stop.Dispose();
    }

    private Task<EmptyFile?> StartFilling(long bytes) => Task.Factory.StartNew(
        () => TryFill(bytes), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // Without a spare the next file begins empty; what stands in the way, which the platform reports by exceptions of
    // several kinds, shows when that one is written.
    private EmptyFile? TryFill(long bytes)
    {
        try
        {
            return Fill(_path, bytes, options, _stop.Token);
        }
        catch (Exception)
        {
            return null;
        }
    }
}

/// <summary>A file that holds nothing, or zeros.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Handle">To write it.</param>
/// <param name="Bytes">Size to which it is to be used.</param>
internal sealed record EmptyFile(string Path, SafeFileHandle Handle, long Bytes)
{
    /// <summary>True when it holds the zeros.</summary>
    public bool IsFilled { get; init; } = true;
}
