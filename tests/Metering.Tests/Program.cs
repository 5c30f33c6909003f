using Tallystick.Metering.Tests;
using Tallystick.Metering.Tests.Log;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

if (args is [AppendingProcess.Argument, var directory])
    return await AppendingProcess.RunAsync(directory);
return args.Any(argument => argument is "--server" or "--internal-msbuild-node")
    ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await ConsoleRunner.Run(args);
