using System.Globalization;

namespace Tallystick.Client;

/// <summary>
/// A directory with a file for each batch that was not sent yet: a measurement per line. A file is deleted once its
/// batch was sent. If the process ends before, the batch is sent again; the API recognizes its measurements by their
/// uids.
/// </summary>
internal sealed class Outbox : IDisposable
{
    private const string Extension = ".jsonl";

    private readonly string _directory;
    private readonly FileStream _lock;
    private long _last;

    /// <exception cref="IOException">Another process uses the directory.</exception>
    internal Outbox(string directory)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _lock = new FileStream(
            Path.Combine(_directory, "outbox.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Left = [.. Directory.EnumerateFiles(_directory, "*" + Extension).Order(StringComparer.Ordinal)
            .Select(path => new OutboxBatch(path))];
        _last = Left.Count == 0 ? 0 : long.Parse(
            Path.GetFileNameWithoutExtension(Left[^1].Path), CultureInfo.InvariantCulture);
    }

    /// <summary>What earlier processes did not send.</summary>
    internal IReadOnlyList<OutboxBatch> Left { get; }

    internal OutboxBatch NewBatch() => new(
        Path.Combine(_directory, (++_last).ToString("D16", CultureInfo.InvariantCulture) + Extension));

    public void Dispose() => _lock.Dispose();
}

/// <summary>A batch in a file of the outbox.</summary>
internal sealed class OutboxBatch(string path) : Batch
{
    private const byte NewLine = (byte)'\n';

    private readonly MemoryStream _unsaved = new();
    private FileStream? _file;
    private long? _saved;
    private bool _isTorn;

    internal string Path => path;

    protected override void Write()
    {
        _saved ??= 0;
        try
        {
            // Without a buffer, which could be written later after all.
            _file ??= new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            if (_isTorn)
                _file.SetLength(_saved.Value);
            _isTorn = true;
            _file.Position = _saved.Value;
            _file.Write(_unsaved.GetBuffer(), 0, (int)_unsaved.Length);
            _file.Flush(flushToDisk: true);
            _saved = _file.Position;
            _isTorn = false;
        }
        catch
        {
            // What was not saved is not accepted, so it must not be sent by the next process either.
            _file?.SetLength(_saved.Value);
            throw;
        }
        finally
        {
            _unsaved.SetLength(0);
        }
    }

    internal override void Close()
    {
        // Many closed batches may wait: they must not keep what is on disk in memory too.
        _unsaved.Capacity = 0;
        _file?.Dispose();
    }

    internal override IReadOnlyList<byte[]> Read()
    {
        var measurements = new List<byte[]>();
        var rest = File.Exists(path) ? File.ReadAllBytes(path).AsSpan() : [];
        if (_saved is { } saved)
            rest = rest[..(int)Math.Min(saved, rest.Length)];
        // A line without an end was being written when the process died, and was not accepted.
        for (int end; (end = rest.IndexOf(NewLine)) >= 0; rest = rest[(end + 1)..])
            measurements.Add(rest[..end].ToArray());
        return measurements;
    }

    internal override void Delete() => File.Delete(path);

    protected override void Append(byte[] json)
    {
        _unsaved.Write(json);
        _unsaved.WriteByte(NewLine);
    }
}
