using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Metrics;
using Tallystick.Storage;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Api;

/// <summary>A supervisor tells by the exit code of the process whether to start it again.</summary>
public sealed class ExitCodeTests
{
    [Fact]
    public async Task Server_ThatAFaultOfAWorkerStops_EndsWithACodeThatIsNotZero() =>
        (await RunAsync(worker => throw new InvalidOperationException("A fault"))).ShouldBe(1);

    [Fact]
    public async Task Server_ThatIsToldToStop_EndsWithZero() =>
        (await RunAsync(async worker =>
        {
            worker.StopApplication();
            await Task.Delay(Timeout.Infinite, worker.ApplicationStopping);
        })).ShouldBe(0);

    private static async Task<int> RunAsync(Func<IHostApplicationLifetime, Task> work)
    {
        var token = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Services.AddHostedService(services =>
            new Worker(started.Task, () => work(services.GetRequiredService<IHostApplicationLifetime>())));
        var app = builder.Build();
        await using var server = new RunningServer(
            app, new MetricsAccess(null, null), [], DataDirectory.Open(directory.File("data")));
        await app.StartAsync(token);
        started.SetResult();

        return await server.WaitForShutdownAsync().WaitAsync(TimeSpan.FromMinutes(1), token);
    }

    private sealed class Worker(Task started, Func<Task> work) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await started;
            await work();
        }
    }
}
