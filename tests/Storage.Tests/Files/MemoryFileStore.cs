using System.Security.Cryptography;
using NodaTime;
using Tallystick.Resources.Files;

namespace Tallystick.Storage.Tests.Files;

/// <summary>The reference of the seam: what any engine does, without an engine.</summary>
public sealed class MemoryFileStore(IClock clock) : IFileStore
{
    private readonly SortedDictionary<string, (StoredFile File, byte[] Bytes)> _files = new(StringComparer.Ordinal);

    public async Task<StoredFile> PutAsync(
        FileKey key, Stream content, FileTerms terms, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancellationToken);
        var bytes = copy.ToArray();
        if (bytes.Length < terms.MinLength || bytes.Length > terms.MaxLength)
            throw new FileLengthException(terms);
        var file = new StoredFile(
            key, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), terms.ContentType, terms.Expiry);
        _files[key.Text] = (file, bytes);
        return file;
    }

    public ValueTask<StoredFile?> FindAsync(FileKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Find(key)?.File);

    public ValueTask<OpenedFile?> OpenAsync(FileKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Find(key) is { } found ? new OpenedFile(found.File, new MemoryStream(found.Bytes)) : null);

    public ValueTask<bool> DeleteAsync(FileKey key, CancellationToken cancellationToken)
    {
        var wasThere = Find(key) is not null;
        _files.Remove(key.Text);
        return ValueTask.FromResult(wasThere);
    }

    public ValueTask<IReadOnlyList<StoredFile>> ListAsync(
        FilePrefix prefix, FileKey? after, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<StoredFile>>(
        [
            .. _files.Values.Select(one => one.File)
                .Where(file => file.Key.Text.StartsWith(prefix.Text, StringComparison.Ordinal) && Exists(file)
                    && (after is null || string.CompareOrdinal(file.Key.Text, after.Text) > 0))
                .Take(limit),
        ]);

    public ValueTask DeleteAllAsync(string organizationId, CancellationToken cancellationToken)
    {
        foreach (var key in _files.Keys.Where(key => FileKey.TryParse(key)!.OrganizationId == organizationId).ToList())
            _files.Remove(key);
        return ValueTask.CompletedTask;
    }

    public ValueTask<int> DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var expired = _files.Values.Select(one => one.File).Where(file => !Exists(file)).ToList();
        foreach (var file in expired)
            _files.Remove(file.Key.Text);
        return ValueTask.FromResult(expired.Count);
    }

    private bool Exists(StoredFile file) => file.Exists(clock.GetCurrentInstant());

    private (StoredFile File, byte[] Bytes)? Find(FileKey key) =>
        _files.TryGetValue(key.Text, out var found) && Exists(found.File) ? found : null;
}
