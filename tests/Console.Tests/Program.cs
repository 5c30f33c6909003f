using Tallystick.Console.Tests.Everywhere;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Tallystick.Console.Tests;

/// <summary>
/// Runs the tests or, asked to by <c>tools/screenshots</c> and <c>bench/console</c>, tours all pages for them.
/// </summary>
internal static class Program
{
    internal static Task<int> Main(string[] arguments) => arguments switch
    {
        [Screenshots.Command, var directory] => Screenshots.TakeAsync(directory),
        [DocumentPictures.Command, var directory] => DocumentPictures.TakeAsync(directory),
        [PageTimes.Command] => PageTimes.MeasureAsync(),
        _ when arguments.Contains("--server") || arguments.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(arguments),
    };
}
