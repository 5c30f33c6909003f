using System.Buffers.Binary;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// The one writer of the log: everything that waits goes out in one write and one flush, then all are answered
/// (group commit). After a fault nothing more is written: a failed flush leaves unknown what is on the disk.
/// </summary>
internal sealed class LogWriter(
    LogOptions options, Func<long, SafeFileHandle> startFile, SafeFileHandle file, long fileStart, long end,
    Action<long> advance)
{
    private readonly Channel<Append> _waiting =
        Channel.CreateUnbounded<Append>(new UnboundedChannelOptions { SingleReader = true });

    private SafeFileHandle _file = file;
    private long _fileStart = fileStart;
    private long _end = end;
    private StoreUnavailableException? _fault;

    /// <summary>Hands an encoded batch over.</summary>
    /// <returns>The position behind it, once it is on the disk.</returns>
    public Task<LogPosition> AppendAsync(ReadOnlyMemory<byte> record)
    {
        var append = new Append(record);
        ObjectDisposedException.ThrowIf(!_waiting.Writer.TryWrite(append), typeof(FileMeasurementLog));
        return append.Done.Task;
    }

    /// <summary>Takes no more appends; those waiting are still written.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Writes until <see cref="Complete"/>.</summary>
    public async Task RunAsync()
    {
        var group = new List<Append>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            group.Clear();
            var bytes = LogFrame.HeaderBytes;
            while (bytes < options.WriteBytes && _waiting.Reader.TryRead(out var append))
            {
                group.Add(append);
                bytes += sizeof(int) + append.Record.Length;
            }
            Write(group, bytes);
        }
        _file.Dispose();
    }

    private void Write(List<Append> group, int bytes)
    {
        try
        {
            if (_fault is null)
                WriteFrame(group, bytes);
        }
        catch (Exception exception)
        {
            _fault = new StoreUnavailableException(
                "The measurement log cannot be written any more, so no measurement is accepted. "
                + "Check the disk, then restart.", exception);
        }
        foreach (var append in group)
        {
            if (_fault is null)
                append.Done.SetResult(new LogPosition(_end));
            else
                append.Done.SetException(_fault);
        }
    }

    private void WriteFrame(List<Append> group, int bytes)
    {
        if (_end - _fileStart >= options.FileBytes)
        {
            var next = startFile(_end);
            _file.Dispose();
            (_file, _fileStart) = (next, _end);
        }
        var frame = new byte[bytes];
        var offset = LogFrame.HeaderBytes;
        foreach (var append in group)
        {
            BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(offset), append.Record.Length);
            append.Record.Span.CopyTo(frame.AsSpan(offset + sizeof(int)));
            offset += sizeof(int) + append.Record.Length;
        }
        LogFrame.Seal(frame, _end);
        RandomAccess.Write(_file, frame, _end - _fileStart);
        options.Flush(_file);
        _end += bytes;
        advance(_end);
    }

    private sealed record Append(ReadOnlyMemory<byte> Record)
    {
        public TaskCompletionSource<LogPosition> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
