using System.Globalization;

namespace Tallystick.Server.Hosting;

/// <summary>
/// The limit of file handles, which files and connections use. The process fails if it runs out of them.
/// </summary>
internal static class FileHandles
{
    // Used if the system reports no limit.
    private const int Plenty = 1_000_000;

    /// <summary>Maximum for the process: the hard limit, because the runtime raises the soft limit to it.</summary>
    internal static int Limit => File.Exists("/proc/self/limits") ? Read(File.ReadLines("/proc/self/limits")) : Plenty;

    /// <summary>Parses the lines of <c>/proc/self/limits</c>.</summary>
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
