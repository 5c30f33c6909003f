using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>Names in the data directory.</summary>
internal static class InstallationFiles
{
    internal const string Documents = "documents.sqlite";
    internal const string Measurements = "measurements.duckdb";
    internal const string MeasurementLog = "measurement-log";
    internal const string Uids = "uids";
    internal const string Files = "files";

    /// <summary>Folder in which earlier versions stored uploaded lookup table files.</summary>
    internal const string LegacyUploads = "uploads";

    /// <summary>Folder in which earlier versions stored the keys that sign tokens and links.</summary>
    internal const string LegacyKeyFiles = "keys";

    // Files that a start creates first, and files of the volume.
    private static readonly HashSet<string> OfAStart = ["lock", "lock.process-id", "lost+found"];

    /// <summary>
    /// Checks that a directory is missing, empty or a data directory. Opening another directory would revoke the access
    /// of other users to unrelated files.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The directory contains other files.</exception>
    internal static void RequireOwn(string dataPath)
    {
        var path = Path.GetFullPath(dataPath);
        try
        {
            if (!Directory.Exists(path) || IsOwn(path))
                return;
            var foreign = Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName)
                .FirstOrDefault(name => !OfAStart.Contains(name!));
            if (foreign is not null)
                throw new StoreUnavailableException(
                    $"The directory {path} is not empty and not a data directory: it has '{foreign}', and no server "
                    + "has run on it. Set TALLYSTICK_DATA to an empty or new directory.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(
                $"The data directory {path} cannot be read: {failure.Message}", failure);
        }
    }

    // An interrupted first start leaves at least its lock file.
    private static bool IsOwn(string path) => HasData(path) || File.Exists(Path.Combine(path, "lock.process-id"));

    private static bool HasData(string path) =>
        File.Exists(Path.Combine(path, Documents)) || File.Exists(Path.Combine(path, Measurements))
        || Directory.Exists(Path.Combine(path, MeasurementLog));

    /// <summary>
    /// Checks that a server has used the directory. Opening it would otherwise create it, or revoke the access of other
    /// users to unrelated files.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The directory is missing, or is not a data directory.</exception>
    internal static void Require(string dataPath)
    {
        var path = Path.GetFullPath(dataPath);
        if (!Directory.Exists(path))
            throw new StoreUnavailableException(
                $"The data directory {path} does not exist. Set TALLYSTICK_DATA to the data directory of the server.");
        if (!HasData(path))
            throw new StoreUnavailableException(
                $"The directory {path} is not a data directory: no server has used it. Set TALLYSTICK_DATA to that of "
                + "the server.");
    }

    /// <summary>
    /// Checks that the documents exist. Only for installations that store them in the data directory.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The documents are missing.</exception>
    internal static void RequireDocuments(string dataPath)
    {
        var path = Path.Combine(Path.GetFullPath(dataPath), Documents);
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            throw new StoreUnavailableException(
                $"{path} is missing or empty. If the server keeps its configuration in PostgreSQL, set "
                + "TALLYSTICK_POSTGRES to the same value as for the server; otherwise restore a backup.");
    }
}
