namespace Tallystick.Storage.Documents.Caching;

/// <summary>Whether this process has exclusive use of a store.</summary>
public interface IExclusiveUse : IAsyncDisposable
{
    /// <summary>
    /// Zero while others may use the store; otherwise the number of times this process has obtained exclusive use. A
    /// new term invalidates everything read before others may have used the store.
    /// </summary>
    long Term { get; }
}

/// <summary>Exclusive use that is ensured otherwise, for example by the lock on a data directory.</summary>
public sealed class AssumedExclusiveUse : IExclusiveUse
{
    /// <inheritdoc/>
    public long Term => 1;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
