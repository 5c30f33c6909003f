namespace Tallystick.Metering.Tests.Conformance;

/// <summary>Every log passes the suite, and the suite lets no log with a fault pass.</summary>
public sealed class LogConformanceTests
{
    [Fact]
    public Task FileLog_UnderRandomWork_IsALog() => LogSuite.RunAsync(() => new FileLogSubject(), runs: 6, steps: 60);

    [Fact]
    public Task MemoryLog_UnderRandomWork_IsALog() => LogSuite.RunAsync(() => new MemoryLog(), runs: 20, steps: 80);

    [Fact]
    public async Task Log_WithAnyFault_IsFound()
    {
        foreach (var mutation in Enum.GetValues<LogMutation>().Except([LogMutation.None]))
        {
            var found = await Record.ExceptionAsync(
                () => LogSuite.RunAsync(() => new MemoryLog(mutation), runs: 20, steps: 80));
            found.ShouldNotBeNull($"{mutation} was not found");
        }
    }
}
