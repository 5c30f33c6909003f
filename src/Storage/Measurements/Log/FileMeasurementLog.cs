using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// The measurement log, stored as the files of one directory. Only one process at a time can use it. A position is the
/// number of bytes ever written before it; each file is named after its first position.
/// </summary>
public sealed class FileMeasurementLog : ILogPartition, IAsyncDisposable
{
    private readonly string _directory;
    private readonly FileStream _ownership;
    private readonly LogFiles _files;
    private readonly LogCache _cache;
    private readonly LogWriter _writer;
    private readonly Task _writing;
    private readonly Lock _trimming = new();
    private readonly Lock _growing = new();
    private TaskCompletionSource? _grown;
    private bool _keepsFiles;
    private long _end;

    private FileMeasurementLog(string directory, LogOptions options, FileStream ownership)
    {
        _directory = directory;
        _ownership = ownership;
        var files = LogFile.List(directory);
        if (files.Count == 0)
        {
            LogTail.Create(directory, options);
            files = LogFile.List(directory);
        }
        var end = LogRecovery.Recover(files);
        Disk.FlushDirectory(directory);
        var last = files[^1];
        if (last.Start == end.Position)
            files[^1] = new LogFile(last.Path, last.Start) { NewestBefore = end.Newest };
        _files = new LogFiles(files);
        _cache = new LogCache(_files, options);
        DiscardedAtOpening = end.Cut;
        _end = end.Position;
        _writer = new LogWriter(new LogTail(directory, options, _files, end), options, Advance);
        _writing = Task.Factory.StartNew(
            _writer.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Always 0: one process has one partition.</summary>
    public int Number => 0;

    /// <inheritdoc/>
    public LogPosition Start => new(_files.All[0].Start);

    /// <inheritdoc/>
    public LogPosition End => new(Volatile.Read(ref _end));

    /// <summary>Why nothing can be stored at the moment; null while the log is healthy.</summary>
    public StoreUnavailableException? Fault => _writer.Fault;

    Exception? ILogPartition.Fault => Fault;

    /// <summary>The incomplete write that opening cut off after a crash; null if there was none.</summary>
    public IncompleteWrite? DiscardedAtOpening { get; }

    /// <summary>Opens the log in a directory, creating it if missing, and cuts off an incomplete last write.</summary>
    /// <exception cref="StoreUnavailableException">The log is damaged, or another process uses it.</exception>
    public static FileMeasurementLog Open(string directory, LogOptions? options = null)
    {
        FileStream? ownership = null;
        try
        {
            var path = Path.GetFullPath(directory);
            Directory.CreateDirectory(path);
            Disk.FlushDirectory(Path.GetDirectoryName(path) ?? path);
            ownership = new FileStream(
                Path.Combine(path, "owner"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new FileMeasurementLog(path, options ?? new LogOptions(), ownership);
        }
        catch (Exception exception)
        {
            ownership?.Dispose();
            if (exception is not (IOException or UnauthorizedAccessException))
                throw;
            throw new StoreUnavailableException(
                $"The measurement log in {directory} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public long BytesBetween(LogPosition from, LogPosition to) => to.Value - from.Value;

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">The record could not be made durable and is not stored.</exception>
    public ValueTask<LogPosition> AppendAsync(
        ReadOnlyMemory<byte> record, Instant receivedAt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _writer.AppendAsync(record, receivedAt);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogEntry> ReadAsync(
        LogPosition from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Read the end before the files: a file that is started in between lies after the end.
        var end = Volatile.Read(ref _end);
        var files = _files.All;
        if (from.Value < files[0].Start || from.Value > end)
        {
            throw new StoreUnavailableException(
                $"The measurement log in {_directory} holds {files[0].Start} to {end}, not {from.Value}.");
        }
        _cache.MoveTo(from.Value);
        for (var index = LogFiles.IndexOf(files, from.Value); index < files.Length; index++)
        {
            var file = files[index];
            var fileEnd = EndOf(files, index, end);
            if (fileEnd <= from.Value)
                continue;
            using var reader = OpenReader(file);
            for (var position = Math.Max(from.Value, file.Start); position < fileEnd;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (reader.Read(position - file.Start, fileEnd - file.Start) != FrameState.Whole)
                    throw reader.Fault(position - file.Start);
                var records = Split(reader.Payload, position + LogFrame.HeaderBytes);
                position += reader.Frame.Length;
                yield return new LogEntry(records, new LogPosition(position));
            }
        }
        await ValueTask.CompletedTask;
    }

    /// <summary>
    /// The first position at or after <paramref name="from"/> at which a record begins or the log ends; null if the log
    /// does not contain the position.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The log is damaged before that position.</exception>
    public LogPosition? FindRecord(LogPosition from)
    {
        var (files, end) = (_files.All, End.Value);
        if (from.Value == end)
            return from;
        var index = LogFiles.IndexOf(files, from.Value);
        if (index < 0 || from.Value > end)
            return null;
        using var reader = OpenReader(files[index]);
        var (start, fileEnd) = (files[index].Start, EndOf(files, index, end));
        if (from.Value < fileEnd && reader.ReadHeader(from.Value - start, fileEnd - start) == FrameState.Whole)
            return from;
        var position = start;
        for (; position < Math.Min(from.Value, fileEnd); position += reader.Frame.Length)
        {
            if (reader.ReadHeader(position - start, fileEnd - start) != FrameState.Whole)
                throw reader.Fault(position - start);
        }
        return new LogPosition(position == fileEnd && index + 1 < files.Length ? files[index + 1].Start : position);
    }

    /// <summary>Makes a closed log continue at a position beyond its end.</summary>
    /// <param name="directory">Directory of the log.</param>
    /// <param name="end">Position at which the log ends.</param>
    /// <param name="next">Position at which the log continues.</param>
    public static void SkipTo(string directory, LogPosition end, LogPosition next) =>
        LogFile.AddGap(Path.GetFullPath(directory), end.Value, next.Value);

    /// <inheritdoc/>
    public IMeasurementLookup OpenLookup() => new BatchLookup(Read);

    /// <summary>
    /// Copies acknowledged bytes from any position: as many as fit into the buffer, fewer at the end of a file, none if
    /// the log no longer contains them.
    /// </summary>
    /// <returns>The number of bytes copied.</returns>
    internal int Read(LogPosition from, Span<byte> buffer)
    {
        var end = Volatile.Read(ref _end);
        var files = _files.All;
        var index = LogFiles.IndexOf(files, from.Value);
        if (index < 0)
            return 0;
        var rest = EndOf(files, index, end) - from.Value;
        return rest <= 0
            ? 0
            : _files.Read(
                files[index], from.Value - files[index].Start, buffer[..(int)Math.Min(buffer.Length, rest)]);
    }

    /// <inheritdoc/>
    public async Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task grown;
            lock (_growing)
            {
                if (_end > position.Value)
                    return;
                _grown ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                grown = _grown.Task;
            }
            await grown.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Deletes the oldest files whose records all lie before the position and were received before the instant. The
    /// file being written is never deleted.
    /// </summary>
    /// <exception cref="StoreUnavailableException">A file that must be read to decide is damaged.</exception>
    public ValueTask TrimAsync(LogPosition before, Instant receivedBefore, CancellationToken cancellationToken)
    {
        lock (_trimming)
        {
            while (!_keepsFiles && _files.All is [_, var next, ..]
                && next.Start <= before.Value && NewestBefore(next) < receivedBefore.ToUnixTimeTicks())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var removed = _files.RemoveFirst();
                File.Delete(removed.Path);
                if (removed.GapAt is { } gapAt)
                    LogFile.RemoveGap(_directory, gapAt, next.Start);
                // Flush after each deletion, so that a crash cannot bring back an older file without the newer ones.
                Disk.FlushDirectory(_directory);
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Stops or resumes trimming. No file may be deleted while files are being copied.</summary>
    public void SuspendTrimming(bool keeps)
    {
        lock (_trimming)
            _keepsFiles = keeps;
    }

    /// <summary>Writes the waiting appends, then releases the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer.Complete();
        await _writing;
        _files.Dispose();
        await _ownership.DisposeAsync();
    }

    private static long EndOf(LogFile[] files, int index, long end) =>
        index + 1 < files.Length ? Math.Min(files[index].GapAt ?? files[index + 1].Start, end) : end;

    private FrameReader OpenReader(LogFile file)
    {
        try
        {
            return FrameReader.Open(file);
        }
        catch (FileNotFoundException missing)
        {
            throw new StoreUnavailableException(
                $"The measurement log in {_directory} no longer contains {file.Path}.", missing);
        }
    }

    // Without a stored value, the first frame of the file also counts. Files are then kept slightly longer than
    // required, never shorter.
    private static long NewestBefore(LogFile file)
    {
        if (file.NewestBefore is { } newest)
            return newest;
        using var reader = FrameReader.Open(file);
        return reader.ReadHeader(0, long.MaxValue) == FrameState.Whole ? reader.Frame.Newest : throw reader.Fault(0);
    }

    private void Advance(long end)
    {
        TaskCompletionSource? grown;
        lock (_growing)
        {
            Volatile.Write(ref _end, end);
            (grown, _grown) = (_grown, null);
        }
        grown?.SetResult();
    }

    private static List<LogRecord> Split(ReadOnlyMemory<byte> payload, long position)
    {
        var records = new List<LogRecord>();
        for (var offset = 0; offset < payload.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(payload.Span[offset..]);
            offset += sizeof(int);
            records.Add(new LogRecord(payload.Slice(offset, length), new LogPosition(position + offset)));
            offset += length;
        }
        return records;
    }
}
