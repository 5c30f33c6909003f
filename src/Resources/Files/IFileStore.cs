using NodaTime;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Files;

/// <summary>
/// Keeps files: the seam behind which a directory and an object store are equal. An implementation is right when it
/// passes the conformance suite. A file whose expiry has come is gone for every reader. Each call stands for itself:
/// what is to change together with documents is written first and named in them then. Every member throws
/// <see cref="StoreOutageException"/> while the engine cannot serve.
/// </summary>
public interface IFileStore
{
    /// <summary>Keeps a file, durably when this returns, in place of the one that the key may have.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="content">
    /// Its bytes, read to the end. Whatever reading throws is passed on; then, as after any other failure, nothing of
    /// the file is kept and the former one stays.
    /// </param>
    /// <param name="terms">What the file may be and how long it stays.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileLengthException">It has another length than the terms say.</exception>
    Task<StoredFile> PutAsync(
        FileKey key, Stream content, FileTerms terms, CancellationToken cancellationToken);

    /// <summary>What is known of a file; null when there is none.</summary>
    ValueTask<StoredFile?> FindAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a file for reading; null when there is none. It can be read to its end, whatever becomes of its key.
    /// </summary>
    ValueTask<OpenedFile?> OpenAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>Removes a file, durably when this returns.</summary>
    /// <returns>False when there is none.</returns>
    ValueTask<bool> DeleteAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>Files whose keys have a prefix, in the order of code points.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="after">The last key of the page before; null for the first page.</param>
    /// <param name="limit">Files of the page; there are fewer only on the last one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<StoredFile>> ListAsync(
        FilePrefix prefix, FileKey? after, int limit, CancellationToken cancellationToken);

    /// <summary>Removes the files whose expiry has come, of all kinds and organizations.</summary>
    /// <returns>How many there were.</returns>
    ValueTask<int> DeleteExpiredAsync(CancellationToken cancellationToken);
}

/// <summary>What a file may be and how long it stays.</summary>
public sealed record FileTerms
{
    /// <summary>The most bytes that it may have.</summary>
    public required long MaxLength { get; init; }

    /// <summary>The fewest bytes that it may have.</summary>
    public long MinLength { get; init; }

    /// <summary>The instant from which it is gone; null for never.</summary>
    public Instant? Expiry { get; init; }

    /// <summary>The content type that it is served with.</summary>
    /// <exception cref="ArgumentException">It cannot be a header.</exception>
    public string ContentType
    {
        get;
        init => field = value.Length is > 0 and <= 200 && value.All(letter => letter is >= ' ' and <= '~')
            ? value : throw new ArgumentException("It must be printable ASCII, at most 200 characters.", nameof(value));
    } = "application/octet-stream";
}

/// <summary>A file that is kept.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, in lower case hexadecimal.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Expiry">The instant from which it is gone; null for never.</param>
public sealed record StoredFile(FileKey Key, long Length, string Sha256, string ContentType, Instant? Expiry)
{
    /// <summary>True when it is there at an instant.</summary>
    public bool IsThere(Instant now) => Expiry is null || Expiry > now;
}

/// <summary>A file that is being read.</summary>
/// <param name="file">What is known of it.</param>
/// <param name="content">Its bytes, which can be read once.</param>
public sealed class OpenedFile(StoredFile file, Stream content) : IDisposable
{
    /// <summary>What is known of it.</summary>
    public StoredFile File { get; } = file;

    /// <summary>Its bytes, which can be read once.</summary>
    public Stream Content { get; } = content;

    /// <summary>Ends the reading.</summary>
    public void Dispose() => Content.Dispose();
}

/// <summary>A file has another length than it may have.</summary>
public sealed class FileLengthException(FileTerms terms) : Exception(
    terms.MinLength == terms.MaxLength
        ? FormattableString.Invariant($"The file must have {terms.MaxLength} bytes")
        : FormattableString.Invariant($"The file must have {terms.MinLength} to {terms.MaxLength} bytes"));
