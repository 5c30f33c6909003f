using Microsoft.Win32.SafeHandles;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>The log as files, on a disk that fails when it is told to.</summary>
internal sealed class FileLogSubject : ILogSubject
{
    private readonly TempDirectory _directory = new();
    private readonly LogOptions _options;
    private FileMeasurementLog _log;
    private AppendFault? _next;
    private int _failingFlushes;

    public FileLogSubject()
    {
        // A file holds a few records, so that files are begun and trimmed on the way.
        _options = new LogOptions { FileBytes = 2_000, Write = Write, Flush = Flush };
        _log = FileMeasurementLog.Open(Path, _options);
    }

    public ILogPartition Log => _log;

    private string Path => _directory["log"];

    private string Crashed => _directory["crashed"];

    public void FailNext(AppendFault fault) => _next = fault;

    public async Task ReopenAsync()
    {
        await _log.DisposeAsync();
        _log = FileMeasurementLog.Open(Path, _options);
    }

    public async Task CrashAsync()
    {
        await _log.DisposeAsync();
        Directory.Delete(Path, recursive: true);
        Directory.Move(Crashed, Path);
        _log = FileMeasurementLog.Open(Path, _options);
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _directory.Dispose();
    }

    private void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (_next == AppendFault.NotKept)
        {
            _next = null;
            RandomAccess.Write(file, bytes[..(bytes.Length / 2)], offset);
            throw new IOException("No space left on device");
        }
        RandomAccess.Write(file, bytes, offset);
    }

    // Of an unknown outcome neither the frame nor its removal reaches the disk, as far as anybody knows.
    private void Flush(SafeFileHandle file)
    {
        Disk.Flush(file);
        if (_next == AppendFault.Unknown)
        {
            (_next, _failingFlushes) = (null, 2);
            Copy();
        }
        if (_failingFlushes > 0 && _failingFlushes-- > 0)
            throw new IOException("Input/output error");
    }

    private void Copy()
    {
        if (Directory.Exists(Crashed))
            Directory.Delete(Crashed, recursive: true);
        Directory.CreateDirectory(Crashed);
        foreach (var file in Directory.GetFiles(Path, "*.log"))
            File.Copy(file, System.IO.Path.Combine(Crashed, System.IO.Path.GetFileName(file)));
    }
}
