using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// The measurement log as files of one directory, used by one process at a time. A position is the number of bytes
/// ever written before it; each file is named after the position at which it begins.
/// </summary>
/// <remarks>
/// Every record is flushed before it is answered for. The platform offers no flush of a directory, so that the name
/// of a file begun an instant before a power failure rests on the file system's own journal.
/// </remarks>
public sealed class FileMeasurementLog : IMeasurementLog, IAsyncDisposable
{
    private readonly string _directory;
    private readonly FileStream _ownership;
    private readonly List<LogFile> _files;
    private readonly LogWriter _writer;
    private readonly Task _writing;
    private readonly Lock _lock = new();
    private TaskCompletionSource _grown = NewSignal();
    private long _end;

    private FileMeasurementLog(string directory, LogOptions options, FileStream ownership)
    {
        _directory = directory;
        _ownership = ownership;
        _files = LogFile.List(directory);
        _end = LogRecovery.Recover(_files);
        if (_files.Count == 0)
            _files.Add(LogFile.At(directory, 0));
        var last = _files[^1];
        _writer = new LogWriter(options, StartFile, last.OpenToWrite(), last.Start, _end, Advance);
        _writing = Task.Run(_writer.RunAsync);
    }

    /// <inheritdoc/>
    public LogPosition Start
    {
        get
        {
            lock (_lock)
                return new LogPosition(_files[0].Start);
        }
    }

    /// <inheritdoc/>
    public LogPosition End
    {
        get
        {
            lock (_lock)
                return new LogPosition(_end);
        }
    }

    /// <summary>
    /// Opens the log of a directory, which is created where missing, and cuts an unfinished last record.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The log is damaged, or another process uses it.</exception>
    public static FileMeasurementLog Open(string directory, LogOptions? options = null)
    {
        Directory.CreateDirectory(directory);
        FileStream? ownership = null;
        try
        {
            ownership = new FileStream(
                Path.Combine(directory, "owner"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new FileMeasurementLog(directory, options ?? new LogOptions(), ownership);
        }
        catch (Exception exception)
        {
            ownership?.Dispose();
            if (exception is not IOException)
                throw;
            throw new StoreUnavailableException(
                $"The measurement log in {directory} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<LogPosition> AppendAsync(
        ReadOnlyMemory<byte> record, Instant receivedAt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _writer.AppendAsync(record);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogEntry> ReadAsync(
        LogPosition from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (files, end) = Snapshot();
        if (from.Value < files[0].Start || from.Value > end)
        {
            throw new StoreUnavailableException(
                $"The measurement log in {_directory} holds {files[0].Start} to {end}, not {from.Value}.");
        }
        for (var index = 0; index < files.Length; index++)
        {
            var file = files[index];
            var fileEnd = index + 1 < files.Length ? files[index + 1].Start : end;
            if (fileEnd <= from.Value)
                continue;
            using var handle = file.OpenToRead();
            for (var position = Math.Max(from.Value, file.Start); position < fileEnd;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var payload = file.ReadPayload(handle, position - file.Start, fileEnd - file.Start)
                    ?? throw file.Damaged(position - file.Start);
                var records = Split(payload, position + LogFrame.HeaderBytes);
                position += LogFrame.HeaderBytes + payload.Length;
                yield return new LogEntry(records, new LogPosition(position));
            }
        }
        await ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public int Read(LogPosition from, Span<byte> buffer)
    {
        var (files, end) = Snapshot();
        var file = files.LastOrDefault(file => file.Start <= from.Value);
        if (file is null || from.Value >= end)
            return 0;
        using var handle = file.OpenToRead();
        var wanted = (int)Math.Min(buffer.Length, end - from.Value);
        return RandomAccess.Read(handle, buffer[..wanted], from.Value - file.Start);
    }

    /// <inheritdoc/>
    public async Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task grown;
            lock (_lock)
            {
                if (_end > position.Value)
                    return;
                grown = _grown.Task;
            }
            await grown.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Deletes the files that lie wholly before the position; never the one being written.</summary>
    public ValueTask TrimAsync(LogPosition before, Instant receivedBefore, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            while (_files.Count > 1 && _files[1].Start <= before.Value)
            {
                File.Delete(_files[0].Path);
                _files.RemoveAt(0);
            }
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes what was handed over, then lets the directory go.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer.Complete();
        await _writing;
        await _ownership.DisposeAsync();
    }

    private SafeFileHandle StartFile(long position)
    {
        var file = LogFile.At(_directory, position);
        var handle = file.OpenToWrite();
        lock (_lock)
            _files.Add(file);
        return handle;
    }

    private void Advance(long end)
    {
        TaskCompletionSource grown;
        lock (_lock)
        {
            _end = end;
            (grown, _grown) = (_grown, NewSignal());
        }
        grown.SetResult();
    }

    private (LogFile[] Files, long End) Snapshot()
    {
        lock (_lock)
            return ([.. _files], _end);
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

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
