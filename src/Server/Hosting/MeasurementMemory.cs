using System.Globalization;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Server.Hosting;

/// <summary>Memory and thread limits of the measurement store and the uid index.</summary>
/// <param name="StoreMegabytes">
/// From <c>TALLYSTICK_MEASUREMENT_MEMORY</c>, in MB. Default: 1/72 of the memory, at least 320.
/// </param>
/// <param name="UidMegabytes">
/// From <c>TALLYSTICK_UID_MEMORY</c>, in MB. Default: 1/12 of the memory, at least 128.
/// </param>
/// <param name="Threads">
/// From <c>TALLYSTICK_MEASUREMENT_THREADS</c>. Default: half the processors, but at least four or, with fewer than four
/// processors, all of them.
/// </param>
internal sealed record MeasurementMemory(int StoreMegabytes, int UidMegabytes, int Threads)
{
    private const int MinUidMegabytes = 16;
    private const int MaxMegabytes = 1_000_000;
    private const int MaxThreads = 1024;

    /// <summary>Settings of the store.</summary>
    internal DuckDbOptions Store => new() { MemoryMegabytes = StoreMegabytes, Threads = Threads };

    /// <summary>Settings of the uid index.</summary>
    /// <param name="directory">Directory for data that does not fit in memory.</param>
    /// <param name="secret">The secret of the installation.</param>
    internal UidIndexOptions Uids(string directory, byte[] secret) =>
        new() { MemoryBytes = UidMegabytes * 1_000_000L, SpillDirectory = directory, Secret = secret };

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StoreUnavailableException">A setting is not an integer in its range.</exception>
    internal static MeasurementMemory From(IConfiguration configuration)
    {
        // In a container, this is the memory limit of the container.
        var machine = (int)Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1_000_000, MaxMegabytes);
        var processors = Environment.ProcessorCount;
        return new MeasurementMemory(
            Read(configuration, "TALLYSTICK_MEASUREMENT_MEMORY", DuckDbOptions.MinMegabytes, MaxMegabytes)
                ?? Math.Max(320, machine / 72),
            Read(configuration, "TALLYSTICK_UID_MEMORY", MinUidMegabytes, MaxMegabytes) ?? Math.Max(128, machine / 12),
            Read(configuration, "TALLYSTICK_MEASUREMENT_THREADS", 1, MaxThreads)
                ?? Math.Max(Math.Min(processors, 4), processors / 2));
    }

    private static int? Read(IConfiguration configuration, string name, int min, int max)
    {
        if (configuration[name] is not { Length: > 0 } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
            return value;
        throw new StoreUnavailableException(string.Create(
            CultureInfo.InvariantCulture, $"{name} must be an integer from {min} to {max}, not '{text}'."));
    }
}
