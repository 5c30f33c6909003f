using System.Net.Sockets;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Hosting.Metrics;
using Tallystick.Storage;

namespace Tallystick.Server.Hosting;

/// <summary>A server that is running.</summary>
/// <param name="app">The web application.</param>
/// <param name="metrics">Access to the metrics.</param>
/// <param name="stores">The stores, in the order in which to close them.</param>
/// <param name="data">The data directory.</param>
internal sealed class RunningServer(
    WebApplication app, MetricsAccess metrics, IReadOnlyList<IAsyncDisposable> stores, DataDirectory data)
    : IAsyncDisposable
{
    /// <summary>The address of the API.</summary>
    internal Uri Address => new(app.Urls.First());

    /// <summary>The address of the metrics; null if they share the address of the API.</summary>
    internal Uri? MetricsAddress =>
        metrics.HasOwnAddress ? new Uri(new Uri(app.Urls.Last()), MetricsAccess.Path) : null;

    /// <summary>Full path of the data directory.</summary>
    internal string DataPath => data.Path;

    /// <summary>The credentials created at the first start; null at later starts.</summary>
    internal FirstCredentials? FirstCredentials { get; private set; }

    /// <summary>Its services.</summary>
    internal IServiceProvider Services => app.Services;

    /// <summary>Whether a stop was requested.</summary>
    internal bool IsStopping => app.Lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>
    /// Starts listening, then runs the bootstrap. In this order, because the first credentials would be lost if the
    /// server could not listen.
    /// </summary>
    internal async Task ListenAsync(Bootstrap bootstrap, BootstrapSettings settings)
    {
        try
        {
            await app.StartAsync();
            if (IsStopping)
                return;
            FirstCredentials = await bootstrap.RunAsync(settings, CancellationToken.None);
            app.Services.GetRequiredService<Readiness>().Start();
        }
        catch (OperationCanceledException) when (IsStopping)
        {
            // A stop was requested during the start.
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new StoreUnavailableException(
                $"The server cannot start: {failure.Message} (use --urls to change the address).", failure);
        }
    }

    /// <summary>Waits until the server stops, either on request or because a background worker failed.</summary>
    /// <returns>The exit code of the process: 0, or 1 after a failure, so that a supervisor restarts it.</returns>
    internal async Task<int> WaitForShutdownAsync()
    {
        var workers = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        await app.WaitForShutdownAsync();
        return workers.Exists(worker => worker.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        foreach (var store in stores)
            await store.DisposeAsync();
        data.Dispose();
    }
}
