using System.Security.Cryptography;

namespace Tallystick.Server.Tests.Installation;

/// <summary>What a data directory holds.</summary>
internal static class DataFiles
{
    // Of the process that has the directory open, or made anew from the files beside it.
    private static readonly string[] OfTheProcess = ["lock", "lock.process-id", "control", "documents.sqlite-shm"];

    /// <summary>The names of all files, each with a hash of its bytes.</summary>
    internal static SortedDictionary<string, string> Hash(string data) => new(
        Directory.GetFiles(data, "*", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(data, path)))
            .Where(file => !OfTheProcess.Contains(file.Name))
            .ToDictionary(
                file => file.Name, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.Path)))),
        StringComparer.Ordinal);
}
