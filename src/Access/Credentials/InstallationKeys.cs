using System.Text;
using System.Text.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Credentials;

/// <summary>A secret key of the installation.</summary>
/// <param name="Id">Its purpose and, for keys that are rotated, its creation time.</param>
/// <param name="Bytes">The key.</param>
public sealed record InstallationKey(string Id, byte[] Bytes)
{
    // The generated method would print all members, including the secret.
    /// <inheritdoc/>
    public override string ToString() => Id;
}

/// <summary>
/// The secret keys of the installation. They are stored as internal documents, so that every process that uses the
/// documents signs with the same keys, and they never appear in a response or an event.
/// </summary>
public sealed class InstallationKeys(ResourceService resources)
{
    private const string Member = "key";

    /// <summary>The document kind: one document per key.</summary>
    public static DocumentKind Kind { get; } = new("installation_key", [], _ => []);

    /// <summary>All keys, read during the start before the store is fully open.</summary>
    /// <exception cref="StoreUnavailableException">A key is damaged.</exception>
    public static async Task<IReadOnlyList<InstallationKey>> ListAsync(
        IDocumentReader documents, CancellationToken cancellationToken)
    {
        var found = await documents.QueryAsync(
            Kind, AccessKeyResource.Installation, new DocumentQuery(), cancellationToken);
        return [.. found.Select(document => Read(document.Id, document.Json))];
    }

    /// <summary>All keys.</summary>
    public async Task<IReadOnlyList<InstallationKey>> ListAsync(CancellationToken cancellationToken) =>
        await ListAsync(resources.Reader(AccessKeyResource.Installation, cancellationToken));

    /// <summary>Changes keys atomically.</summary>
    /// <param name="decide">
    /// Returns the new keys for the stored ones; keys that it does not return are removed. Must have no other effects
    /// because it may run again.
    /// </param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The stored keys after the change.</returns>
    public Task<IReadOnlyList<InstallationKey>> ChangeAsync(
        Func<IReadOnlyList<InstallationKey>, IReadOnlyList<InstallationKey>> decide,
        CancellationToken cancellationToken) =>
        resources.ChangeAsync(
            AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            var before = await ListAsync(change.Related);
            var after = decide(before);
            foreach (var key in after.Where(key => before.All(one => one.Id != key.Id)))
                await change.PutDocumentAsync(Kind, key.Id, Write(key));
            string[] gone = [.. before.Select(key => key.Id).Except(after.Select(key => key.Id))];
            if (gone.Length > 0)
                await change.RemoveDocumentsAsync(Kind, new Condition.In("id", gone));
            return after;
        });

    /// <summary>The exception for a damaged key. Does not contain the key.</summary>
    public static StoreUnavailableException Damaged(string id, string why, Exception? failure = null) => new(
        $"The key '{id}' in the document store is damaged: {why} Restore the documents from a backup, or delete the "
        + $"row with the id '{id}' from the table {Kind.Name}. Tokens or links signed with it then become invalid, "
        + "and clients must request new ones.", failure);

    private static async Task<IReadOnlyList<InstallationKey>> ListAsync(ResourceReader related) =>
        [.. (await related.ListDocumentsAsync(Kind)).Select(document => Read(document.Id, document.Json))];

    private static byte[] Write(InstallationKey key) =>
        Encoding.UTF8.GetBytes($$"""{"{{Member}}":"{{Convert.ToBase64String(key.Bytes)}}"}""");

    private static InstallationKey Read(string id, ReadOnlyMemory<byte> stored)
    {
        try
        {
            using var json = JsonDocument.Parse(stored);
            return new InstallationKey(id, json.RootElement.GetProperty(Member).GetBytesFromBase64());
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw Damaged(id, "it cannot be read.");
        }
    }
}
