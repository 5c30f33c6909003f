using System.Collections.Concurrent;
using Tallystick.Foundation.Values;

namespace Tallystick.Resources.Files;

/// <summary>Takes files of one kind that callers upload by a signed URL.</summary>
public interface IUploadTarget
{
    /// <summary>The kind of their keys.</summary>
    string Kind { get; }

    /// <summary>What the file of a key may be. No other upload to the key goes on meanwhile.</summary>
    /// <exception cref="NotFoundException">Nobody waits for the file any more.</exception>
    /// <exception cref="RefusedException">It was uploaded already.</exception>
    ValueTask<FileTerms> ExpectAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>The file is kept; from now on its key takes no other.</summary>
    /// <exception cref="NotFoundException">Nobody waits for the file any more.</exception>
    ValueTask ReceiveAsync(StoredFile file, CancellationToken cancellationToken);
}

/// <summary>The uploads that are arriving: one at a time for each key.</summary>
public sealed class ArrivingUploads
{
    private readonly ConcurrentDictionary<FileKey, bool> _keys = new();

    /// <summary>True while the file of a key arrives.</summary>
    public bool Has(FileKey key) => _keys.ContainsKey(key);

    /// <summary>A file begins to arrive; it has ended when the result is disposed.</summary>
    /// <exception cref="RefusedException">Another file of the key arrives.</exception>
    public IDisposable Begin(FileKey key) => _keys.TryAdd(key, true)
        ? new Arrival(this, key)
        : throw new RefusedException(new Issue(
            "received", "", "The file is already being uploaded", IssueKind.Conflict));

    private sealed class Arrival(ArrivingUploads uploads, FileKey key) : IDisposable
    {
        public void Dispose() => uploads._keys.TryRemove(key, out _);
    }
}
