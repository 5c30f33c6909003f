using System.Buffers;
using System.Security.Cryptography;
using NodaTime;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Storage.Files;

/// <summary>
/// Stores files in a directory that belongs to this process. A file is written to a temporary name, flushed, and
/// renamed to <c>kind/organizationId/id</c>, with each slash in the id replaced by a tilde, which no key contains.
/// </summary>
public sealed class DirectoryFileStore : IFileStore
{
    private const int BufferBytes = 128 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _names = new();
    private readonly string _directory;
    private readonly string _aside;
    private readonly IClock _clock;

    private DirectoryFileStore(string directory, IClock clock)
    {
        (_directory, _clock) = (directory, clock);
        _aside = Path.Combine(directory, AsideName);
    }

    /// <summary>The folder for incomplete files; no kind has this name.</summary>
    public const string AsideName = ".aside";

    /// <summary>
    /// Opens the directory, which is created with the first file, and deletes incomplete files left by a crash.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The directory cannot be used.</exception>
    public static DirectoryFileStore Open(string directory, IClock clock)
    {
        var store = new DirectoryFileStore(directory, clock);
        try
        {
            if (Directory.Exists(store._aside))
                Directory.Delete(store._aside, recursive: true);
            return store;
        }
        catch (Exception failure) when (IsDiskError(failure))
        {
            throw new StoreUnavailableException(
                $"The file directory {directory} cannot be used: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public async Task<StoredFile> PutAsync(
        FileKey key, Stream content, FileTerms terms, CancellationToken cancellationToken)
    {
        var aside = Path.Combine(_aside, Guid.NewGuid().ToString("N"));
        var isPublished = false;
        try
        {
            var stored = await WriteAsync(aside, key, content, terms, cancellationToken);
            TranslateDiskErrors(() => Publish(aside, key));
            isPublished = true;
            return stored;
        }
        finally
        {
            if (!isPublished)
                Forget(aside);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredFile?> FindAsync(FileKey key, CancellationToken cancellationToken)
    {
        using var file = Open(key);
        return ValueTask.FromResult(file?.File);
    }

    /// <inheritdoc/>
    public ValueTask<OpenedFile?> OpenAsync(FileKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Open(key));

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(FileKey key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        return ValueTask.FromResult(TranslateDiskErrors(() =>
        {
            bool wasThere;
            lock (_names)
            {
                if (!File.Exists(path))
                    return false;
                wasThere = Read(key, path) is not { } stored || stored.Exists(_clock.GetCurrentInstant());
                File.Delete(path);
            }
            Disk.FlushDirectory(Path.GetDirectoryName(path)!);
            return wasThere;
        }));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredFile>> ListAsync(
        FilePrefix prefix, FileKey? after, int limit, CancellationToken cancellationToken)
    {
        var now = _clock.GetCurrentInstant();
        return ValueTask.FromResult<IReadOnlyList<StoredFile>>(TranslateDiskErrors(() =>
            KeysIn(prefix.Kind, prefix.OrganizationId)
                .Where(key => key.Text.StartsWith(prefix.Text, StringComparison.Ordinal)
                    && (after is null || string.CompareOrdinal(key.Text, after.Text) > 0))
                .OrderBy(key => key.Text, StringComparer.Ordinal)
                .Select(key => Read(key, PathOf(key)))
                .OfType<StoredFile>().Where(file => file.Exists(now)).Take(limit).ToList()));
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAllAsync(string organizationId, CancellationToken cancellationToken)
    {
        foreach (var folder in TranslateDiskErrors(Folders).Where(one => Path.GetFileName(one) == organizationId))
        {
            var kind = Path.GetFileName(Path.GetDirectoryName(folder))!;
            foreach (var key in TranslateDiskErrors(() => KeysIn(kind, organizationId).ToList()))
                await DeleteAsync(key, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var folder in TranslateDiskErrors(Folders))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (kind, organization) = (Path.GetFileName(Path.GetDirectoryName(folder))!, Path.GetFileName(folder));
            deleted += TranslateDiskErrors(() => KeysIn(kind, organization).ToList().Count(DeleteIfExpired));
        }
        return ValueTask.FromResult(deleted);
    }

    private string PathOf(FileKey key) =>
        Path.Combine(_directory, key.Kind, key.OrganizationId, key.Id.Replace('/', '~'));

    private async Task<StoredFile> WriteAsync(
        string aside, FileKey key, Stream content, FileTerms terms, CancellationToken cancellationToken)
    {
        // No buffer: on a failure, closing the file would flush the buffer and fail again.
        await using var file = TranslateDiskErrors(() => Create(aside));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long length = 0;
            while (await content.ReadAsync(buffer.AsMemory(0, BufferBytes), cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length > terms.MaxLength)
                    throw new FileLengthException(terms);
                hash.AppendData(buffer, 0, read);
                await WriteAsync(file, buffer.AsMemory(0, read), cancellationToken);
            }
            if (length < terms.MinLength)
                throw new FileLengthException(terms);
            var stored = new StoredFile(
                key, length, Convert.ToHexStringLower(hash.GetHashAndReset()), terms.ContentType, terms.Expiry);
            await WriteAsync(file, FileTrailer.Write(stored), cancellationToken);
            TranslateDiskErrors(() => file.Flush(flushToDisk: true));
            return stored;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private FileStream Create(string aside)
    {
        CreateFolder(_aside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(aside, options);
    }

    private static async Task WriteAsync(
        FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception failure) when (IsDiskError(failure))
        {
            throw Outage(failure);
        }
    }

    private void Publish(string aside, FileKey key)
    {
        var path = PathOf(key);
        var folder = Path.GetDirectoryName(path)!;
        CreateFolder(folder);
        lock (_names)
            File.Move(aside, path, overwrite: true);
        Disk.FlushDirectory(folder);
    }

    // Creates missing folders, including parents, and makes their names durable.
    private void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        if (folder != _directory)
            CreateFolder(parent);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        Disk.FlushDirectory(parent);
    }

    private static void Forget(string aside)
    {
        try
        {
            File.Delete(aside);
        }
        catch (Exception failure) when (IsDiskError(failure))
        {
            // The next start deletes the file. The original error is more useful than this one.
        }
    }

    private OpenedFile? Open(FileKey key)
    {
        var path = PathOf(key);
        var file = TranslateDiskErrors(() => TryOpen(path));
        if (file is null)
            return null;
        var isHandedOver = false;
        try
        {
            var stored = TranslateDiskErrors(() => FileTrailer.Read(key, file.SafeFileHandle))
                ?? throw new StoreUnavailableException(
                    $"The file {path} is damaged. Restore it from a backup, or delete it.");
            if (!stored.Exists(_clock.GetCurrentInstant()))
                return null;
            isHandedOver = true;
            return new OpenedFile(stored, new FileContent(file, stored.Length));
        }
        finally
        {
            if (!isHandedOver)
                file.Dispose();
        }
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Null if the file was deleted meanwhile or is damaged, so that it does not hide the other files.
    private static StoredFile? Read(FileKey key, string path)
    {
        using var file = TryOpen(path);
        return file is null ? null : FileTrailer.Read(key, file.SafeFileHandle);
    }

    // Checks again under the lock, because the file may have been replaced meanwhile.
    private bool DeleteIfExpired(FileKey key)
    {
        var (path, now) = (PathOf(key), _clock.GetCurrentInstant());
        if (Read(key, path) is not { } seen || seen.Exists(now))
            return false;
        lock (_names)
        {
            if (Read(key, path) is not { } stored || stored.Exists(now))
                return false;
            File.Delete(path);
            return true;
        }
    }

    private List<string> Folders() => Directory.Exists(_directory)
        ? [.. Directory.EnumerateDirectories(_directory).Where(kind => Path.GetFileName(kind) != AsideName)
            .SelectMany(Directory.EnumerateDirectories)]
        : [];

    private IEnumerable<FileKey> KeysIn(string kind, string organizationId)
    {
        var folder = Path.Combine(_directory, kind, organizationId);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder)
                .Select(path => FileKey.TryParse($"{kind}/{organizationId}/{Path.GetFileName(path).Replace('~', '/')}"))
                .OfType<FileKey>()
            : [];
    }

    private static void TranslateDiskErrors(Action work) => TranslateDiskErrors(() =>
    {
        work();
        return true;
    });

    private static T TranslateDiskErrors<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (IsDiskError(failure))
        {
            throw Outage(failure);
        }
    }

    internal static bool IsDiskError(Exception failure) => failure is IOException or UnauthorizedAccessException;

    internal static StoreOutageException Outage(Exception failure) => new("The file store is unavailable", failure);
}
