namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Lets any number of callers use the engine, or a single caller replace it.</summary>
internal sealed class EngineGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _opened;
    private TaskCompletionSource? _emptied;
    private int _inside;

    /// <summary>Waits until the gate is open; <see cref="Leave"/> must follow.</summary>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task opened;
            lock (_lock)
            {
                if (_opened is null)
                {
                    _inside++;
                    return;
                }
                opened = _opened.Task;
            }
            await opened.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends a use of the engine.</summary>
    public void Leave()
    {
        TaskCompletionSource? emptied = null;
        lock (_lock)
        {
            if (--_inside == 0)
                emptied = _emptied;
        }
        emptied?.SetResult();
    }

    /// <summary>Stops admitting callers and waits until all have left; <see cref="Open"/> must follow.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _inside == 0 ? Task.CompletedTask : _emptied.Task;
        }
    }

    /// <summary>Admits callers again.</summary>
    public void Open()
    {
        TaskCompletionSource? opened;
        lock (_lock)
        {
            (opened, _opened) = (_opened, null);
            _emptied = null;
        }
        opened?.SetResult();
    }
}
