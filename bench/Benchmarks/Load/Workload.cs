using NodaTime;

namespace Tallystick.Benchmarks.Load;

/// <summary>What tells one measurement from another.</summary>
/// <param name="UidHigh">Upper half of the uid.</param>
/// <param name="UidLow">Lower half of the uid.</param>
/// <param name="Account">Number of the account.</param>
/// <param name="Day">Days since the first day of the workload.</param>
/// <param name="Millisecond">Millisecond of the day.</param>
internal readonly record struct Sample(ulong UidHigh, ulong UidLow, int Account, int Day, int Millisecond);

/// <summary>
/// The measurements of a run, each a function of its connection and number: what is sent again is the same again.
/// </summary>
/// <param name="seed">Differs between runs, so that their uids do.</param>
/// <param name="firstDay">The first day of the timestamps.</param>
/// <param name="days">The number of days, which are over.</param>
/// <param name="accounts">The number of accounts, at most 100,000.</param>
internal sealed class Workload(ulong seed, LocalDate firstDay, int days, int accounts = Workload.Accounts)
{
    /// <summary>The usual number of accounts.</summary>
    public const int Accounts = 10_000;

    /// <summary>The number of values of the dimension.</summary>
    public const int Models = 40;

    private const int MillisecondsOfDay = 86_400_000;

    /// <summary>The first day of the timestamps.</summary>
    public LocalDate FirstDay => firstDay;

    /// <summary>The number of days.</summary>
    public int Days => days;

    /// <summary>The 30 days before today, which are closed.</summary>
    public static Workload OfLastDays(ulong seed) =>
        new(seed, SystemClock.Instance.GetCurrentInstant().InUtc().Date.PlusDays(-30), 30);

    /// <summary>The measurement with a number.</summary>
    public Sample Of(int connection, long number)
    {
        var origin = Mix(seed ^ Mix((ulong)connection));
        var high = Mix(origin + (ulong)number);
        var low = Mix(high);
        var place = Mix(low);
        // The marks of a random UUID: version 4, variant 10.
        return new Sample(
            (high & ~0xF000UL) | 0x4000, (low & ~(3UL << 62)) | (2UL << 62), (int)(place % (ulong)accounts),
            (int)((place >> 16) % (ulong)days), (int)((place >> 24) % MillisecondsOfDay));
    }

    /// <summary>The measured values of a place in a batch: numbers with none to three decimals.</summary>
    public static (int Model, decimal Tokens, decimal Bytes) ValuesOf(int template, int slot)
    {
        var random = Mix(((ulong)template << 32) + (ulong)slot);
        var scale = (byte)(random % 4);
        return ((int)((random >> 8) % Models), new decimal((int)((random >> 16) % 9_999_999), 0, 0, false, scale),
            (random >> 40) % 1_000_000);
    }

    /// <summary>A well mixed function of a number (splitmix64).</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
