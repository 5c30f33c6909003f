using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Storage.Tests.Measurements.Log;

/// <summary>A process that fills a log beyond what the system lets a file be, and tells what it was answered.</summary>
internal static class LimitedWriter
{
    internal const string Command = "append-beyond-limit";
    internal const string Refused = "refused";
    internal const string Closed = "closed";

    private const int Count = 400;

    internal static async Task<int> RunAsync(string directory)
    {
        await using (var log = FileMeasurementLog.Open(directory))
            await AppendAsync(log);
        Console.WriteLine(Closed);
        return 0;
    }

    private static async Task AppendAsync(FileMeasurementLog log)
    {
        for (var number = 0L; number < Count; number++)
        {
            try
            {
                await log.AppendAsync(number, 10_000);
                Console.WriteLine(number);
            }
            catch (StoreUnavailableException)
            {
                Console.WriteLine(Refused);
            }
        }
    }
}
