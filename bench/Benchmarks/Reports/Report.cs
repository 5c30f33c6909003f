using System.Diagnostics;
using System.Globalization;
using NodaTime;
using Tallystick.Testing;

namespace Tallystick.Benchmarks.Reports;

/// <summary>Writes a report in Markdown to the standard output, and how far it is to the standard error.</summary>
internal static class Report
{
    /// <summary>The title, and what is needed to judge the figures or to repeat them.</summary>
    /// <param name="title">What was measured.</param>
    /// <param name="command">What was typed.</param>
    /// <param name="isQuick">The run is too short for its figures to count.</param>
    public static void Begin(string title, string command, bool isQuick)
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(
            line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
        var memory = double.Parse(
            File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) / (1024 * 1024);
        var load = string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));
        System.Console.WriteLine($"""
            # {title}

            - Machine: {Environment.ProcessorCount} processors ({processor}), {memory:F0} GB of memory
            - Load average before the run: {load}
            - Date: {SystemClock.Instance.GetCurrentInstant().InUtc().Date:uuuu-MM-dd}, commit {Commit()}
            - Repeat: `{command}`{(isQuick ? "; so short a run shows that it works, not how fast" : "")}

            """);
    }

    /// <summary>A paragraph, or the first rows of a table.</summary>
    public static void Write(string text)
    {
        System.Console.WriteLine(text);
        System.Console.Out.Flush();
    }

    /// <summary>A row of a table.</summary>
    public static void Row(params string[] cells) => Write($"| {string.Join(" | ", cells)} |");

    /// <summary>Tells whoever waits what is going on.</summary>
    public static void Tell(string step) =>
        System.Console.Error.WriteLine($"{SystemClock.Instance.GetCurrentInstant():HH':'mm':'ss} {step}");

    /// <summary>A number with a thousands separator.</summary>
    public static string Count(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with one or two decimals.</summary>
    public static string Short(double number) =>
        number.ToString(number < 10 ? "F2" : "F1", CultureInfo.InvariantCulture);

    /// <summary>The middle one of some figures.</summary>
    public static double Median(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <summary>Whether a target was met.</summary>
    public static string Verdict(bool isMet) => isMet ? "yes" : "NO";

    private static string Commit()
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--exclude", "*"])
            {
                RedirectStandardOutput = true,
                WorkingDirectory = Repository.Root,
            })!;
        var commit = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return commit;
    }
}
