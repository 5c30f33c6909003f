using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// The end of the log on disk: the file being written and its successor. Used by one thread at a time.
/// </summary>
/// <remarks>
/// After a failed write or flush, the content of the file after the last acknowledged frame is unknown. The file is
/// never written again: the log continues in a new file, and the position in its name voids everything that the old
/// file holds from there on.
/// </remarks>
internal sealed class LogTail : IDisposable
{
    private const long MinFile = 1024 * 1024;

    private readonly string _directory;
    private readonly LogOptions _options;
    private readonly LogFiles _files;
    private readonly SpareFile _spare;
    private SafeFileHandle? _file;
    private long _start;
    private long _capacity;
    private long _newest;
    private long _began;
    private bool _isFilled = true;
    private bool _isWriteStarted;

    /// <summary>Continues in the last file, at the end that recovery found.</summary>
    public LogTail(string directory, LogOptions options, LogFiles files, LogEnd end)
    {
        (_directory, _options, _files) = (directory, options, files);
        _spare = new SpareFile(directory, options);
        (End, _newest) = (end.Position, end.Newest);
        _start = files.All[^1].Start;
        _file = files.All[^1].OpenToWrite();
        _capacity = RandomAccess.GetLength(_file);
        _began = options.Time.GetTimestamp();
    }

    /// <summary>The position after the last frame on disk.</summary>
    public long End { get; private set; }

    /// <summary>True from a fault until a new file is started.</summary>
    public bool IsBroken => _file is null;

    /// <summary>Creates the first file of a new log.</summary>
    public static void Create(string directory, LogOptions options)
    {
        var first = SpareFile.Fill(Path.Combine(directory, "first"), SizeAfter(0, options), options, default);
        first.Handle.Dispose();
        File.Move(first.Path, LogFile.PathOf(directory, 0));
    }

    /// <summary>Appends a frame, whose header is not yet filled in, and flushes it.</summary>
    /// <exception cref="Exception">The write failed. <see cref="Break"/> must follow.</exception>
    public void Write(Span<byte> frame, int payloadLength, long newest)
    {
        if (_file is null)
            Begin(_spare.Take() ?? FillOne());
        else if (End > _start && End - _start + frame.Length > _capacity)
            Begin(_spare.Take() ?? CreateOne());
        else if (!_isFilled && _capacity - (End - _start) >= MinFile && _spare.Take() is { } spare)
            Begin(spare);
        newest = Math.Max(newest, _newest);
        LogFrame.Seal(frame, payloadLength, End, End - _start, newest);
        _isWriteStarted = true;
        _options.Write(_file!, frame, End - _start);
        _options.Flush(_file!);
        _isWriteStarted = false;
        (End, _newest) = (End + frame.Length, newest);
        // No spare before the first write, because many logs are never used. None during fast growth either: filling
        // would keep the disk busy, and large flushes gain little from preallocation.
        if (IsQuiet())
            _spare.Prepare(SizeAfter(_capacity, _options));
    }

    /// <summary>Abandons the file after a fault.</summary>
    /// <returns>
    /// True if the frame is certainly not stored. If false, a restart before a new file begins may still find it
    /// intact.
    /// </returns>
    public bool Break()
    {
        var isVoid = !_isWriteStarted || TryCut();
        CutAndClose();
        (_file, _isWriteStarted) = (null, false);
        return isVoid;
    }

    /// <summary>Starts a new file after a fault, which proves that the disk is writable.</summary>
    /// <exception cref="Exception">The disk is not writable yet.</exception>
    public void Mend() => Begin(_spare.Take() ?? FillOne());

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _spare.Dispose();
    }

    private static long SizeAfter(long bytes, LogOptions options) =>
        Math.Min(options.FileBytes, Math.Max(MinFile, 2 * bytes));

    private bool IsQuiet() =>
        _options.Time.GetElapsedTime(_began)
            >= TimeSpan.FromMilliseconds((End - _start) * 1000 / _options.QuietBytesPerSecond);

    // Not the path of the spare file, which may be being filled.
    private string NewPath => Path.Combine(_directory, "new");

    private EmptyFile FillOne() => SpareFile.Fill(NewPath, SizeAfter(0, _options), _options, default);

    private EmptyFile CreateOne() =>
        new(NewPath, SpareFile.Create(NewPath), SizeAfter(_capacity, _options)) { IsFilled = false };

    /// <summary>
    /// Continues the log in a new file. Its name is made durable before any of its frames is acknowledged.
    /// </summary>
    private void Begin(EmptyFile empty)
    {
        var path = LogFile.PathOf(_directory, End);
        try
        {
            File.Move(empty.Path, path, overwrite: true);
            Disk.FlushDirectory(_directory);
        }
        catch
        {
            empty.Handle.Dispose();
            throw;
        }
        CutAndClose();
        (_file, _start, _capacity, _isFilled) = (empty.Handle, End, empty.Bytes, empty.IsFilled);
        _began = _options.Time.GetTimestamp();
        _files.Add(new LogFile(path, End) { NewestBefore = _newest });
    }

    private bool TryCut()
    {
        try
        {
            RandomAccess.SetLength(_file!, End - _start);
            _options.Flush(_file!);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>
    /// Releases the unused space after the end. If that fails, the name of the next file marks the end of this one.
    /// </summary>
    private void CutAndClose()
    {
        if (_file is not { } file)
            return;
        try
        {
            RandomAccess.SetLength(file, End - _start);
        }
        catch (Exception)
        {
            // Only disk space is lost.
        }
        file.Dispose();
    }
}
