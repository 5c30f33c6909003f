namespace Tallystick.Storage.Tests;

/// <summary>A process that opens a data directory, says so, and holds it until its input ends.</summary>
internal static class DirectoryHolder
{
    internal const string Command = "hold-directory";

    internal static async Task<int> RunAsync(string path)
    {
        using var directory = DataDirectory.Open(path);
        Console.WriteLine("held");
        await Console.In.ReadLineAsync();
        return 0;
    }
}
