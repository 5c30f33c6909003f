using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// The end of the log on the disk, used by one thread at a time: the file being written, and the one after it.
/// </summary>
/// <remarks>
/// After a failed write or flush nobody knows what the file holds behind the last frame answered for. It is never
/// written again: the log goes on in a new file whose name says where it begins, which voids whatever the file before
/// it holds from there on.
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
    private bool _isHandedOver;

    /// <summary>Goes on in the last of the files where recovery found the end.</summary>
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

    /// <summary>The position behind the last frame that is on the disk.</summary>
    public long End { get; private set; }

    /// <summary>True after a fault, until a new file was begun.</summary>
    public bool IsBroken => _file is null;

    /// <summary>Makes the first file of a new log.</summary>
    public static void Create(string directory, LogOptions options)
    {
        var first = SpareFile.Fill(Path.Combine(directory, "first"), SizeAfter(0, options), options, default);
        first.Handle.Dispose();
        File.Move(first.Path, LogFile.PathOf(directory, 0));
    }

    /// <summary>Writes a frame, filled but for its header, at the end and flushes it.</summary>
    /// <exception cref="Exception">It failed. <see cref="Break"/> must follow, and tells what is known.</exception>
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
        _isHandedOver = true;
        _options.Write(_file!, frame, End - _start);
        _options.Flush(_file!);
        _isHandedOver = false;
        (End, _newest) = (End + frame.Length, newest);
        // Neither before the log is used, since many never are, nor while it grows so fast that the disk would be busy
        // with zeros: then much is flushed at a time, to which the file system's share adds little.
        if (IsQuiet())
            _spare.Prepare(SizeAfter(_capacity, _options));
    }

    /// <summary>Gives the file up after a fault.</summary>
    /// <returns>
    /// True when it is certain that the frame is not kept. Else a start before a new file was begun may find it whole.
    /// </returns>
    public bool Break()
    {
        var isVoid = !_isHandedOver || TryCut();
        CutAndClose();
        (_file, _isHandedOver) = (null, false);
        return isVoid;
    }

    /// <summary>Begins a new file after a fault, which shows that the disk can be written.</summary>
    /// <exception cref="Exception">It cannot; try again later.</exception>
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

    // Apart from the spare, which is perhaps being filled.
    private string NewPath => Path.Combine(_directory, "new");

    private EmptyFile FillOne() => SpareFile.Fill(NewPath, SizeAfter(0, _options), _options, default);

    private EmptyFile CreateOne() =>
        new(NewPath, SpareFile.Create(NewPath), SizeAfter(_capacity, _options)) { IsFilled = false };

    /// <summary>Lets the log go on in a file, whose name is durable before anything in it is answered for.</summary>
    private void Begin(EmptyFile empty)
    {
        var path = LogFile.PathOf(_directory, End);
        try
        {
            File.Move(empty.Path, path, overwrite: true);
            Disk.FlushNames(_directory);
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

    /// <summary>Gives the space behind the end back; where that fails, the next file's name ends this one.</summary>
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
            // Space is lost, nothing else.
        }
        file.Dispose();
    }
}
