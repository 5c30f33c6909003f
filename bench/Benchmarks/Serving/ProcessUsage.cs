using System.Globalization;

namespace Tallystick.Benchmarks.Serving;

/// <summary>What a process uses of the machine, as Linux counts it.</summary>
internal sealed class ProcessUsage(int processId)
{
    // The unit of /proc/<pid>/stat on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>That of this process.</summary>
    public static ProcessUsage OfThis { get; } = new(Environment.ProcessId);

    /// <summary>Seconds of processor time that all processes together have used so far.</summary>
    public static double MachineCpuSeconds
    {
        get
        {
            // user, nice, system, idle, iowait, irq, softirq, steal
            var fields = File.ReadLines("/proc/stat").First()
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9].Select(Number).ToArray();
            return (fields.Sum() - fields[3] - fields[4]) / TicksPerSecond;
        }
    }

    /// <summary>Seconds of processor time so far.</summary>
    public double CpuSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            // Behind the name, which may hold blanks: fields 14 and 15, where the state is field 3.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
        }
    }

    /// <summary>Most resident memory since <see cref="ForgetPeak"/>, in MB.</summary>
    public double PeakMegabytes => Number(File.ReadLines($"/proc/{processId}/status")
        .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;

    /// <summary>Begins to look for the most memory anew.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
