using System.Collections.Concurrent;
using Tallystick.Foundation.Values;

namespace Tallystick.Resources.Files;

/// <summary>Accepts files of one kind that callers upload to a signed URL.</summary>
public interface IUploadTarget
{
    /// <summary>The kind of their keys.</summary>
    string Kind { get; }

    /// <summary>The limits for the file of a key. No other upload to the key is in progress.</summary>
    /// <exception cref="NotFoundException">The file is no longer expected.</exception>
    /// <exception cref="RefusedException">It has already been uploaded.</exception>
    ValueTask<FileTerms> ExpectAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>Called when the file is stored; its key accepts no other file from now on.</summary>
    /// <exception cref="NotFoundException">The file is no longer expected.</exception>
    ValueTask ReceiveAsync(StoredFile file, CancellationToken cancellationToken);

    /// <summary>Called when the file was sent but violates the limits; nothing was stored.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    ValueTask RefuseAsync(FileKey key, string reason, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>The uploads in progress: one at a time per key.</summary>
public sealed class ArrivingUploads
{
    private readonly ConcurrentDictionary<FileKey, bool> _keys = new();

    /// <summary>True while an upload to the key is in progress.</summary>
    public bool Has(FileKey key) => _keys.ContainsKey(key);

    /// <summary>Starts an upload, which ends when the result is disposed.</summary>
    /// <exception cref="RefusedException">Another upload to the key is in progress.</exception>
    public IDisposable Begin(FileKey key) => _keys.TryAdd(key, true)
        ? new Arrival(this, key)
        : throw new RefusedException(new Issue(
            "received", "", "The file is already being uploaded", IssueKind.Conflict));

    private sealed class Arrival(ArrivingUploads uploads, FileKey key) : IDisposable
    {
        public void Dispose() => uploads._keys.TryRemove(key, out _);
    }
}
