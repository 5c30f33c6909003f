using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// Keeps a file of zeros ready as the successor of the file being written. Flushing bytes that overwrite existing ones
/// is faster, because the file system does not have to write metadata.
/// </summary>
internal sealed class SpareFile(string directory, LogOptions options) : IDisposable
{
    private static readonly byte[] Zeros = new byte[1024 * 1024];

    private readonly string _path = Path.Combine(directory, "spare");
    private readonly CancellationTokenSource _stop = new();
    private Task<EmptyFile?>? _filling;

    /// <summary>Starts filling a file in the background, unless there is one already.</summary>
    public void Prepare(long bytes)
    {
        if (_filling is null)
            _filling = StartFilling(bytes);
    }

    /// <summary>Returns the file; null if it is not ready or could not be created.</summary>
    public EmptyFile? Take()
    {
        if (_filling is not { IsCompleted: true } done)
            return null;
        _filling = null;
        return done.Result;
    }

    /// <summary>Fills a file with zeros and makes them durable.</summary>
    /// <exception cref="Exception">The disk is full or fails; the file is deleted.</exception>
    public static EmptyFile Fill(string path, long bytes, LogOptions options, CancellationToken cancellationToken)
    {
        var handle = Create(path);
        try
        {
            for (var offset = 0L; offset < bytes; offset += Zeros.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                options.Write(handle, Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, bytes - offset)), offset);
                // Flush in small steps, so that flushes of the log do not have to wait for the whole file.
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

    /// <summary>Creates an empty file, replacing an existing one.</summary>
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

    // Without a spare file, the next log file starts empty. Errors of any type can be ignored here: writing that file
    // reports them.
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

/// <summary>An empty file, or one filled with zeros.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Handle">Open handle for writing.</param>
/// <param name="Bytes">Size up to which the log uses the file.</param>
internal sealed record EmptyFile(string Path, SafeFileHandle Handle, long Bytes)
{
    /// <summary>True if the file is filled with zeros.</summary>
    public bool IsFilled { get; init; } = true;
}
