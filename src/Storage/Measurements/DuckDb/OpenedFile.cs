using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Gives access to the engine of a file. After a fault the file is reopened: then the content on disk is correct, but
/// the engine's state in memory may not be.
/// </summary>
internal sealed class OpenedFile(string path, DuckDbOptions options, Engine engine) : IAsyncDisposable
{
    private readonly EngineGate _gate = new();
    private readonly SemaphoreSlim _exclusive = new(1, 1);
    private volatile Engine? _engine = engine;
    private bool _isDisposed;

    /// <summary>The organizations that have measurements.</summary>
    public IReadOnlyCollection<string> OrganizationIds => [.. _engine?.Keys.Organizations.Keys ?? []];

    /// <summary>Whether any load contained the account.</summary>
    public bool HasAccount(string organizationId, string accountId) =>
        _engine?.Keys is { } keys && keys.Organizations.TryGetValue(organizationId, out var organization)
            && keys.Accounts.ContainsKey((organization, accountId));

    /// <summary>
    /// Whether the engine is still the current one, that is, whether the file has not been reopened since.
    /// </summary>
    public bool IsOpenIn(Engine engine) => ReferenceEquals(_engine, engine);

    /// <summary>
    /// Returns the engine, which is not replaced until <see cref="Leave"/>; <see cref="Leave"/> must follow.
    /// </summary>
    public async ValueTask<Engine> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.EnterAsync(cancellationToken);
        if (_engine is { } engine)
            return engine;
        _gate.Leave();
        throw new StoreUnavailableException(
            $"The measurement store {path} is closed, or could not be reopened after a fault.");
    }

    /// <summary>Ends what <see cref="EnterAsync"/> began.</summary>
    public void Leave() => _gate.Leave();

    /// <summary>Runs an operation on the engine.</summary>
    public async Task<T> UseAsync<T>(Func<Engine, Task<T>> use, CancellationToken cancellationToken)
    {
        var engine = await EnterAsync(cancellationToken);
        try
        {
            return await use(engine);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Reopens the file if a write has failed since it was opened.</summary>
    public async Task ReopenAfterFaultAsync()
    {
        if (!IsSound)
            await RunExclusiveAsync(_ => Task.FromResult(true));
    }

    /// <summary>
    /// Runs an operation while nothing else uses the engine's memory: running reads are ended, other callers wait. If a
    /// write has failed, the file is reopened first.
    /// </summary>
    public async Task<T> RunExclusiveAsync<T>(Func<Engine, Task<T>> use)
    {
        await _exclusive.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var emptied = _gate.CloseAsync();
            try
            {
                _engine?.Sessions.EndReads();
                await emptied;
                if (!IsSound)
                    await Task.Run(Reopen);
                return await use(_engine!);
            }
            finally
            {
                _engine?.Sessions.AllowReads();
                _gate.Open();
            }
        }
        finally
        {
            _exclusive.Release();
        }
    }

    /// <summary>Closes the file once nobody uses it any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _exclusive.WaitAsync();
        _isDisposed = true;
        await _gate.CloseAsync();
        Close();
        _gate.Open();
        _exclusive.Release();
    }

    private bool IsSound => _engine is { Commits.Fault: null };

    private void Reopen()
    {
        Close();
        _engine = Engine.Open(path, options);
    }

    // Clear the field before closing: holders of the file must notice before it changes.
    private void Close()
    {
        var engine = _engine;
        _engine = null;
        engine?.Dispose();
    }
}
