namespace Tallystick.Storage.Documents.Caching;

/// <summary>Whether this process has exclusive use of a store.</summary>
public interface ISoleUse : IAsyncDisposable
{
    /// <summary>
    /// Zero while others may use it; else how often this process has come to be the only one, so that what was read
    /// before others may have used it is told from what was read since.
    /// </summary>
    long Term { get; }
}

/// <summary>Exclusive use that is ensured otherwise, for example by the lock on a data directory.</summary>
public sealed class GivenSoleUse : ISoleUse
{
    /// <inheritdoc/>
    public long Term => 1;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
