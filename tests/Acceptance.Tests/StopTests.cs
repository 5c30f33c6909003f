using System.Diagnostics;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests;

/// <summary>A process that is told to stop while it starts ends without a word, and with the code of success.</summary>
public sealed class StopTests
{
    /// <summary>Beyond what any start takes, short of hanging.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // What a start makes, in the order in which it makes it.
    [Theory]
    [InlineData("lock.process-id")]
    [InlineData("documents.sqlite")]
    [InlineData("measurement-log")]
    [InlineData("control")]
    public async Task Server_ToldToStopWhileItStarts_EndsQuietlyAndStartsAgain(string until)
    {
        using var data = new TemporaryDirectory();
        using (var process = LiveServer.Launch(data))
        {
            var printed = process.StandardOutput.ReadToEndAsync(Token);
            var said = process.StandardError.ReadToEndAsync(Token);
            while (!Path.Exists(data.File(until)) && !process.HasExited)
                await Task.Yield();

            using (Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]))
                process.WaitForExit(Patience).ShouldBeTrue();

            (await said).ShouldBeEmpty();
            process.ExitCode.ShouldBe(0);
            // Either all of it or nothing: credentials that were made are told.
            if ((await printed).Length > 0)
                (await printed).ShouldContain("TALLYSTICK_API_SECRET");
        }
        using var again = LiveServer.Launch(data);
        (await again.StandardOutput.ReadLineAsync(Token)).ShouldNotBeNull();
        again.Kill();
        await again.WaitForExitAsync(Token);
    }
}
