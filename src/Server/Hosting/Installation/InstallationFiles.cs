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

    /// <summary>Where earlier versions kept lookup table files that waited for their job.</summary>
    internal const string FormerUploads = "uploads";

    /// <summary>Where earlier versions kept the keys that sign tokens and links.</summary>
    internal const string FormerKeys = "keys";

    // What a start makes first, and what a volume brings.
    private static readonly HashSet<string> OfAStart = ["lock", "lock.process-id", "lost+found"];

    /// <summary>
    /// Requires that a directory is missing, empty or a data directory. To open any other would take the rights of
    /// others from files that are not the server's.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It holds something else.</exception>
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

    // A first start that was cut short has left its lock at least.
    private static bool IsOwn(string path) => HasData(path) || File.Exists(Path.Combine(path, "lock.process-id"));

    private static bool HasData(string path) =>
        File.Exists(Path.Combine(path, Documents)) || File.Exists(Path.Combine(path, Measurements))
        || Directory.Exists(Path.Combine(path, MeasurementLog));

    /// <summary>
    /// Requires that a server has run on the directory. To open it would create it where it is missing, and would take
    /// the rights of others from whatever else is there.
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

    /// <summary>Requires that documents are there, where they are kept in the data directory.</summary>
    /// <exception cref="StoreUnavailableException">They are not.</exception>
    internal static void RequireDocuments(string dataPath)
    {
        var path = Path.Combine(Path.GetFullPath(dataPath), Documents);
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            throw new StoreUnavailableException(
                $"{path} is missing or empty. If the server keeps its configuration in PostgreSQL, set "
                + "TALLYSTICK_POSTGRES to the same value as for the server; otherwise restore a backup.");
    }
}
