using System.Globalization;
using System.Security.Cryptography;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Files;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// Migrates keys that earlier versions stored as files in the data directory. The files are read before anything is
/// changed, stored as documents in one change, and only then deleted, so that the next start can repeat an interrupted
/// start with the same keys.
/// </summary>
/// <param name="folder">The folder of the files.</param>
/// <param name="keys">The keys whose signatures can still be valid.</param>
internal sealed class LegacyKeyFiles(string folder, IReadOnlyList<InstallationKey> keys)
{
    private const string UrlKey = "download.key";

    /// <summary>Reads the files.</summary>
    /// <exception cref="StoreUnavailableException">A file is damaged.</exception>
    internal static LegacyKeyFiles Read(string dataPath, IClock clock)
    {
        var folder = Path.Combine(dataPath, InstallationFiles.LegacyKeyFiles);
        var keys = new List<InstallationKey>();
        if (!Directory.Exists(folder))
            return new LegacyKeyFiles(folder, keys);
        // The name of a signing key is its creation time, so expired keys are not read.
        keys.AddRange(Directory.GetFiles(folder, "*.pem").Where(path => !IsOver(path, clock)).Select(ReadSigningKey));
        var urlKey = Path.Combine(folder, UrlKey);
        if (File.Exists(urlKey))
            keys.Add(ReadUrlKey(urlKey));
        return new LegacyKeyFiles(folder, keys);
    }

    /// <summary>Stores them as documents unless they already exist.</summary>
    internal async Task KeepAsync(InstallationKeys stored, CancellationToken cancellationToken)
    {
        if (keys.Count > 0)
            await stored.ChangeAsync(
                before => [.. before, .. keys.Where(key => before.All(one => one.Id != key.Id))], cancellationToken);
    }

    /// <summary>Deletes the files. Call after <see cref="KeepAsync"/>.</summary>
    /// <exception cref="StoreUnavailableException">A file cannot be removed.</exception>
    internal void Remove()
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            // Also delete files that were not read: expired keys, and partial files left by a crash.
            foreach (var path in Directory.GetFiles(folder).Where(IsOurs))
                File.Delete(path);
            if (!Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(
                $"The key files in {folder} were moved into the documents but cannot be removed: {failure.Message} "
                + "Remove them, or make them removable by the server.", failure);
        }
    }

    private static bool IsOurs(string path)
    {
        var name = Path.GetFileName(path);
        name = name.EndsWith(".new", StringComparison.Ordinal) ? name[..^".new".Length] : name;
        return name == UrlKey || name.EndsWith(".pem", StringComparison.Ordinal) && TryReadTime(name, out _);
    }

    private static bool IsOver(string path, IClock clock) =>
        TryReadTime(path, out var made) && SigningKeys.IsOver(SigningKeys.IdOf(made), clock.GetCurrentInstant());

    private static bool TryReadTime(string path, out long made) => long.TryParse(
        Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out made);

    private static InstallationKey ReadSigningKey(string path)
    {
        try
        {
            if (!TryReadTime(path, out var made))
                throw new FormatException("Its name is not a time.");
            using var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(path));
            return new InstallationKey(SigningKeys.IdOf(made), key.ExportPkcs8PrivateKey());
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException or FormatException
            or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(
                $"The signing key {path} is damaged or cannot be read: {failure.Message} Restore it from a backup, or "
                + "delete it. Tokens signed with it then become invalid, and clients must request new ones.", failure);
        }
    }

    private static InstallationKey ReadUrlKey(string path)
    {
        byte[] key;
        try
        {
            key = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw DamagedUrlKey(path, failure.Message);
        }
        return UrlSignatures.DamageOf(key) is { } damage
            ? throw DamagedUrlKey(path, damage)
            : new InstallationKey(UrlSignatures.KeyId, key);
    }

    private static StoreUnavailableException DamagedUrlKey(string path, string why) => new(
        $"The key {path}, which signs download and upload links, is damaged or cannot be read: {why} Restore it from a "
        + "backup, or delete it. Links signed with it then become invalid, and clients must request new ones.");
}
