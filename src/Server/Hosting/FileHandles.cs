using System.Globalization;

namespace Tallystick.Server.Hosting;

/// <summary>File handles, for files and connections: without any left the process would end.</summary>
internal static class FileHandles
{
    // Where the system names no limit.
    private const int Plenty = 1_000_000;

    /// <summary>How many the process may have. The runtime raises the soft limit to the hard one.</summary>
    internal static int Limit => File.Exists("/proc/self/limits") ? Read(File.ReadLines("/proc/self/limits")) : Plenty;

    /// <summary>Reads the lines of <c>/proc/self/limits</c>.</summary>
    internal static int Read(IEnumerable<string> lines)
    {
        const string Name = "Max open files";
        var line = lines.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var hard, ..]
            && long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? (int)Math.Min(limit, Plenty)
            : Plenty;
    }
}
