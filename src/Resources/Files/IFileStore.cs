using NodaTime;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Files;

/// <summary>
/// Stores files: the seam in front of a directory or an object store. An implementation is correct if it passes the
/// conformance suite. Expired files are invisible to readers. Calls are independent: to change files together with
/// documents, first write the file and then refer to it in the document. Every member throws
/// <see cref="StoreOutageException"/> while the engine cannot serve.
/// </summary>
public interface IFileStore
{
    /// <summary>Stores a file, replacing any existing one with the same key. The file is durable on return.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="content">
    /// Its bytes, read to the end. Exceptions from reading are passed on. After a failure, the previous file remains;
    /// after an outage, the previous or the new one.
    /// </param>
    /// <param name="terms">Limits and expiry of the file.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="FileLengthException">The length violates the terms.</exception>
    Task<StoredFile> PutAsync(
        FileKey key, Stream content, FileTerms terms, CancellationToken cancellationToken);

    /// <summary>The metadata of a file; null if it does not exist.</summary>
    ValueTask<StoredFile?> FindAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a file for reading; null if it does not exist. It can be read to the end even if the file is replaced or
    /// deleted.
    /// </summary>
    ValueTask<OpenedFile?> OpenAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>Deletes a file durably.</summary>
    /// <returns>False if it does not exist.</returns>
    ValueTask<bool> DeleteAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>Files whose keys have a prefix, ordered by code point.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="after">The last key of the previous page; null for the first page.</param>
    /// <param name="limit">Page size; only the last page has fewer files.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    ValueTask<IReadOnlyList<StoredFile>> ListAsync(
        FilePrefix prefix, FileKey? after, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes the files of an organization, of all kinds.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="cancellationToken">Cancels the operation; repeating it completes it.</param>
    ValueTask DeleteAllAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Deletes the expired files of all kinds and organizations.</summary>
    /// <returns>The number removed.</returns>
    ValueTask<int> DeleteExpiredAsync(CancellationToken cancellationToken);
}

/// <summary>Limits and expiry of a file.</summary>
public sealed record FileTerms
{
    /// <summary>Maximum length in bytes.</summary>
    public required long MaxLength { get; init; }

    /// <summary>Minimum length in bytes.</summary>
    public long MinLength { get; init; }

    /// <summary>When it expires; null for never.</summary>
    public Instant? Expiry { get; init; }

    /// <summary>The content type that it is served with.</summary>
    /// <exception cref="ArgumentException">It is not a valid header value.</exception>
    public string ContentType
    {
        get;
        init => field = value.Length is > 0 and <= 200 && value.All(letter => letter is >= ' ' and <= '~')
            ? value : throw new ArgumentException("It must be printable ASCII, at most 200 characters.", nameof(value));
    } = "application/octet-stream";
}

/// <summary>A stored file.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">SHA-256 of its bytes, in lowercase hexadecimal.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Expiry">When it expires; null for never.</param>
public sealed record StoredFile(FileKey Key, long Length, string Sha256, string ContentType, Instant? Expiry)
{
    /// <summary>True if it has not expired at an instant.</summary>
    public bool Exists(Instant now) => Expiry is null || Expiry > now;
}

/// <summary>A file opened for reading.</summary>
/// <param name="file">Its metadata.</param>
/// <param name="content">Its bytes, which can be read once.</param>
public sealed class OpenedFile(StoredFile file, Stream content) : IDisposable
{
    /// <summary>Its metadata.</summary>
    public StoredFile File { get; } = file;

    /// <summary>Its bytes, which can be read once.</summary>
    public Stream Content { get; } = content;

    /// <summary>Closes the file.</summary>
    public void Dispose() => Content.Dispose();
}

/// <summary>The length of a file violates its limits.</summary>
public sealed class FileLengthException(FileTerms terms) : Exception(
    terms.MinLength == terms.MaxLength
        ? FormattableString.Invariant($"The file must have {terms.MaxLength} bytes")
        : FormattableString.Invariant($"The file must have {terms.MinLength} to {terms.MaxLength} bytes"));
