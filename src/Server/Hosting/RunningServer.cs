using System.Net.Sockets;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Hosting.Metrics;
using Tallystick.Storage;

namespace Tallystick.Server.Hosting;

/// <summary>A server that is running.</summary>
/// <param name="app">What serves.</param>
/// <param name="metrics">Who may read the metrics.</param>
/// <param name="stores">What it keeps its data in, in the order in which to close them.</param>
/// <param name="data">The data directory.</param>
internal sealed class RunningServer(
    WebApplication app, MetricsAccess metrics, IReadOnlyList<IAsyncDisposable> stores, DataDirectory data)
    : IAsyncDisposable
{
    /// <summary>Where it listens.</summary>
    internal Uri Address => new(app.Urls.First());

    /// <summary>Where the metrics are when they have an address of their own.</summary>
    internal Uri? MetricsAddress =>
        metrics.HasOwnAddress ? new Uri(new Uri(app.Urls.Last()), MetricsAccess.Path) : null;

    /// <summary>Full path of the data directory.</summary>
    internal string DataPath => data.Path;

    /// <summary>What was made at the first start; null at later ones.</summary>
    internal FirstCredentials? FirstCredentials { get; private set; }

    /// <summary>Its services.</summary>
    internal IServiceProvider Services => app.Services;

    /// <summary>Whether it was told to stop.</summary>
    internal bool IsStopping => app.Lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>
    /// Begins to serve and then makes what the first start brings: credentials of a start that fails would be lost.
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
            // It was told to stop before it had started.
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new StoreUnavailableException(
                $"The server cannot start: {failure.Message} (use --urls to change the address).", failure);
        }
    }

    /// <summary>Returns when it has been told to stop, or a fault of a background worker stops it.</summary>
    /// <returns>The exit code of the process: 0, or 1 after a fault, so that a supervisor starts it again.</returns>
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
