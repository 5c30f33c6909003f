using System.Globalization;
using Tallystick.Storage.Tests.Documents;
using Tallystick.Storage.Tests.Measurements.Log;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Tallystick.Storage.Tests;

/// <summary>Runs the tests or, asked to by a crash test, becomes the writer that the test kills.</summary>
internal static class Program
{
    internal static Task<int> Main(string[] arguments) => arguments switch
    {
        [CrashWriter.Command, var engine, var address] => CrashWriter.RunAsync(engine, address),
        [DirectoryHolder.Command, var path] => DirectoryHolder.RunAsync(path),
        [KilledWriter.Command, var path, var first] =>
            KilledWriter.RunAsync(path, long.Parse(first, CultureInfo.InvariantCulture)),
        [LimitedWriter.Command, var path] => LimitedWriter.RunAsync(path),
        _ when arguments.Contains("--server") || arguments.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(arguments),
    };
}
